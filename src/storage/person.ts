/**
 * What belongs to a person, by their email address: the contacts that have it, and every text that mentions it. An address counts only where it
 * stands alone: joann@example.com and ann@example.com.au do not mention ann@example.com. All conditions here bind what `personValues` returns.
 */
import { type SQL, sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import { type Payer, p, query, run, type Value } from './database.ts';
import { deliveries } from './delivery-schema.ts';
import { deadLetters } from './operator-schema.ts';
import { accounts, contacts, history, idempotencyKeys } from './schema.ts';

/** How many milliseconds these queries may take: they are rare, and read everything that a tenant has. */
export const PATIENCE_MS = 25_000;

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const lower = (text: string) => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/**
 * The spellings that may be the same address: those on accounts and in the history that are not plain ASCII, and those of the contacts. SQLite folds
 * ASCII only, so only `addressKey` can tell.
 */
const selectUnusual = query(
  () => sql`SELECT email AS "email" FROM ${accounts} WHERE tenant_id = ${p('tenantId')} AND email GLOB '*[^ -~]*'
UNION SELECT part.value FROM ${history} AS line, json_each(line.changes, '$.email') AS part
  WHERE line.tenant_id = ${p('tenantId')} AND line.changes GLOB '*"email":*[^ -~]*' AND part.value GLOB '*[^ -~]*'
UNION SELECT email FROM ${contacts} WHERE ${contactsOf}`,
);

/** 1 round trip. Returns what the conditions bind: the address as it was typed, its key, and every other spelling of it in the book. */
export async function personValues(
  payer: Payer,
  tenantId: string,
  email: string,
): Promise<Record<string, Value>> {
  const key = addressKey(email) ?? email;
  const values = {
    tenantId,
    email,
    emailInJson: inJson(email),
    addressKey: key,
    keyInJson: inJson(key),
    keyInUrl: encodeURIComponent(key).replaceAll('%40', '@').toLowerCase(),
  };
  const [found] = await run(payer, [selectUnusual(payer, values)], { again: true, patience: PATIENCE_MS });
  const spellings = [email.toLowerCase(), ...found.results.map((row) => row.email as string)];
  const others = new Set(spellings.filter((text) => addressKey(text) === key).map(lower));
  for (const known of [lower(email), key]) others.delete(known);
  return { ...values, others: JSON.stringify([...others].map((text) => ({ text, inJson: inJson(text) }))) };
}

/** Stands for the address in a text that is searched. No text of the book has it, because none has control characters. */
const ADDRESS = '\u001f';
/** Letters and digits. Those beyond ASCII are taken to begin at DEL, which is a byte shorter than U+0080. */
const LETTERS = 'a-z0-9\u007f-\u{10FFFF}';
/**
 * Blanks and punctuation beyond ASCII, which are no letters: Unicode's general ones, East Asian, Latin-1 and full-width ones. Before those of Latin-1
 * are DEL and other control characters, which only dead letters have: quotation marks of Windows, read as Latin-1, become such.
 */
const SIGNS = ['[\u2000-\u206f\u3000-\u303f]', '[\u007f-\u00bf\uff00-\uff0f\uff1a-\uff20]'];
/**
 * What may stand before and after an address, as patterns of at most the 50 bytes that D1 allows. A sign that addresses may contain belongs to one only
 * behind letters or another sign: "-ann@example.com" is a line of a list, "jo-ann@example.com" and "jo--ann@example.com" are somebody else.
 * `standsAlone` makes a dash of each apostrophe: "o'ann@example.com" is somebody else too, and 'ann@example.com' in quotes is not.
 */
const befores = [`[^._%+${LETTERS}-]`, `[^._%+${LETTERS}-][._%+-]`, ...SIGNS];
const afters = [`[^.${LETTERS}-]`, `[.-][^${LETTERS}-]`, ...SIGNS];
const patterns = befores.flatMap((before) => afters.map((after) => `*${before}${ADDRESS}${after}*`));

/** True when the condition holds for one of the other spellings. Most addresses have none, and then rows are not searched for any. */
const isOther = (condition: SQL) =>
  sql`(${p('others')} <> '[]' AND EXISTS (SELECT 1 FROM json_each(${p('others')}) AS other WHERE ${condition}))`;

/** True where one of the patterns fits. They are halved again and again, because in a row they would be deeper than D1 lets an expression be. */
const fits = (some: string[]): SQL =>
  some.length === 1
    ? sql`marked GLOB ${sql.raw(`'${some[0]}'`)}`
    : sql`(${fits(some.slice(0, some.length / 2))} OR ${fits(some.slice(some.length / 2))})`;

/** Most texts do not have the address, and the patterns are not tried on them. */
const standsAlone = (text: SQL, address: SQL) =>
  sql`(instr(lower(${text}), ${address}) > 0 AND EXISTS (SELECT 1 FROM (SELECT ' ' || replace(replace(lower(${text}), ${address}, ${sql.raw(`'${ADDRESS}'`)}), '''', '-') || ' ' AS marked) WHERE ${fits(patterns)}))`;

/** True where the address stands alone in the text. */
const says = (text: SQL) =>
  sql`${standsAlone(text, sql`lower(${p('email')})`)} OR ${standsAlone(text, p('addressKey'))}
  OR ${isOther(standsAlone(text, sql`other.value ->> 'text'`))}`;

/**
 * True where the address stands alone in a text of this JSON, or in the name of a member. The JSON is parsed only where the address is anywhere in
 * it.
 */
export const mentions = (json: SQL) =>
  sql`((instr(lower(${json}), lower(${p('emailInJson')})) > 0 OR instr(lower(${json}), ${p('keyInJson')}) > 0
    OR ${isOther(sql`instr(lower(${json}), other.value ->> 'inJson') > 0`)})
  AND EXISTS (SELECT 1 FROM json_tree(${json}) AS part WHERE ${says(sql`coalesce(part.key, '') || ' ' || iif(part.type = 'text', part.atom, '')`)}))`;

const has = (json: SQL, ids: SQL) =>
  sql`EXISTS (SELECT 1 FROM json_tree(${json}) AS part WHERE part.type = 'text' AND part.atom IN ${ids})`;

/** True of a text that is the address and nothing else. */
export const isTheAddress = (text: SQL) =>
  sql`(lower(${text}) IN (lower(${p('email')}), ${p('addressKey')}) OR ${isOther(sql`lower(${text}) = other.value ->> 'text'`)})`;

/** A history line of a contact that got or lost the address in it. */
const gotOrLost = sql`(subject_id IS NOT account_id AND (${isTheAddress(sql`changes ->> '$.email[0]'`)} OR ${isTheAddress(sql`changes ->> '$.email[1]'`)}))`;

/** The contacts that have the address now. */
export const contactsOf = sql`tenant_id = ${p('tenantId')} AND email_key = ${p('addressKey')}`;

/**
 * The ids of these contacts, and of removed contacts that had the address at any time: the history still has those. History lines of accounts do not
 * count.
 */
export const subjectsOf = sql`(SELECT id FROM ${contacts} WHERE ${contactsOf}
UNION SELECT subject_id FROM ${history} AS line WHERE tenant_id = ${p('tenantId')} AND ${mentions(sql`line.changes`)} AND ${gotOrLost}
  AND NOT EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${p('tenantId')} AND ${contacts.id} = line.subject_id))`;

/** Accounts that have the address as their own. */
export const accountsOf = sql`tenant_id = ${p('tenantId')} AND email IS NOT NULL AND ${isTheAddress(sql`email`)}`;

/** History entries that are about these subjects or mention the address. */
export const historyOf = (subjects: SQL) =>
  sql`tenant_id = ${p('tenantId')} AND changes <> '{}' AND (subject_id IN ${subjects} OR ${mentions(sql`changes`)})`;

/**
 * What an erasure leaves of the changes in such an entry: nothing where they are the person's, else the fields that do not mention the address. What
 * is about somebody else stays, so that an erasure of theirs finds it.
 */
export const changesLeft = (subjects: SQL) =>
  sql`iif(subject_id IN ${subjects} OR ${gotOrLost}, '{}',
  (SELECT json_group_object(field.key, json(field.value)) FROM json_each(changes) AS field WHERE NOT (${mentions(sql`field.value`)})))`;

/**
 * Kept outcomes that contain one of these subjects (explanations of other upserts name their candidates) or mention the address, and those whose
 * Idempotency-Key mentions it.
 */
export const attemptsOf = (subjects: SQL) => {
  const about = (json: SQL) => sql`${has(json, subjects)} OR ${mentions(json)}`;
  return sql`scope = ${p('tenantId')} AND (${about(sql`"row"`)} OR ${about(sql`seed`)} OR ${says(sql`${idempotencyKeys.key}`)})`;
};

const withAt = (requestId: SQL) => sql`replace(lower(${requestId}), '%40', '@')`;
/**
 * True of a request id, which its caller chose, with the address in it, however it is joined to the rest: forgetting one request id too many does no
 * harm. Request ids are ASCII, so the address can stand there only in the form in which it is compared, or as URLs have that.
 */
const isNamedAfter = (requestId: SQL) =>
  sql`(instr(${withAt(requestId)}, ${p('addressKey')}) > 0 OR instr(${withAt(requestId)}, ${p('keyInUrl')}) > 0)`;

/** Rows last changed in a request whose id has the address in it. */
export const requestsOf = sql`tenant_id = ${p('tenantId')} AND ${isNamedAfter(sql`request_id`)}`;

/** Events of the address, and the status that follows from them. */
export const deliveriesOf = sql`tenant_id = ${p('tenantId')} AND address_key = ${p('addressKey')}`;

/**
 * Events whose reason mentions the address: also those of other addresses, for example of mail that was forwarded. The reason of a revalidation is the
 * id of its request.
 */
export const reasonsOf = sql`${deliveries.tenantId} = ${p('tenantId')} AND ${deliveries.reason} IS NOT NULL
  AND (${says(sql`${deliveries.reason}`)} OR ${deliveries.provider} = 'admin' AND ${isNamedAfter(sql`${deliveries.reason}`)})`;

/**
 * The body of a dead letter, to search. Unlike ours, a provider's body may have control characters: a NUL, at which SQLite's patterns end, and the one
 * that stands for the address. It may also be nested deeper than SQLite's JSON follows.
 */
const letter = sql`replace(replace(${deadLetters.body}, '\\u0000', '\\t'), '\\u001f', '\\t')`;

/** Dead letters that mention the address, including those whose tenant was never found out. */
export const deadLettersOf = sql`(${deadLetters.tenantId} = ${p('tenantId')} OR ${deadLetters.tenantId} IS NULL)
  AND iif(json_valid(${deadLetters.body}), ${mentions(letter)}, ${says(letter)})`;
