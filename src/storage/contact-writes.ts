/** Writing contacts. Every verb is one D1 round trip; matching (upsert) stands in matching.ts. */
import { type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { type Contact, type ContactFields, withOneName } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { comparedName } from '../core/name.ts';
import {
  accountOf,
  byIds,
  byReference,
  type ContactSelector,
  contactIn,
  isReference,
  keyFields,
  keysOf,
  plainFields,
  select,
  toContact,
} from './contact-record.ts';
import { type Book, tenantQuery, type Value } from './database.ts';
import { holds, type Precondition, revisionOf, tags } from './precondition.ts';
import { ifMatches, mergePatch, patchStatement, putStatement, toValue } from './record.ts';
import { accounts, contacts } from './schema.ts';
import { write } from './writing.ts';

const p = (name: string) => sql.placeholder(name);

/** The account that a write links to: by number, made as a stub where there is none; by id, which must exist; or none. */
export type AccountLink = { number: string } | { id: string } | null;

const linkedAccount = (tenant: Placeholder) =>
  sql`iif(${p('accountNumber')} IS NULL, ${p('accountId')}, coalesce(${accountOf(tenant)}, ${p('accountId')}))`;
const accountExists = (tenant: Placeholder) =>
  sql`(${p('accountNumber')} IS NOT NULL OR ${p('accountId')} IS NULL OR EXISTS (SELECT 1 FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}))`;

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

/** "account_number that names no account yet: the account is created as a stub": if, and only if, a contact was given its id. */
const insertStub = tenantQuery(
  (
    tenant,
  ) => sql`INSERT INTO ${accounts} (tenant_id, id, number, created_at, updated_at, changed_by, request_id)
SELECT ${tenant}, ${p('accountId')}, ${p('accountNumber')}, ${p('now')}, ${p('now')}, ${p('changedBy')}, ${p('requestId')}
WHERE EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')})`,
);

const linkValues = (link: AccountLink): { accountId: Value; accountNumber: Value } => {
  if (link === null) return { accountId: null, accountNumber: null };
  return 'id' in link
    ? { accountId: link.id, accountNumber: null }
    : { accountId: uuidv7(), accountNumber: link.number };
};

const putValues = (
  book: Book,
  reference: string,
  fields: ContactFields,
  link: AccountLink,
): Record<string, Value> => {
  const values: Record<string, Value> = { id: uuidv7(), reference, ...linkValues(link), ...revisionOf(book) };
  for (const field of plainFields) values[field] = toValue(fields[field]);
  values.customFields = toValue(fields.customFields);
  values.referenceKey = comparedName(reference);
  return Object.assign(values, keysOf(fields), { ifMatch: null, replace: 1 });
};

/** The stub of the account, where the link names it by number. */
const stubs = (book: Book, values: Record<string, Value>) =>
  values.accountNumber == null ? [] : [insertStub(book, values)];

/**
 * 1 round trip. Creates the contact, or replaces every ordinary field of the one with this reference; custom fields merge, `id`
 * and `createdAt` stay, and an equal write writes nothing. Throws `precondition.failed`.
 */
export async function putContact(
  book: Book,
  reference: string,
  fields: ContactFields,
  link: AccountLink,
  { ifMatch, ifNoneMatch }: Precondition = {},
): Promise<{ contact: Contact; created: boolean }> {
  const values = putValues(book, reference, fields, link);
  Object.assign(values, { ifMatch: tags(ifMatch), replace: ifNoneMatch ? 0 : 1 });
  const { row, changed, seed } = await write(book, {
    change: put(book, values),
    after: stubs(book, values),
    row: select(book, { reference }),
    seed: { id: values.id },
    once: Boolean(ifMatch),
  });
  if (!row) throw new Failure('precondition.failed');
  const contact = toContact(row);
  const created = contact.id === seed.id;
  const asAsked = created || (!ifNoneMatch && (changed || !ifMatch || holds(contact, ifMatch)));
  if (!asAsked) throw new Failure('precondition.failed');
  return { contact, created };
}

/**
 * 1 round trip. Creates the contact; without a reference, its own id becomes that. Throws `contact.exists` (and changes nothing),
 * or `account.not_found` for an account named by id.
 */
export async function createContact(
  book: Book,
  reference: string | null,
  fields: ContactFields,
  link: AccountLink,
): Promise<Contact> {
  const values = newContactValues(book, reference, fields, link);
  const { row, seed } = await write(book, creation(book, values));
  if (!row) throw new Failure('account.not_found');
  if (row.id !== seed.id) throw new Failure('contact.exists');
  return toContact(row);
}

/** The write that creates a contact and nothing else. */
const creation = (book: Book, values: Record<string, Value>) => ({
  change: put(book, values),
  after: stubs(book, values),
  row: select(book, { reference: values.reference as string }),
  seed: { id: values.id },
});

const newContactValues = (book: Book, reference: string | null, fields: ContactFields, link: AccountLink) => {
  const values: Record<string, Value> = { ...putValues(book, reference ?? '', fields, link), replace: 0 };
  if (reference === null) Object.assign(values, { reference: values.id, referenceKey: values.id });
  return values;
};

/** The statement that creates a contact of an account, for a batch of more; and its id. */
export function insertContact(book: Book, fields: ContactFields, accountId: string) {
  const values = newContactValues(book, null, fields, { id: accountId });
  return { id: values.id as string, insert: put(book, values) };
}

/** What a PATCH changes. `fullName` is the agent dialect's one name: it takes the place of all three, if it differs from them. */
export type ContactChanges = Partial<ContactFields> & { fullName?: string };

/** One statement for each set of fields that is ever sent together, so that a PATCH writes only the columns sent. */
const patches = new Map<string, ReturnType<typeof tenantQuery>>();
const MOST_PATCHES = 1_000;

function patchQuery(names: string[], which: ContactSelector) {
  const shape = `${isReference(which)} ${names}`;
  const known = patches.get(shape);
  if (known) return known;
  if (patches.size >= MOST_PATCHES) patches.clear();
  const statement = tenantQuery((tenant) => {
    const assignments: Record<string, SQL> = {};
    for (const name of names) {
      if (name === 'fullName') Object.assign(assignments, renaming(names.includes('email')));
      else if (name === 'account') assignments.accountId = linkedAccount(tenant);
      else if (name === 'customFields')
        assignments.customFields = mergePatch(sql`${contacts.customFields}`, sql`${p(name)}`);
      else assignments[name] = sql`${p(name)}`;
    }
    return patchStatement(contacts, assignments, isReference(which) ? byReference(tenant) : byIds(tenant));
  });
  patches.set(shape, statement);
  return statement;
}

/**
 * "A PATCH of fullName sets name, clears first and last, only if it differs from the present fullName"; or would differ, because the
 * email that stands in for a name changes with it.
 */
const renaming = (emailChanges: boolean) => {
  const { name, nameKey, firstName, firstNameKey, lastName, lastNameKey, email, fullName } = contacts;
  const same = sql`${fullName} = ${p('fullName')}`;
  const named = sql`coalesce(${name}, ${firstName}, ${lastName}) IS NOT NULL`;
  const stays = emailChanges ? sql`${same} AND (${named} OR ${email} IS ${p('email')})` : same;
  const unlessSame = (column: SQLWrapper, next: SQL) => sql`iif(${stays}, ${column}, ${next})`;
  return {
    name: unlessSame(name, sql`${p('fullName')}`),
    nameKey: unlessSame(nameKey, sql`${p('fullNameKey')}`),
    firstName: unlessSame(firstName, sql`NULL`),
    firstNameKey: unlessSame(firstNameKey, sql`NULL`),
    lastName: unlessSame(lastName, sql`NULL`),
    lastNameKey: unlessSame(lastNameKey, sql`NULL`),
  };
};

/** The write of these changes: one UPDATE, or none when there is nothing to change. */
function patching(
  book: Book,
  which: ContactSelector,
  changes: ContactChanges,
  link: AccountLink | undefined,
  ifMatch: Precondition['ifMatch'],
) {
  const { fullName, ...fields } = changes;
  const values: Record<string, Value> = { ...which, ...revisionOf(book), ifMatch: tags(ifMatch) };
  const sent = withOneName(fields);
  const names: string[] = [];
  for (const [name, value] of Object.entries({ ...sent, ...keysOf(sent) })) {
    if (value === undefined) continue;
    values[name] = toValue(value);
    names.push(name);
  }
  if (fullName !== undefined) {
    Object.assign(values, { fullName, fullNameKey: comparedName(fullName) });
    names.push('fullName');
  }
  if (link !== undefined) {
    Object.assign(values, linkValues(link));
    names.push('account');
  }
  return {
    change: names.length === 0 ? null : patchQuery(names, which)(book, values),
    after: stubs(book, values),
    row: select(book, which),
  };
}

/**
 * 1 round trip. Changes the fields sent, in one UPDATE, so that patches of different fields at once all survive; changes that
 * hold already write nothing. Throws `contact.not_found`, `precondition.failed`, `custom_fields.too_many`.
 */
export async function patchContact(
  book: Book,
  which: ContactSelector,
  changes: ContactChanges,
  link: AccountLink | undefined,
  { ifMatch }: Precondition = {},
): Promise<Contact> {
  const { row, changed } = await write(book, {
    ...patching(book, which, changes, link, ifMatch),
    seed: {},
    once: Boolean(ifMatch),
  });
  const contact = contactIn(row);
  if (ifMatch && !changed && !holds(contact, ifMatch)) throw new Failure('precondition.failed');
  return contact;
}

const removal = (where: (tenant: Placeholder) => SQL) => ({
  mark: tenantQuery(
    (tenant) =>
      sql`UPDATE ${contacts} SET changed_by = ${p('changedBy')}, request_id = ${p('requestId')} WHERE ${where(tenant)} AND ${ifMatches(contacts)}`,
  ),
  remove: tenantQuery(
    (tenant) => sql`DELETE FROM ${contacts} WHERE ${where(tenant)} AND ${ifMatches(contacts)}`,
  ),
});
const removalByReference = removal(byReference);
const removalByIds = removal(byIds);

/** 1 round trip. Removes the contact, leaving in the history who did. Throws `contact.not_found`, `precondition.failed`. */
export async function removeContact(
  book: Book,
  which: ContactSelector,
  { ifMatch }: Precondition = {},
): Promise<void> {
  const values = { ...which, ...revisionOf(book), ifMatch: tags(ifMatch) };
  const { mark, remove } = isReference(which) ? removalByReference : removalByIds;
  const { changed, row } = await write(book, {
    before: [mark(book, values)],
    change: remove(book, values),
    row: select(book, which),
    seed: {},
    once: true,
  });
  if (!changed) throw new Failure(row ? 'precondition.failed' : 'contact.not_found');
}

/** The writes of an upsert, which matching.ts makes as long as the account is as it was when it looked. */
export const upserting = {
  patch: (book: Book, accountId: string, id: string, changes: ContactChanges) => ({
    ...patching(book, { accountId, id }, changes, undefined, null),
    seed: { created: false },
  }),
  create: (book: Book, accountId: string, fields: ContactFields) => ({
    ...creation(book, newContactValues(book, null, fields, { id: accountId })),
    seed: { created: true },
  }),
};
