/** The check after the soak: whether the book on the server is exactly what the clients were told. */
import type { Book, Expected } from './client.ts';

// biome-ignore lint/suspicious/noExplicitAny: what is read of a body, is compared
type Json = any;

/** Every difference, in words; none when everything is right. */
export async function differences(
  get: (path: string) => Promise<{ headers: Headers; body: Json }>,
  books: Book[],
  stubs: string[],
): Promise<string[]> {
  const wrong: string[] = [];
  const expected = new Map(books.flatMap(({ contacts }) => [...contacts]));
  const shared = new Set(books.flatMap((book) => [...book.shared]));
  const seen = new Set<string>();

  for await (const contact of all(get, '/api/v1/ingest/contacts')) {
    if (seen.has(contact.id)) wrong.push(`contact ${contact.id} is listed twice`);
    seen.add(contact.id);
    const wanted = expected.get(contact.id);
    if (wanted) wrong.push(...compare(wanted, contact));
    else if (!shared.delete(contact.email))
      wrong.push(`contact ${contact.reference} is there, and nobody was told`);
  }
  for (const [id, { reference }] of expected) if (!seen.has(id)) wrong.push(`contact ${reference} is lost`);
  for (const email of shared) wrong.push(`the contact of ${email} is lost`);

  const accounts = new Set([...books.flatMap((book) => [...book.accounts]), ...stubs]);
  for await (const { id, account_number } of all(get, '/api/v1/ingest/accounts')) {
    if (!accounts.delete(id) && !accounts.delete(account_number))
      wrong.push(`account ${account_number} is there, and nobody was told`);
  }
  for (const id of accounts) wrong.push(`account ${id} is lost`);

  // Each write was done once: each has made exactly one version. Only a sample is checked, because each contact costs a request.
  for (const { reference, version } of [...expected.values()].slice(0, 2_000)) {
    const { headers } = await get(`/api/v1/ingest/contacts/${reference}`);
    const found = Number(headers.get('ETag')?.split('.')[1]);
    if (found !== version) wrong.push(`contact ${reference} has version ${found} after ${version} writes`);
  }
  return wrong;
}

function compare(wanted: Expected, contact: Json): string[] {
  const fields = ['reference', 'name', 'phone', 'notes', 'email'] as const;
  const wrong = fields.filter((field) => contact[field] !== wanted[field]).map((field) => field as string);
  const sorted = (object: object) => JSON.stringify(Object.entries(object).sort());
  if (sorted(contact.custom_fields.collections) !== sorted(wanted.collections)) wrong.push('custom_fields');
  return wrong.map((field) => `contact ${wanted.reference} has another ${field}`);
}

async function* all(get: (path: string) => Promise<{ body: Json }>, path: string): AsyncGenerator<Json> {
  let after = '';
  do {
    const { body } = await get(`${path}?first=100${after && `&after=${after}`}`);
    yield* body.items;
    after = body.next;
  } while (after);
}
