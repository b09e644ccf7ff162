/**
 * What an upsert costs in accounts of 10, 10 000 and 100 000 contacts, whose names are as common as real ones, all the same, or different only in a
 * few characters.
 */
import type { LocalDatabase } from '../scripts/local.ts';
import { migrate } from '../scripts/migrate.ts';
import { comparedName } from '../src/core/name.ts';
import { API_KEY, accountId, insertTenant, publishKey, TENANT_ID } from './book.ts';
import { interleaved, median } from './measure.ts';
import { people } from './people.ts';
import { diglotModules, start } from './workerd.ts';

const AT = '2026-01-31T12:00:00.000Z';
const COUNTS = [10, 10_000, 100_000] as const;
const ROUNDS = 40;

const misspelt = (name: string, at: number) =>
  name.slice(0, at % name.length) + name.slice((at % name.length) + 1);
const digits = (number: number) => String(number).padStart(5, '0');
const letter = (number: number) => String.fromCharCode(97 + (number % 26));
const lettered = (number: string) => number.replace(/\d/g, (digit) => 'bcdfghjklm'[Number(digit)]!);

/** How the contacts are named, and who is upserted: somebody new, somebody near, somebody known. */
interface Names {
  name: (n: number) => string;
  incoming: Record<string, (round: number) => string>;
}

const numbered = (named: (number: string) => string): Names => ({
  name: (n) => named(digits(n)),
  incoming: {
    near: (round) => named(`x${digits(round % 10).slice(1)}`),
    new: (round) => named(letter(round).repeat(5)),
  },
});

const books: Record<string, Names> = {
  usual: (() => {
    const known = people(COUNTS[2]);
    const names = new Set(known);
    const strangers = people(ROUNDS * 4, 7).filter((name) => !names.has(name) && name.length >= 10);
    return {
      name: (n: number) => known[n]!,
      incoming: {
        new: (round: number) => strangers[round]!,
        near: (round: number) => misspelt(known[round % 10]!, round),
        known: (round: number) => known[round % 10]!,
      },
    };
  })(),
  'one name': {
    name: () => 'Accounts Payable',
    incoming: {
      near: (round) => misspelt('Accounts Payable', round),
      new: (round) => `Accounts ${letter(round).repeat(7)}`,
    },
  },
  numbered: numbered((number) => `Customer ${number}`),
  'numbered within': numbered((number) => `Customer ${number} GmbH`),
  'numbered, long': numbered((number) => `Accounts Payable Department, Branch ${number}`),
  'two numbers': numbered((number) => `Store ${number.slice(0, 2)} Clerk ${number.slice(2)}`),
  'alike at both ends': numbered((number) => `Accounts Payable ${lettered(number)} Department`),
};

async function fill(
  db: LocalDatabase,
  account: number,
  count: number,
  name: (n: number) => string,
): Promise<void> {
  await db
    .prepare(
      'INSERT INTO accounts (tenant_id, id, number, created_at, updated_at) VALUES (?1, ?2, ?2, ?3, ?3)',
    )
    .bind(TENANT_ID, accountId(account), AT)
    .run();
  for (let from = 0; from < count; from += 2_000) {
    const rows = Array.from({ length: Math.min(2_000, count - from) }, (_, index) => {
      const text = name(from + index);
      return [
        `019a0000-${account.toString(16).padStart(4, '0')}-7000-9000-${(from + index).toString(16).padStart(12, '0')}`,
        text,
        comparedName(text),
      ];
    });
    await db
      .prepare(
        `INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, name, name_key, created_at, updated_at)
         SELECT ?1, value ->> 0, value ->> 0, value ->> 0, ?2, value ->> 1, value ->> 2, ?3, ?3 FROM json_each(?4)`,
      )
      .bind(TENANT_ID, accountId(account), AT, JSON.stringify(rows))
      .run();
  }
}

/** What one kind of upsert costs in an account of one size. */
export interface UpsertCost {
  /** Median. */
  milliseconds: number;
  /** Median, divided by the median in an account of 10. */
  ratio: number;
  /** How many upserts created a contact. */
  created: number;
  /** The maximum. */
  roundTrips: number;
  rows: { median: number; nineInTen: number; most: number };
}

/** By how the contacts are named, who is upserted, and how many contacts there are. */
export type UpsertResults = Record<string, Record<string, Record<number, UpsertCost>>>;

/** Fills the accounts, which takes a minute, and measures. `folder` has the built Worker. */
export async function measureUpserts(folder: string): Promise<UpsertResults> {
  const { url, db, keys, nextLine, stop } = await start(diglotModules(folder), {});
  try {
    await migrate(db);
    await insertTenant(db);
    await publishKey(keys);
    const upsert = async (account: number, fullName: string) => {
      const started = performance.now();
      const response = await fetch(`${url}/api/public/v1/accounts/${accountId(account)}/contacts/upsert`, {
        method: 'PUT',
        headers: { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' },
        body: JSON.stringify({ fullName, language: 'en' }),
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      await response.text();
      return { milliseconds: performance.now() - started, ...(await nextLine()) };
    };
    await fill(db, 0, 0, String);
    const results: UpsertResults = {};
    let accounts = 0;
    for (const [book, { name, incoming }] of Object.entries(books)) {
      const ids: Record<string, number> = {};
      for (const count of COUNTS) {
        accounts += 1;
        ids[count] = accounts;
        await fill(db, accounts, count, name);
      }
      // an isolate's first write asks for the version of the tables
      await upsert(0, 'Jordan Okafor');
      results[book] = {};
      for (const [kind, who] of Object.entries(incoming)) {
        console.log(`  ${book}, ${kind}`);
        const runs = Object.fromEntries(
          COUNTS.map((count) => [count, (round: number) => upsert(ids[count]!, who(round))]),
        );
        const costs = await interleaved(ROUNDS, runs);
        const smallest = costs[COUNTS[0]]!;
        results[book][kind] = Object.fromEntries(
          Object.entries(costs).map(([count, all]) => {
            const rows = all.map(({ rowsRead }) => rowsRead).sort((one, other) => one - other);
            return [
              count,
              {
                milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
                ratio: median(
                  all.map(({ milliseconds }, round) => milliseconds / smallest[round]!.milliseconds),
                ),
                created: all.filter(({ status }) => status === 201).length / all.length,
                roundTrips: Math.max(...all.map(({ roundTrips }) => roundTrips)),
                rows: {
                  median: median(rows),
                  nineInTen: rows[Math.floor(rows.length * 0.9)]!,
                  most: rows.at(-1)!,
                },
              },
            ];
          }),
        );
      }
    }
    return results;
  } finally {
    await stop();
  }
}
