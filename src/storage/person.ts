/**
 * What is a person's, by their address: the contacts that have it, and whatever says it in a text. An address counts where it stands
 * alone: ann@example.com is not meant by joann@example.com, nor by ann@example.com.au. All of it binds what `personValues` gives.
 */
import { type SQL, sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import { type Payer, p, query, run, type Value } from './database.ts';
import { deadLetters } from './operator-schema.ts';
import { accounts, contacts, deliveries, history, idempotencyKeys } from './schema.ts';

/** Rare, and over all that a tenant has: it may take this long. */
export const PATIENCE_MS = 25_000;

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const lower = (text: string) => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** SQLite folds ASCII only: which of the others are the same address only `addressKey` can tell. */
const selectUnusual = query(
  () => sql`SELECT email AS "email" FROM ${accounts} WHERE tenant_id = ${p('tenantId')} AND email GLOB '*[^ -~]*'
UNION SELECT part.value FROM ${history} AS line, json_each(line.changes, '$.email') AS part
  WHERE line.tenant_id = ${p('tenantId')} AND line.changes GLOB '*"email":*[^ -~]*' AND part.value GLOB '*[^ -~]*'
UNION SELECT email FROM ${contacts} WHERE ${contactsOf}`,
);

/** 1 round trip. What the conditions bind: the address as it was typed, as it is compared, and in every other way that the book has it. */
export async function personValues(
  payer: Payer,
  tenantId: string,
  email: string,
): Promise<Record<string, Value>> {
  const key = addressKey(email) ?? email;
  const values = { tenantId, email, emailInJson: inJson(email), addressKey: key, keyInJson: inJson(key) };
  const [found] = await run(payer, [selectUnusual(payer, values)], { again: true, patience: PATIENCE_MS });
  const spellings = [email.toLowerCase(), ...found!.results.map((row) => row.email as string)];
  const others = new Set(spellings.filter((text) => addressKey(text) === key).map(lower));
  for (const known of [lower(email), key]) others.delete(known);
  return { ...values, others: JSON.stringify([...others].map((text) => ({ text, inJson: inJson(text) }))) };
}

/** In a text whose addresses are replaced by this, what stands before and after one; the patterns are within D1's 50 bytes. */
const ADDRESS = '\u001f';
const LETTERS = 'a-z0-9\u0080-\u{10FFFF}';
const patterns = [`[^.${LETTERS}-]`, `.[^${LETTERS}-]`].map(
  (after) => `*[^._%+${LETTERS}-]${ADDRESS}${after}*`,
);

/** True for one of the other ways to write the address. Most have none, and then nothing is asked of each row. */
const isOther = (condition: SQL) =>
  sql`(${p('others')} <> '[]' AND EXISTS (SELECT 1 FROM json_each(${p('others')}) AS other WHERE ${condition}))`;

const standsAlone = (text: SQL, address: SQL) =>
  sql.join(
    patterns.map(
      (pattern) =>
        sql`' ' || replace(lower(${text}), ${address}, ${sql.raw(`'${ADDRESS}'`)}) || ' ' GLOB ${sql.raw(`'${pattern}'`)}`,
    ),
    sql` OR `,
  );

/** True where the text has the address, standing alone. */
const says = (text: SQL) =>
  sql`${standsAlone(text, sql`lower(${p('email')})`)} OR ${standsAlone(text, p('addressKey'))}
  OR ${isOther(standsAlone(text, sql`other.value ->> 'text'`))}`;

/** True where a text in this JSON, or the name of a member, has the address, standing alone; looked at closely only where it is anywhere. */
export const mentions = (json: SQL) =>
  sql`((instr(lower(${json}), lower(${p('emailInJson')})) > 0 OR instr(lower(${json}), ${p('keyInJson')}) > 0
    OR ${isOther(sql`instr(lower(${json}), other.value ->> 'inJson') > 0`)})
  AND EXISTS (SELECT 1 FROM json_tree(${json}) AS part WHERE ${says(sql`coalesce(part.key, '') || ' ' || iif(part.type = 'text', part.atom, '')`)}))`;

const has = (json: SQL, ids: SQL) =>
  sql`EXISTS (SELECT 1 FROM json_tree(${json}) AS part WHERE part.type = 'text' AND part.atom IN ${ids})`;

/** True of a text that is the address and nothing else. */
const isTheAddress = (text: SQL) =>
  sql`(lower(${text}) IN (lower(${p('email')}), ${p('addressKey')}) OR ${isOther(sql`lower(${text}) = other.value ->> 'text'`)})`;

/** The contacts that have the address now. */
export const contactsOf = sql`tenant_id = ${p('tenantId')} AND email_key = ${p('addressKey')}`;

/** The ids of those, and of contacts that are gone and had it when they came or went: the history still tells of them. */
export const subjectsOf = sql`(SELECT id FROM ${contacts} WHERE ${contactsOf}
UNION SELECT subject_id FROM ${history} AS line WHERE tenant_id = ${p('tenantId')} AND ${mentions(sql`line.changes`)}
  AND line.changes ->> '$.reference' IS NOT NULL AND (${isTheAddress(sql`line.changes ->> '$.email[0]'`)} OR ${isTheAddress(sql`line.changes ->> '$.email[1]'`)})
  AND NOT EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${p('tenantId')} AND ${contacts.id} = line.subject_id))`;

/** Accounts that have the address as their own. */
export const accountsOf = sql`tenant_id = ${p('tenantId')} AND email IS NOT NULL AND ${isTheAddress(sql`email`)}`;

/** Lines of the history that say anything of them. */
export const historyOf = (subjects: SQL) =>
  sql`tenant_id = ${p('tenantId')} AND changes <> '{}' AND (subject_id IN ${subjects} OR ${mentions(sql`changes`)})`;

/** Answers about them; explanations of others' upserts, which name their candidates; and whatever its caller calls by the address. */
export const attemptsOf = (subjects: SQL) => {
  const about = (json: SQL) => sql`${has(json, subjects)} OR ${mentions(json)}`;
  return sql`scope = ${p('tenantId')} AND (${about(sql`"row"`)} OR ${about(sql`seed`)} OR ${says(sql`${idempotencyKeys.key}`)})`;
};

/** Rows that were last changed in a request that its caller has named after the address. */
export const requestsOf = sql`tenant_id = ${p('tenantId')} AND instr(request_id, '@') > 0 AND (${says(sql`request_id`)})`;

/** Events of the address, and the status that follows from them. */
export const deliveriesOf = sql`tenant_id = ${p('tenantId')} AND address_key = ${p('addressKey')}`;

/** Events of another address whose reason says this one, as one of mail that was forwarded. */
export const reasonsOf = sql`${deliveries.tenantId} = ${p('tenantId')} AND ${deliveries.reason} IS NOT NULL AND (${says(sql`${deliveries.reason}`)})`;

/** Letters that could not be applied; also those of which it was not even found out whose they are. */
export const deadLettersOf = sql`(${deadLetters.tenantId} = ${p('tenantId')} OR ${deadLetters.tenantId} IS NULL) AND ${mentions(sql`${deadLetters.body}`)}`;
