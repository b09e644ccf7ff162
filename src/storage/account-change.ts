/** Changing an account with its source and its contacts, all or nothing. */
import { type SQL, sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import { newContact } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { closest } from '../core/match.ts';
import { comparedName } from '../core/name.ts';
import { type AccountRecord, accountIn, byId, select } from './account-record.ts';
import { type AccountChanges, patchOf } from './account-writes.ts';
import { type ContactChanges, patching, standInAfter } from './contact-patch.ts';
import { insertContact } from './contact-writes.ts';
import { type Book, p, read, tenantQuery } from './database.ts';
import { requireUnchanged, selectAccount } from './matching.ts';
import { nearFields, nearNamesOfEach, nearValues } from './near-names.ts';
import { untilUnchanged } from './patience.ts';
import { type Precondition, tags } from './precondition.ts';
import { ifMatches } from './record.ts';
import { accounts, contacts, nameSegments } from './schema.ts';
import { type SourceLink, sourceStatements } from './sources.ts';
import { recall, write } from './writing.ts';

/** What such a change can set. A `source` of null unlinks the account. */
export type AccountUpdate = Pick<AccountChanges, 'name' | 'currency' | 'billingAddress'> & {
  source?: SourceLink | null;
};

/** A contact sent with its account. */
export type Person = ContactChanges & { fullName: string };

/** A stored contact as the matching rule sees it. */
interface Known {
  id: string;
  name: string;
  emailKey: string | null;
  reference: string;
  /** The email address or reference that is shown because the contact has no name; null when it has one. */
  standIn: string | null;
}

/**
 * The contacts of the account that people could mean: by address, by exact name, or by a name that may be near. For each address and each name it
 * selects the oldest contacts, as many as there are people in the request. Each person may give one contact another address or name, and the last
 * person must still find the oldest contact that kept it.
 */
const selectKnown = tenantQuery((tenant) => {
  const fields = ['name', 'emailKey', ...nearFields].map(
    (field) => sql`value ->> ${sql.raw(`'${field}'`)} AS ${sql.identifier(field)}`,
  );
  const oldest = (index: SQL, where: SQL) =>
    sql`(SELECT id FROM ${contacts} AS "same" INDEXED BY ${index} WHERE tenant_id = ${tenant} AND account_id = ${p('accountId')} AND ${where} ORDER BY id LIMIT ${p('most')})`;
  const sharing = (table: SQL, ids: SQL) =>
    sql`SELECT ${contacts.id} FROM ${table} CROSS JOIN ${contacts} ON ${contacts.tenantId} = ${tenant} AND ${contacts.id} IN ${ids}`;
  return sql`WITH person AS MATERIALIZED (SELECT ${sql.join(fields, sql`, `)} FROM json_each(${p('people')})),
named AS (SELECT name FROM person UNION SELECT ${nameSegments.name} ${nearNamesOfEach(tenant, sql`person`)})
SELECT ${contacts.id} AS "id", ${contacts.comparedName} AS "name", ${contacts.emailKey} AS "emailKey", ${contacts.reference} AS "reference",
  iif(coalesce(${contacts.name}, ${contacts.firstName}, ${contacts.lastName}) IS NULL, ${contacts.fullName}, NULL) AS "standIn" FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.id} IN (
  ${sharing(sql`person`, oldest(sql`contacts_email`, sql`email_key = person."emailKey"`))}
  UNION ${sharing(sql`named`, oldest(sql`contacts_compared_name`, sql`compared_name = named.name`))})`;
});

/** Ends the batch when the account is not the one that If-Match asks for. */
const requireMatch = tenantQuery(
  (tenant) =>
    sql`INSERT INTO refusals (code) SELECT 'precondition.failed' FROM ${accounts} WHERE ${byId(tenant)} AND NOT ${ifMatches(accounts)}`,
);

const keyOf = (email: string | null | undefined) => (email == null ? null : addressKey(email));

/** The look-up values that one statement binds have at most this many characters: with three bytes each they are far below D1's 2 MB for one value. */
const MOST_CHARACTERS = 300_000;

/** What `selectKnown` looks up for these people: a JSON array, or a few where one would be too long. */
function lookups(people: Person[]): string[] {
  const groups: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const { fullName, email } of people) {
    const name = comparedName(fullName);
    const text = JSON.stringify({ name, emailKey: keyOf(email), ...nearValues(name) });
    if (size + text.length > MOST_CHARACTERS) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(text);
    size += text.length;
  }
  return groups.map((texts) => `[${texts.join()}]`);
}

