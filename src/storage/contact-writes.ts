/** Writing contacts. Every verb is one D1 round trip; matching (upsert) stands in matching.ts. */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
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
import { type Book, run, tenantQuery, type Value } from './database.ts';
import { holds, type Precondition, revisionOf, tags } from './precondition.ts';
import { ifMatches, mergePatch, patchStatement, putStatement, toValue } from './record.ts';
import { accounts, contacts, history } from './schema.ts';

const p = (name: string) => sql.placeholder(name);

/** The account that a write links to: by number, made as a stub where there is none; by id, which must exist; or none. */
export type AccountLink = { number: string } | { id: string } | null;

const linkedAccount = (tenant: Placeholder) =>
  sql`iif(${p('accountNumber')} IS NULL, ${p('accountId')}, coalesce(${accountOf(tenant)}, ${p('accountId')}))`;
const accountExists = (tenant: Placeholder) =>
  sql`(${p('accountNumber')} IS NOT NULL OR ${p('accountId')} IS NULL OR EXISTS (SELECT 1 FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}))`;

const put = (guard: (tenant: Placeholder) => SQL) =>
  tenantQuery((tenant) =>
    putStatement(
      {
        table: contacts,
        key: 'reference',
        replaced: ['accountId', ...plainFields, 'customFields', ...keyFields],
        merges: { customFields: mergePatch },
        computed: { accountId: linkedAccount(tenant) },
        guard: guard(tenant),
      },
      tenant,
    ),
  );
const write = put(accountExists);
const writeUnchanged = put((tenant) => sql`${accountExists(tenant)} AND ${accountUnchanged(tenant)}`);

/** "account_number that names no account yet: the account is created as a stub": if, and only if, a contact was given its id. */
const insertStub = tenantQuery(
  (
    tenant,
  ) => sql`INSERT INTO ${accounts} (tenant_id, id, number, created_at, updated_at, changed_by, request_id)
SELECT ${tenant}, ${p('accountId')}, ${p('accountNumber')}, ${p('now')}, ${p('now')}, ${p('changedBy')}, ${p('requestId')}
WHERE EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')})`,
);

/** True while nothing has happened in the account since `seen`: what upsert decided on still holds. `+` keeps SQLite on the rowid. */
export const accountUnchanged = (tenant: Placeholder) =>
  sql`NOT EXISTS (SELECT 1 FROM ${history} WHERE ${history.sequence} > ${p('seen')} AND +${history.tenantId} = ${tenant} AND ${history.accountId} = ${p('accountId')})`;

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

/** The statements that write a contact, its account's stub where it needs one, and read it back: the last one's result is the contact. */
const writing = (
  book: Book,
  statement: D1PreparedStatement,
  which: ContactSelector,
  values: Record<string, Value>,
) =>
  values.accountNumber == null
    ? [statement, select(book, which)]
    : [statement, insertStub(book, values), select(book, which)];

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
  const results = await run(book, writing(book, write(book, values), { reference }, values));
  const row = results.at(-1)!.results[0];
  const contact = row && toContact(row);
  if (contact && contact.id === values.id) return { contact, created: true };
  if (!contact || ifNoneMatch) throw new Failure('precondition.failed');
  if (ifMatch && !results[0]!.meta.changes && !holds(contact, ifMatch))
    throw new Failure('precondition.failed');
  return { contact, created: false };
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
  const which = { reference: values.reference as string };
  const results = await run(book, writing(book, write(book, values), which, values));
  const row = results.at(-1)!.results[0];
  if (!row) throw new Failure('account.not_found');
  if (row.id !== values.id) throw new Failure('contact.exists');
  return toContact(row);
}

const newContactValues = (book: Book, reference: string | null, fields: ContactFields, link: AccountLink) => {
  const values: Record<string, Value> = { ...putValues(book, reference ?? '', fields, link), replace: 0 };
  if (reference === null) Object.assign(values, { reference: values.id, referenceKey: values.id });
  return values;
};

/** The statement that creates a contact of an account, for a batch that makes both. */
export const insertContact = (book: Book, fields: ContactFields, accountId: string) =>
  write(book, newContactValues(book, null, fields, { id: accountId }));

