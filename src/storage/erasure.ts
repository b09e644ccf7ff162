/** A person's right to know what is held about them, and to have it removed: by address, across one tenant. Used by the operator only. */
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { addressKey } from '../core/address.ts';
import type { Contact } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import type { HistoryEntry } from '../core/history.ts';
import { selectContacts, toContact } from './contact-record.ts';
import { type Payer, query, run, type Writer } from './database.ts';
import { toEntry } from './history.ts';
import { deadLetters, erasures } from './operator-schema.ts';
import { accounts, addresses, contacts, deliveries, history, idempotencyKeys, tenants } from './schema.ts';
import { rowQuery, write } from './writing.ts';

const p = (name: string) => sql.placeholder(name);

/** Rare, and over all that a tenant has: it may take this long. */
const PATIENCE_MS = 25_000;

/** The contacts whose address it is, as the erasure itself remembers them while it runs. */
const subjects = sql`(SELECT value FROM json_each((SELECT subjects FROM ${erasures} WHERE tenant_id = ${p('tenant')} AND id = ${p('id')})))`;
/** True of a JSON text that mentions the address, in whatever field; SQLite folds ASCII only, so as typed and as compared. */
const mentions = (text: unknown) =>
  sql`(instr(lower(${text}), lower(${p('email')})) > 0 OR instr(lower(${text}), ${p('addressKey')}) > 0)`;

const begin = query(
  () => sql`INSERT INTO ${erasures} (tenant_id, id, at, request_id, subjects)
SELECT ${p('tenant')}, ${p('id')}, ${p('now')}, ${p('requestId')}, (SELECT json_group_array(id) FROM ${contacts} WHERE tenant_id = ${p('tenant')} AND email_key = ${p('addressKey')})
FROM ${tenants} WHERE ${tenants.id} = ${p('tenant')}`,
);

/** Each step removes what it names and notes how many: `changes()` would count what triggers do as well. */
const step = (name: string, count: ReturnType<typeof sql>, remove: ReturnType<typeof sql>) => [
  query(
    () =>
      sql`UPDATE ${erasures} SET removed = json_set(coalesce(removed, '{}'), ${sql.raw(`'$.${name}'`)}, (${count})) WHERE tenant_id = ${p('tenant')} AND id = ${p('id')}`,
  ),
  query(() => remove),
];

const contactsOf = sql`tenant_id = ${p('tenant')} AND email_key = ${p('addressKey')}`;
const accountsOf = sql`tenant_id = ${p('tenant')} AND email IS NOT NULL AND lower(email) IN (lower(${p('email')}), ${p('addressKey')})`;
const historyOf = sql`tenant_id = ${p('tenant')} AND changes <> '{}' AND (subject_id IN ${subjects} OR ${mentions(sql`changes`)})`;
/** Answers about them; and explanations of others' upserts, which name their candidates. */
const attemptsOf = sql`scope = ${p('tenant')} AND "row" IS NOT NULL AND ("row" ->> 'id' IN ${subjects} OR ${mentions(sql`"row"`)}
  OR EXISTS (SELECT 1 FROM json_each(seed, '$.explanation.candidates') AS candidate WHERE candidate.value ->> 'id' IN ${subjects}))`;
const deadLettersOf = sql`tenant_id = ${p('tenant')} AND ${mentions(sql`body`)}`;
const deliveriesOf = sql`tenant_id = ${p('tenant')} AND address_key = ${p('addressKey')}`;

/** The operator, not whoever wrote last, is who removes them. */
const mark = query(
  () => sql`UPDATE ${contacts} SET changed_by = NULL, request_id = ${p('requestId')} WHERE ${contactsOf}`,
);