/**
 * 1 round trip. Returns the contacts that the people could mean, and the sequence of the last history entry at that time. People are looked up
 * together: where names are alike, each of them could mean thousands of contacts, mostly the same ones. Throws `account.not_found`.
 */
async function findKnown(book: Book, accountId: string, people: Person[]) {
  const most = people.length;
  const [account, ...found] = await read(book, [
    selectAccount(book, { accountId }),
    ...lookups(people).map((some) => selectKnown(book, { accountId, most, people: some })),
  ]);
  if (!account.results[0]) throw new Failure('account.not_found');
  const known = found.flatMap(({ results }) => results as unknown as Known[]);
  return {
    seen: Number(account.results[0].seen ?? 0),
    known: [...new Map(known.map((contact) => [contact.id, contact])).values()],
  };
}

/** The contact that a person means: the oldest with the address, else the one with the closest name. */
function meant(known: Known[], emailKey: string | null, name: string): Known | undefined {
  const ids = known
    .filter((contact) => emailKey !== null && contact.emailKey === emailKey)
    .map(({ id }) => id);
  const id = ids.sort()[0] ?? closest(name, known)?.id;
  return known.find((contact) => contact.id === id);
}

/** Gives `contact` the name that it has after the person is written to it. */
function rename(contact: Known, person: Person): void {
  if (contact.standIn !== null) contact.standIn = standInAfter(contact.standIn, contact.reference, person);
  contact.name = comparedName(contact.standIn ?? person.fullName);
}

/** The statements that upsert the people one after another. `known` is updated on the way, so that each person meets what those before left. */
function upserts(book: Book, accountId: string, people: Person[], known: Known[]): D1PreparedStatement[] {
  return people.flatMap((person) => {
    const name = comparedName(person.fullName);
    const emailKey = keyOf(person.email);
    const contact = meant(known, emailKey, name);
    if (!contact) {
      const { id, insert } = insertContact(book, accountId, newContact(person));
      known.push({ id, name, emailKey, reference: id, standIn: null });
      return [insert];
    }
    rename(contact, person);
    if (person.email !== undefined) contact.emailKey = emailKey;
    const { change } = patching(book, { accountId, id: contact.id }, person);
    return change ? [change] : [];
  });
}

/** How many attempts `changeAccount` makes while other requests keep changing the account between its read and its write. */
const MOST_ATTEMPTS = 20;

/**
 * 1 round trip. With contacts 2 (3 with an Idempotency-Key), and 2 more each time that the account changes between the read and the write. Fields
 * that are left out stay. Contacts are matched as in upsert, one after another. Throws `account.not_found`, `account.changed`, `precondition.failed`,
 * `currency.locked`, `source.conflict`.
 */
export async function changeAccount(
  book: Book,
  id: string,
  { source, ...changes }: AccountUpdate,
  people: Person[],
  { ifMatch }: Precondition = {},
): Promise<AccountRecord> {
  const first = people.length > 0 ? await recall(book) : null;
  if (first) return accountIn(first.row);
  return untilUnchanged(MOST_ATTEMPTS, 'account.changed', async () => {
    const found = people.length > 0 ? await findKnown(book, id, people) : null;
    const { row } = await write(book, {
      before: [
        ...(found ? [requireUnchanged(book, { accountId: id, seen: found.seen })] : []),
        ...(ifMatch ? [requireMatch(book, { id, ifMatch: tags(ifMatch) })] : []),
      ],
      change: patchOf(book, { id }, changes),
      after: [
        ...(source === undefined ? [] : sourceStatements(book, id, source)),
        ...(found ? upserts(book, id, people, found.known) : []),
      ],
      row: select(book, { id }),
      seed: {},
      once: Boolean(ifMatch),
    });
    return accountIn(row);
  });
}