/** What a PATCH changes. `fullName` is the agent dialect's one name: it takes the place of all three, if it differs from them. */
export type ContactChanges = Partial<ContactFields> & { fullName?: string };

/** One statement for each set of fields that is ever sent together, so that a PATCH writes only the columns sent. */
const patches = new Map<string, ReturnType<typeof tenantQuery>>();
const MOST_PATCHES = 1_000;

function patchQuery(names: string[], which: ContactSelector, guarded: boolean) {
  const shape = `${isReference(which)} ${guarded} ${names}`;
  const known = patches.get(shape);
  if (known) return known;
  if (patches.size >= MOST_PATCHES) patches.clear();
  const statement = tenantQuery((tenant) => {
    const assignments: Record<string, SQL> = {};
    for (const name of names) {
      if (name === 'fullName') Object.assign(assignments, renaming);
      else if (name === 'account') assignments.accountId = linkedAccount(tenant);
      else if (name === 'customFields')
        assignments.customFields = mergePatch(sql`${contacts.customFields}`, sql`${p(name)}`);
      else assignments[name] = sql`${p(name)}`;
    }
    const where = isReference(which) ? byReference(tenant) : byIds(tenant);
    return patchStatement(
      contacts,
      assignments,
      guarded ? sql`${where} AND ${accountUnchanged(tenant)}` : where,
    );
  });
  patches.set(shape, statement);
  return statement;
}

/** "A PATCH of fullName sets name, clears first and last, only if it differs from the present fullName." */
const unlessSame = (column: SQL, next: SQL) =>
  sql`iif(${contacts.fullName} = ${p('fullName')}, ${column}, ${next})`;
const renaming = {
  name: unlessSame(sql`${contacts.name}`, sql`${p('fullName')}`),
  nameKey: unlessSame(sql`${contacts.nameKey}`, sql`${p('fullNameKey')}`),
  firstName: unlessSame(sql`${contacts.firstName}`, sql`NULL`),
  firstNameKey: unlessSame(sql`${contacts.firstNameKey}`, sql`NULL`),
  lastName: unlessSame(sql`${contacts.lastName}`, sql`NULL`),
  lastNameKey: unlessSame(sql`${contacts.lastNameKey}`, sql`NULL`),
};

/** Binds the one UPDATE for these changes; null when there is nothing to change. */
function patching(
  book: Book,
  which: ContactSelector,
  changes: ContactChanges,
  link: AccountLink | undefined,
  extra: Record<string, Value>,
) {
  const { fullName, ...fields } = changes;
  const values: Record<string, Value> = { ...which, ...revisionOf(book), ...extra };
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
    values,
    statement: names.length === 0 ? null : patchQuery(names, which, 'seen' in extra)(book, values),
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
  const { statement, values } = patching(book, which, changes, link, { ifMatch: tags(ifMatch) });
  const results = await run(
    book,
    statement ? writing(book, statement, which, values) : [select(book, which)],
  );
  const contact = contactIn(results.at(-1));
  const changed = statement && results[0]!.meta.changes > 0;
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
  const [, removed, left] = await run(book, [mark(book, values), remove(book, values), select(book, which)]);
  if (removed!.meta.changes) return;
  throw new Failure(left!.results[0] ? 'precondition.failed' : 'contact.not_found');
}

/** The statements of an upsert's second round trip, written only while the account is as `seen`; the last one reads the contact back. */
export const writingIfUnchanged = {
  patch(
    book: Book,
    accountId: string,
    id: string,
    changes: ContactChanges,
    seen: number,
  ): D1PreparedStatement[] {
    const which = { accountId, id };
    const { statement } = patching(book, which, changes, undefined, { ifMatch: null, seen });
    return statement ? [statement, select(book, which)] : [select(book, which)];
  },
  create(book: Book, accountId: string, fields: ContactFields, seen: number): D1PreparedStatement[] {
    const values: Record<string, Value> = {
      ...newContactValues(book, null, fields, { id: accountId }),
      seen,
    };
    return [writeUnchanged(book, values), select(book, { reference: values.reference as string })];
  },
};
