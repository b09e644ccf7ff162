/** Writing whole contacts, and removing them. Every verb is one D1 round trip. PATCH is in contact-patch.ts, upsert in upsert.ts. */
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Contact, ContactFields } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { comparedName } from '../core/name.ts';
import {
  type AccountLink,
  accountExists,
  linkedAccount,
  linkValues,
  type NewLink,
  stubs,
} from './contact-link.ts';
import {
  bySelector,
  type ContactSelector,
  keyFields,
  keysOf,
  plainFields,
  select,
  toContact,
} from './contact-record.ts';
import { type Book, p, tenantQuery, type Value } from './database.ts';
import { type Precondition, requireMet, tags } from './precondition.ts';
import { authorship, ifMatches, mergePatch, putStatement, toValue } from './record.ts';
import { contacts } from './schema.ts';
import { write } from './writing.ts';

const put = tenantQuery((tenant) =>
  putStatement(
    {
      table: contacts,
      key: 'reference',
      replaced: ['accountId', ...plainFields, 'customFields', ...keyFields],
      merges: { customFields: mergePatch },
      computed: { accountId: linkedAccount(tenant) },
      guard: accountExists(tenant),
    },
    tenant,
  ),
);

const putValues = (
  book: Book,
  reference: string,
  fields: ContactFields,
  link: NewLink,
  { ifMatch, ifNoneMatch }: Precondition,
): Record<string, Value> => {
  const values: Record<string, Value> = { id: uuidv7(), reference, ...linkValues(link), ...authorship(book) };
  for (const field of plainFields) values[field] = toValue(fields[field]);
  values.customFields = toValue(fields.customFields);
  values.referenceKey = comparedName(reference);
  return Object.assign(values, keysOf(fields), { ifMatch: tags(ifMatch), replace: ifNoneMatch ? 0 : 1 });
};

/**
 * 1 round trip. Creates the contact, or replaces every ordinary field of the one with this reference; custom fields merge, `id`
 * and `createdAt` stay, and an equal write writes nothing. Throws `precondition.failed`, `custom_fields.too_many`.
 */
export async function putContact(
  book: Book,
  reference: string,
  fields: ContactFields,
  link: AccountLink,
  precondition: Precondition = {},
): Promise<{ contact: Contact; created: boolean }> {
  const values = putValues(book, reference, fields, link, precondition);
  const outcome = await write(book, {
    change: put(book, values),
    after: stubs(book, values),
    row: select(book, { reference }),
    seed: { id: values.id, ...precondition },
    once: Boolean(precondition.ifMatch),
  });
  if (!outcome.row) throw new Failure('precondition.failed');
  const contact = toContact(outcome.row);
  requireMet(contact, outcome);
  return { contact, created: contact.id === outcome.seed.id };
}

/**
 * 1 round trip. Creates the contact; without a reference, the contact's id becomes its reference. Throws `contact.exists` (and changes nothing), or
 * `account.not_found` for an account named by id.
 */
export async function createContact(
  book: Book,
  reference: string | null,
  fields: ContactFields,
  link: NewLink,
): Promise<Contact> {
  const values = newContactValues(book, reference, fields, link);
  const { row, seed } = await write(book, creation(book, values));
  if (!row) throw new Failure('account.not_found');
  const contact = toContact(row);
  if (contact.id !== seed.id) throw new Failure('contact.exists');
  return contact;
}

/** The write that creates a contact of an account. */
export const creatingIn = (book: Book, accountId: string, fields: ContactFields) =>
  creation(book, newContactValues(book, null, fields, { id: accountId }));

/** The write that creates a contact and never changes one that exists. */
const creation = (book: Book, values: Record<string, Value>) => ({
  change: put(book, values),
  after: stubs(book, values),
  row: select(book, { reference: values.reference as string }),
  seed: { id: values.id },
});

const newContactValues = (book: Book, reference: string | null, fields: ContactFields, link: NewLink) => {
  const values = putValues(book, reference ?? '', fields, link, { ifNoneMatch: true });
  if (reference === null) Object.assign(values, { reference: values.id, referenceKey: values.id });
  return values;
};

/** The statement that creates a contact of an account, for use in a larger batch, and the id of that contact. */
export function insertContact(book: Book, accountId: string, fields: ContactFields) {
  const values = newContactValues(book, null, fields, { id: accountId });
  return { id: values.id as string, insert: put(book, values) };
}

/** The history's triggers read from the row itself which key removes it, so the row is marked first. */
const removalOf = bySelector((where) => ({
  mark: tenantQuery(
    (tenant) =>
      sql`UPDATE ${contacts} SET changed_by = ${p('changedBy')}, request_id = ${p('requestId')} WHERE ${where(tenant)} AND ${ifMatches(contacts)}`,
  ),
  remove: tenantQuery(
    (tenant) => sql`DELETE FROM ${contacts} WHERE ${where(tenant)} AND ${ifMatches(contacts)}`,
  ),
}));

/** 1 round trip. Removes the contact. The history keeps which key did. Throws `contact.not_found`, `precondition.failed`. */
export async function removeContact(
  book: Book,
  which: ContactSelector,
  { ifMatch }: Precondition = {},
): Promise<void> {
  const values = { ...which, ...authorship(book), ifMatch: tags(ifMatch) };
  const { mark, remove } = removalOf(which);
  const { changed, row } = await write(book, {
    before: [mark(book, values)],
    change: remove(book, values),
    row: select(book, which),
    seed: {},
    once: true,
  });
  if (!changed) throw new Failure(row ? 'precondition.failed' : 'contact.not_found');
}