/** In this order: what the first two change, the history writes down, and the third empties that too. */
const steps = [
  ...step(
    'contacts',
    sql`SELECT count(*) FROM ${contacts} WHERE ${contactsOf}`,
    sql`DELETE FROM ${contacts} WHERE ${contactsOf}`,
  ),
  ...step(
    'accounts',
    sql`SELECT count(*) FROM ${accounts} WHERE ${accountsOf}`,
    sql`UPDATE ${accounts} SET email = NULL, version = version + 1, updated_at = ${p('now')}, changed_by = NULL, request_id = ${p('requestId')} WHERE ${accountsOf}`,
  ),
  ...step(
    'history',
    sql`SELECT count(*) FROM ${history} WHERE ${historyOf}`,
    sql`UPDATE ${history} SET changes = '{}' WHERE ${historyOf}`,
  ),
  ...step(
    'idempotencyAnswers',
    sql`SELECT count(*) FROM ${idempotencyKeys} WHERE ${attemptsOf}`,
    sql`DELETE FROM ${idempotencyKeys} WHERE ${attemptsOf}`,
  ),
  ...step(
    'deliveries',
    sql`SELECT count(*) FROM ${deliveries} WHERE ${deliveriesOf}`,
    sql`DELETE FROM ${deliveries} WHERE ${deliveriesOf}`,
  ),
  ...step(
    'addresses',
    sql`SELECT count(*) FROM ${addresses} WHERE ${deliveriesOf}`,
    sql`DELETE FROM ${addresses} WHERE ${deliveriesOf}`,
  ),
  ...step(
    'deadLetters',
    sql`SELECT count(*) FROM ${deadLetters} WHERE ${deadLettersOf}`,
    sql`DELETE FROM ${deadLetters} WHERE ${deadLettersOf}`,
  ),
];
const end = query(
  () => sql`UPDATE ${erasures} SET subjects = NULL WHERE tenant_id = ${p('tenant')} AND id = ${p('id')}`,
);
const kept = rowQuery(
  ['id', 'at', 'removed'],
  () =>
    sql`SELECT id AS "id", at AS "at", removed AS "removed" FROM ${erasures} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
);

/** What was removed, by kind: a count, not the person. */
export interface Erasure {
  id: string;
  at: string;
  removed: Record<
    'contacts' | 'accounts' | 'history' | 'idempotencyAnswers' | 'deliveries' | 'addresses' | 'deadLetters',
    number
  >;
}

/**
 * 1 round trip. Removes the contacts with this address, the address from accounts, and every trace of either in history, kept answers
 * and delivery events. Throws `tenant.not_found`.
 */
export async function erase(
  office: Writer,
  tenantId: string,
  email: string,
  requestId: string,
): Promise<Erasure> {
  const id = uuidv7();
  const values = {
    tenant: tenantId,
    id,
    email,
    addressKey: addressKey(email),
    requestId,
    now: new Date().toISOString(),
  };
  const { row } = await write(office, {
    change: begin(office, values),
    after: [mark, ...steps, end].map((statement) => statement(office, values)),
    row: kept(office, { tenantId, id }),
    seed: {},
    once: true,
    patience: PATIENCE_MS,
  });
  if (!row) throw new Failure('tenant.not_found');
  return { id: row.id as string, at: row.at as string, removed: JSON.parse(row.removed as string) };
}

const dossierContacts = query(() =>
  selectContacts(sql`${contacts.tenantId} = ${p('tenant')} AND ${contacts.emailKey} = ${p('addressKey')}`),
);
const dossierHistory = query(
  () => sql`SELECT sequence AS "sequence", subject_id AS "subjectId", action AS "action", changes AS "changes", key_id AS "keyId", request_id AS "requestId", at AS "at" FROM ${history}
WHERE tenant_id = ${p('tenant')} AND (${mentions(sql`changes`)} OR subject_id IN (SELECT id FROM ${contacts} WHERE ${contactsOf})) ORDER BY sequence`,
);
const dossierAccounts = query(
  () => sql`SELECT id AS "id", number AS "number", email AS "email" FROM ${accounts} WHERE ${accountsOf}`,
);
const dossierAddress = query(
  () => sql`SELECT status AS "status", updated_at AS "updatedAt" FROM ${addresses} WHERE ${deliveriesOf}`,
);
const dossierDeliveries = query(
  () =>
    sql`SELECT provider AS "provider", event_id AS "eventId", kind AS "kind", at AS "at", code AS "code", reason AS "reason" FROM ${deliveries} WHERE ${deliveriesOf} ORDER BY at`,
);
const dossierAttempts = query(
  () =>
    sql`SELECT count(*) AS "count" FROM ${idempotencyKeys} WHERE scope = ${p('tenant')} AND "row" IS NOT NULL AND ${mentions(sql`"row"`)}`,
);
const tenantFound = query(
  () => sql`SELECT 1 AS "found" FROM ${tenants} WHERE ${tenants.id} = ${p('tenant')}`,
);

/** Everything that is held about an address. */
export interface Dossier {
  contacts: Contact[];
  accounts: { id: string; number: string; email: string }[];
  history: (HistoryEntry & { subjectId: string })[];
  address: { status: string; updatedAt: string } | null;
  deliveries: Record<string, unknown>[];
  /** Kept for at most 24 hours. */
  idempotencyAnswers: number;
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function dossier(payer: Payer, tenantId: string, email: string): Promise<Dossier> {
  const values = { tenant: tenantId, email, addressKey: addressKey(email) };
  const queries = [
    tenantFound,
    dossierContacts,
    dossierAccounts,
    dossierHistory,
    dossierAddress,
    dossierDeliveries,
    dossierAttempts,
  ];
  const results = await run(
    payer,
    queries.map((bind) => bind(payer, values)),
    { again: true, patience: PATIENCE_MS },
  );
  const [found, people, named, entries, address, events, attempts] = results.map(({ results }) => results);
  if (!found![0]) throw new Failure('tenant.not_found');
  return {
    contacts: people!.map(toContact),
    accounts: named as unknown as Dossier['accounts'],
    history: entries!.map((row) => ({
      ...toEntry({ ...row, oldNumber: null, newNumber: null }),
      subjectId: row.subjectId as string,
    })),
    address: (address![0] as unknown as Dossier['address']) ?? null,
    deliveries: events!,
    idempotencyAnswers: Number(attempts![0]!.count),
  };
}
