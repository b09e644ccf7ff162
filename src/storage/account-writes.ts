/** Writing accounts as the ingest dialect does: whole, or field by field. */
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Account, AccountFields } from '../core/account.ts';
import { Failure } from '../core/failure.ts';
import { withAllFaults } from './account-faults.ts';
import {
  type AccountRecord,
  type AccountSelector,
  accountIn,
  byNumber,
  bySelector,
  mergedFields,
  plainFields,
  select,
  toAccount,
} from './account-record.ts';
import { type Book, p, tenantQuery, type Value } from './database.ts';
import { type Precondition, requireMet, tags } from './precondition.ts';
import { authorship, mergePatch, patchQueries, putStatement, toValue } from './record.ts';
import { accounts } from './schema.ts';
import { write } from './writing.ts';

/** "`currency` is locked once set" (contract): a whole write without a currency keeps the stored one, and the table refuses another one. */
const put = tenantQuery((tenant) =>
  putStatement(
    {
      table: accounts,
      key: 'number',
      replaced: [...plainFields, 'currency', ...mergedFields],
      merges: {
        // An address is sent with all its parts. Merging keeps their stored order, so that an equal address changes nothing in whatever order it was
        // sent.
        ...Object.fromEntries(mergedFields.map((name) => [name, mergePatch])),
        currency: (stored, sent) => sql`coalesce(${sent}, nullif(${stored}, '{}'))`,
      },
      computed: {
        number: sql`coalesce((SELECT number FROM ${accounts} WHERE ${byNumber(tenant)}), ${p('number')})`,
      },
    },
    tenant,
  ),
);

/** Fields as D1 keeps them. */
export function valuesOf(fields: Partial<AccountFields>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toValue(value)]));
}

/**
 * 1 round trip, and 1 for each fault. Creates the account, or replaces every ordinary field of the one with this number; custom fields merge, `id` and
 * `createdAt` stay, and an equal write writes nothing. Throws `precondition.failed`, `currency.locked`, `custom_fields.too_many`.
 */
export async function putAccount(
  book: Book,
  number: string,
  fields: AccountFields,
  precondition: Precondition = {},
): Promise<{ account: Account; created: boolean }> {
  const values = {
    ...valuesOf(fields),
    ...authorship(book),
    id: uuidv7(),
    number,
    ifMatch: tags(precondition.ifMatch),
    replace: precondition.ifNoneMatch ? 0 : 1,
  };
  const outcome = await write(book, {
    change: put(book, values),
    row: select(book, { number }),
    seed: { id: values.id, ...precondition },
    once: Boolean(precondition.ifMatch),
  }).catch(async (error) => {
    const { currency, customFields } = fields; // a currency that is left out is kept
    const sent = { ...(currency && { currency }), customFields };
    throw await withAllFaults(error, book, sent, (rest) => patchOf(book, { number }, rest));
  });
  if (!outcome.row) throw new Failure('precondition.failed');
  const account = toAccount(outcome.row);
  requireMet(account, outcome);
  return { account, created: account.id === outcome.seed.id };
}

/** 1 round trip. Creates the account. Throws `account.exists` when the number is taken, and then changes nothing. */
export async function createAccount(book: Book, number: string, fields: AccountFields): Promise<Account> {
  try {
    return (await putAccount(book, number, fields, { ifNoneMatch: true })).account;
  } catch (error) {
    if (error instanceof Failure && error.code === 'precondition.failed') throw new Failure('account.exists');
    throw error;
  }
}

const isMerged = (name: string) => (mergedFields as readonly string[]).includes(name);
const assign = (names: string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      isMerged(name)
        ? sql`iif(${p(name)} IS NULL, '{}', json_patch(${accounts[name as keyof AccountFields]}, ${p(name)}))`
        : p(name),
    ]),
  );
const patchQuery = bySelector((where) => patchQueries({ table: accounts, where, assign }));

/** What a PATCH changes: an address sent as null is cleared, one sent in part keeps its other parts. */
export type AccountChanges = { [Field in keyof AccountFields]?: AccountFields[Field] | null };

/** The statement that changes the fields sent; null when no field is sent. */
export function patchOf(
  book: Book,
  which: AccountSelector,
  changes: AccountChanges,
  ifMatch: Precondition['ifMatch'] = null,
): D1PreparedStatement | null {
  const names = Object.keys(changes).filter((name) => changes[name as keyof AccountChanges] !== undefined);
  if (names.length === 0) return null;
  return patchQuery(which)(names)(book, {
    ...which,
    ...valuesOf(changes as Partial<AccountFields>),
    ...authorship(book),
    ifMatch: tags(ifMatch),
  });
}

/**
 * 1 round trip, and 1 for each fault. Changes the fields sent, in one UPDATE. Throws `account.not_found`, `precondition.failed`, `currency.locked`,
 * `custom_fields.too_many`, `account.parent_flag_required`.
 */
export async function patchAccount(
  book: Book,
  which: AccountSelector,
  changes: AccountChanges,
  { ifMatch }: Precondition = {},
): Promise<AccountRecord> {
  const outcome = await write(book, {
    change: patchOf(book, which, changes, ifMatch),
    row: select(book, which),
    seed: { ifMatch },
    once: Boolean(ifMatch),
  }).catch(async (error) => {
    throw await withAllFaults(error, book, changes, (rest) => patchOf(book, which, rest));
  });
  const account = accountIn(outcome.row);
  requireMet(account, outcome);
  return account;
}
