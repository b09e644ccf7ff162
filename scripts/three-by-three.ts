/**
 * What becomes of a field that is left out, null, or has a value, in each way to write a contact: the tables of docs/contract.md, made by asking the
 * service. It runs wherever there is `fetch`: test/three-by-three.test.ts compares the tables, `npm run tables` writes them.
 */

// biome-ignore lint/suspicious/noExplicitAny: bodies, as JSON
type Json = any;
/** Makes a call under a dialect's base, with a key. */
type Call = (method: string, path: string, body?: Json) => Promise<{ status: number; body: Json }>;

export interface Caller {
  ingest: Call;
  agent: Call;
  /** The account whose contacts are written. */
  account: { id: string; number: string };
}

interface Field {
  title: string;
  /** A body with the field as it is to be sent, if at all. */
  body(value: Json | undefined): Json;
  /** The field in an answer. */
  read(body: Json): Json;
  before: Json;
  after: Json;
}

interface Way {
  title: string;
  /** Whether a contact is stored already, with the field as it was before. */
  writes: 'new' | 'stored';
  write(name: string, field: Field, body: Json): Promise<{ status: number; body: Json }>;
}

/** The two tables, as Markdown. */
export async function threeByThree(caller: Caller): Promise<string> {
  const ingest = await table(ingestFields, ingestWays(caller));
  const agent = await table(agentFields, agentWays(caller));
  return `Ingest dialect:\n\n${ingest}\n\nAgent dialect:\n\n${agent}`;
}

let written = 0;

async function table(fields: Field[], ways: Way[]): Promise<string> {
  const rows: string[][] = [];
  for (const field of fields)
    for (const [sent, value] of [
      ['left out', undefined],
      ['`null`', null],
      ['a value', field.after],
    ]) {
      const cells: string[] = [];
      for (const way of ways) {
        written += 1;
        const answer = await way.write(`case-${written}`, field, field.body(value));
        cells.push(cell(answer, field, way));
      }
      rows.push([sent === 'left out' ? field.title : '', sent as string, ...cells]);
    }
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`.replaceAll(/ {2,}/g, ' ');
  const head = ['field', 'in the body', ...ways.map(({ title }) => title)];
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell({ status, body }: { status: number; body: Json }, field: Field, { writes }: Way): string {
  if (status >= 400) return `${status} \`${body.errors?.[0]?.code ?? body.code}\``;
  const value = field.read(body);
  if (value === field.after) return `${status} set`;
  if (value === field.before) return `${status} kept`;
  if (value !== null && value !== undefined) throw new Error(`${field.title} became ${value}`);
  return writes === 'stored' ? `${status} cleared` : `${status} not set`;
}

const ordinary: Field = {
  title: 'an ordinary field',
  body: (phone) => ({ phone }),
  read: ({ phone }) => phone,
  before: '404-555-0100',
  after: '404-555-0199',
};
const ingestFields: Field[] = [
  ordinary,
  {
    title: 'a custom field',
    body: (segment) => ({ custom_fields: { collections: { segment } } }),
    read: ({ custom_fields }) => custom_fields.collections.segment,
    before: 'small',
    after: 'large',
  },
];

function ingestWays({ ingest }: Caller): Way[] {
  const stored = async (name: string, { body, before }: Field) => {
    await ingest('POST', `/contacts/${name}`, body(before));
    return `/contacts/${name}`;
  };
  return [
    { title: 'POST', writes: 'new', write: (name, _, body) => ingest('POST', `/contacts/${name}`, body) },
    {
      title: 'PUT, creates',
      writes: 'new',
      write: (name, _, body) => ingest('PUT', `/contacts/${name}`, body),
    },
    {
      title: 'PUT, replaces',
      writes: 'stored',
      write: async (name, field, body) => ingest('PUT', await stored(name, field), body),
    },
    {
      title: 'PATCH',
      writes: 'stored',
      write: async (name, field, body) => ingest('PATCH', await stored(name, field), body),
    },
  ];
}

const agentFields: Field[] = [
  {
    title: '`email`',
    body: (email) => ({ email }),
    read: ({ email }) => email?.address,
    before: 'before@example.com',
    after: 'after@example.com',
  },
  {
    title: '`fullName`',
    body: (fullName) => ({ fullName }),
    read: ({ fullName }) => fullName,
    before: 'Before Then',
    after: 'Afterwards Now',
  },
  {
    title: '`language`',
    body: (language) => ({ language }),
    read: ({ language }) => language,
    before: 'fr',
    after: 'de',
  },
];

function agentWays({ agent, ingest, account }: Caller): Way[] {
  const people = `/accounts/${account.id}/contacts`;
  /** Everything that a contact needs except the field itself. Each contact has a name and an address of its own by which it is found. */
  const others = (name: string, { title }: Field) => ({
    ...(title !== '`fullName`' && { fullName: `Somebody ${[...name].map(spelt).join('')}` }),
    ...(title !== '`email`' && { email: `${name}@example.com` }),
    ...(title !== '`language`' && { language: 'en' }),
  });
  const stored = async (name: string, field: Field) =>
    (await agent('POST', people, { ...others(name, field), ...field.body(field.before) })).body.id as string;
  const removed = async <Answer>(answer: Answer): Promise<Answer> => {
    for (const { reference } of (await ingest('GET', `/contacts?account_number=${account.number}`)).body
      .items)
      await ingest('DELETE', `/contacts/${reference}`);
    return answer;
  };
  return [
    {
      title: 'POST',
      writes: 'new',
      write: async (name, field, body) =>
        removed(await agent('POST', people, { ...others(name, field), ...body })),
    },
    {
      title: 'PUT upsert, creates',
      writes: 'new',
      write: async (name, field, body) =>
        removed(await agent('PUT', `${people}/upsert`, { ...others(name, field), ...body })),
    },
    {
      title: 'PUT upsert, matches',
      writes: 'stored',
      write: async (name, field, body) => {
        await stored(name, field);
        return removed(await agent('PUT', `${people}/upsert`, { ...others(name, field), ...body }));
      },
    },
    {
      title: 'PATCH',
      writes: 'stored',
      write: async (name, field, body) =>
        removed(await agent('PATCH', `${people}/${await stored(name, field)}`, body)),
    },
  ];
}

/** The letter eight times, so that no two names are near each other. */
const spelt = (character: string) => character.repeat(8);

const PLACE = /(?<=<!-- made by `npm run tables` -->\n\n)[\s\S]*?(?=\n\n<!-- end -->)/;

/** The tables in docs/contract.md, without the padding of the formatter; null when there is no place for them. */
export const tablesIn = (page: string): string | null =>
  PLACE.exec(page)?.[0].replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---') ?? null;
export const withTables = (page: string, tables: string): string => page.replace(PLACE, () => tables);
