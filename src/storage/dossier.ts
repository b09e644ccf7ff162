/** A person's right to know what is held about them: by address, across one tenant. Used by the operator only. */
import { sql } from 'drizzle-orm';
import type { Contact } from '../core/contact.ts';
import type { Evidence } from '../core/delivery.ts';
import { Failure } from '../core/failure.ts';
import type { HistoryEntry } from '../core/history.ts';
import { selection as accountSelection, selectAccounts } from './account-record.ts';
import { selection as contactSelection, selectContacts, toContact } from './contact-record.ts';
import { type Payer, p, query, type Row, run } from './database.ts';
import { deliveries } from './delivery-schema.ts';
import { numberOf, toEntry } from './history.ts';
import { deadLetters } from './operator-schema.ts';
import {
  accountsOf,
  attemptsOf,
  deadLettersOf,
  deliveriesOf,
  historyOf,
  isTheAddress,
  mentions,
  PATIENCE_MS,
  personValues,
  reasonsOf,
  subjectsOf,
} from './person.ts';
import { accounts, addresses, contacts, history, idempotencyKeys } from './schema.ts';
import { tenantFound } from './tenant-writes.ts';

const dossierContacts = query(
  () =>
    sql`${selectContacts(sql`${contacts.tenantId} = ${p('tenantId')} AND ${contacts.emailKey} = ${p('addressKey')}`)} ORDER BY ${contacts.id}`,
);
const dossierHistory = query(
  () => sql`SELECT sequence AS "sequence", subject_id AS "subjectId", action AS "action", changes AS "changes", key_id AS "keyId", request_id AS "requestId", at AS "at",
  ${numberOf(p('tenantId'), 0)} AS "oldNumber", ${numberOf(p('tenantId'), 1)} AS "newNumber" FROM ${history}
WHERE ${historyOf(subjectsOf)} ORDER BY sequence`,
);
const dossierAccounts = query(
  () => sql`SELECT id AS "id", number AS "number", email AS "email" FROM ${accounts} WHERE ${accountsOf}`,
);
const dossierAddress = query(
  () =>
    sql`SELECT status AS "status", updated_at AS "updatedAt", evidence AS "evidence" FROM ${addresses} WHERE ${deliveriesOf}`,
);
const dossierDeliveries = query(
  () =>
    sql`SELECT provider AS "provider", event_id AS "eventId", kind AS "kind", at AS "at", code AS "code", reason AS "reason" FROM ${deliveries} WHERE ${deliveriesOf} ORDER BY at`,
);
const dossierReasons = query(
  () =>
    sql`SELECT kind AS "kind", at AS "at", reason AS "reason" FROM ${deliveries} WHERE ${reasonsOf} AND NOT (${deliveriesOf}) ORDER BY at`,
);
const dossierAttempts = query(
  () => sql`SELECT count(*) AS "count" FROM ${idempotencyKeys} WHERE ${attemptsOf(subjectsOf)}`,
);
const dossierLetters = query(
  () => sql`SELECT count(*) AS "count" FROM ${deadLetters} WHERE ${deadLettersOf}`,
);
/** Where this field is in a packed row. */
const placeIn = (selection: object, field: string) => sql.raw(String(Object.keys(selection).indexOf(field)));
const inContact = (field: string) => placeIn(contactSelection, field);
const inAccount = (field: string) => placeIn(accountSelection, field);
/** An account's own email, where it is the address itself, is no mention: an erasure takes it. */
const withoutOwn = sql`iif(${isTheAddress(sql`"row" ->> ${inAccount('email')}`)}, json_set("row", '$[${inAccount('email')}]', NULL), "row")`;
const dossierMentions = query(
  () => sql`SELECT 'contact' AS "kind", "row" ->> ${inContact('id')} AS "id", "row" ->> ${inContact('reference')} AS "reference"
FROM (${selectContacts(sql`${contacts.tenantId} = ${p('tenantId')} AND ${contacts.emailKey} IS NOT ${p('addressKey')}`)}) WHERE ${mentions(sql`"row"`)}
UNION ALL SELECT 'account', "row" ->> ${inAccount('id')}, "row" ->> ${inAccount('number')} FROM (SELECT ${withoutOwn} AS "row" FROM (${selectAccounts(sql`tenant_id = ${p('tenantId')}`, false)})) WHERE ${mentions(sql`"row"`)}
ORDER BY 1, 2`,
);

/** Everything that is held about an address. */
interface Dossier {
  contacts: Contact[];
  accounts: { id: string; number: string; email: string }[];
  history: (HistoryEntry & { subjectId: string })[];
  /** With the summary of its events, which outlasts them. */
  address: { status: string; updatedAt: string; evidence: Evidence } | null;
  deliveries: Record<string, unknown>[];
  /** Reasons that mention the address in the events of other addresses, for example of mail that was forwarded. */
  reasons: Record<string, unknown>[];
  /** How many kept outcomes of attempts tell of the person. Each is kept for at most 24 hours. */
  idempotencyAnswers: number;
  /** How many dead letters mention the address. */
  deadLetters: number;
  /** Other contacts, and accounts, that have the address in a field such as their notes, where an erasure leaves it. */
  mentions: { kind: 'contact' | 'account'; id: string; reference: string }[];
}

/** 2 round trips, which read everything that the tenant has. Throws `tenant.not_found`. */
export async function dossier(payer: Payer, tenantId: string, email: string): Promise<Dossier> {
  const values = await personValues(payer, tenantId, email);
  const ask = (statement: ReturnType<typeof query>) => statement(payer, values);
  const [tenant, people, named, entries, address, events, reasons, attempts, letters, others] = await run(
    payer,
    [
      ask(tenantFound),
      ask(dossierContacts),
      ask(dossierAccounts),
      ask(dossierHistory),
      ask(dossierAddress),
      ask(dossierDeliveries),
      ask(dossierReasons),
      ask(dossierAttempts),
      ask(dossierLetters),
      ask(dossierMentions),
    ],
    { again: true, patience: PATIENCE_MS },
  );
  if (!tenant.results[0]) throw new Failure('tenant.not_found');
  const [standing] = address.results;
  return {
    contacts: people.results.map(toContact),
    accounts: named.results as unknown as Dossier['accounts'],
    history: entries.results.map((row) => ({ ...toEntry(row), subjectId: row.subjectId as string })),
    address: standing ? toAddress(standing) : null,
    deliveries: events.results,
    reasons: reasons.results,
    idempotencyAnswers: Number(attempts.results[0]!.count),
    deadLetters: Number(letters.results[0]!.count),
    mentions: others.results as unknown as Dossier['mentions'],
  };
}

const toAddress = ({ status, updatedAt, evidence }: Row) => ({
  status: status as string,
  updatedAt: updatedAt as string,
  evidence: JSON.parse(evidence as string),
});
