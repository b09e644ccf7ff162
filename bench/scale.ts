/** Compares what a call costs in a large book and in a small one: times and rows read, in one database. */
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../scripts/migrate.ts';
import { keyFrom } from '../src/core/key.ts';
import { accountId, insertContacts, insertTenant, publishKey } from './book.ts';
import { interleaved, median } from './measure.ts';
import { diglotModules, type Subject, start } from './workerd.ts';

/** The tenants, by how many contacts they have. */
const BOOKS = { thousand: { to: 1_000 }, million: { to: 1_000_000 } } as const;
type BookName = keyof typeof BOOKS;
const names = Object.keys(BOOKS) as BookName[];

const idOf = (kind: number, name: BookName) =>
  `019a0000-0000-7000-${kind.toString(16)}000-${String(names.indexOf(name)).padStart(12, '0')}`;
const keyOf = (name: BookName) => keyFrom(new Uint8Array(64).fill(names.indexOf(name)));

/** Where the databases are kept between runs: making them takes minutes. */
const STATE = process.env.BENCH_STATE ?? join(tmpdir(), 'diglot-bench');

/** Makes the databases if they do not exist. */
export async function seed(folder: string, told: (line: string) => void): Promise<void> {
  if (existsSync(STATE)) return;
  const draft = `${STATE}.draft`;
  rmSync(draft, { recursive: true, force: true }); // left by a run that was interrupted
  mkdirSync(draft, { recursive: true });
  const subject = await start(diglotModules(folder), {}, draft);
  try {
    await migrate(subject.db);
    for (const name of names) {
      const tenantId = idOf(0xa, name);
      await insertTenant(subject.db, tenantId, idOf(0xb, name), keyOf(name));
      await insertContacts(subject.db, { tenantId, ...BOOKS[name] }, (done) => told(`${name}: ${done}`));
    }
  } finally {
    await subject.stop();
  }
  renameSync(draft, STATE);
}

/** Reads the files once, so that they are in memory: books of an earlier run are on the disk, and the disk's speed is not what is compared. */
async function bringToMemory(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) for await (const _ of createReadStream(join(entry.parentPath, entry.name)));
}

interface Cost {
  milliseconds: number;
  rowsRead: number;
  rowsWritten: number;
  /** The most of any turn. */
  roundTrips: number;
}

export type ScaleResults = Record<string, Record<string, Cost>>;

/** How many times each call is measured. */
export const ROUNDS = 101;
const INGEST = '/api/v1/ingest/contacts';

/** Median times, and rows, by call and book; and how many bytes D1 keeps for a contact, everything included. */
export async function measureScale(
  folder: string,
): Promise<{ scale: ScaleResults; bytesPerContact: number }> {
  await bringToMemory(STATE);
  const subject = await start(diglotModules(folder), {}, STATE);
  try {
    await migrate(subject.db);
    for (const name of names) await publishKey(subject.keys, idOf(0xa, name), idOf(0xb, name), keyOf(name));
    const results: ScaleResults = {};
    const compare = async (call: string, runs: Record<string, (round: number) => Promise<Cost>>) => {
      console.log(`  ${call}`);
      await interleaved(3, runs);
      const costs = await interleaved(ROUNDS, runs);
      results[call] = Object.fromEntries(Object.entries(costs).map(([book, all]) => [book, middle(all)]));
    };
    const both = (make: (name: BookName) => (round: number) => Promise<Cost>) =>
      Object.fromEntries(names.map((name) => [name, make(name)]));
    const spread = (name: BookName, round: number) =>
      `C-${Math.floor(((round + 0.5) / (ROUNDS + 1)) * BOOKS[name].to)}`;
    await compare(
      'GET',
      both((name) => (round) => costOf(subject, name, 'GET', `${INGEST}/${spread(name, round)}`)),
    );
    await compare(
      'first page',
      both((name) => () => costOf(subject, name, 'GET', `${INGEST}?first=20`)),
    );
    const deep = {
      thousand: await cursorAt(subject, 'thousand', 40),
      million: await cursorAt(subject, 'million', 1_000),
    };
    await compare(
      'deep page',
      both((name) => () => costOf(subject, name, 'GET', `${INGEST}?first=20&after=${deep[name]}`)),
    );
    await compare(
      'PATCH',
      both(
        (name) => (round) =>
          costOf(subject, name, 'PATCH', `${INGEST}/${spread(name, round)}`, {
            title: `Title ${round} ${Date.now()}`,
          }),
      ),
    );
    await compare(
      'upsert',
      both((name) => (round) => upsert(subject, name, `Wela Zukofi${'aeiou'[round % 5]}`)),
    );
    const { meta } = await subject.db.prepare('SELECT 1').run();
    const contacts = names.reduce((sum, name) => sum + BOOKS[name].to, 0);
    return { scale: results, bytesPerContact: meta.size_after / contacts };
  } finally {
    await subject.stop();
  }
}

/** The cursor of the n-th page of 20. */
async function cursorAt(subject: Subject, name: BookName, page: number): Promise<string> {
  let cursor = '';
  for (let at = 1; at < page; at += 5) {
    const first = Math.min(5, page - at) * 20;
    const after = cursor && `&after=${cursor}`;
    const response = await send(subject, name, 'GET', `${INGEST}?first=${first}${after}`);
    cursor = ((await response.json()) as { next: string }).next;
  }
  return cursor;
}

const upsert = (subject: Subject, name: BookName, fullName: string) =>
  costOf(subject, name, 'PUT', `/api/public/v1/accounts/${accountId(42)}/contacts/upsert`, {
    fullName,
    language: 'en',
    phone: `404-555-${String(Date.now() % 10_000).padStart(4, '0')}`,
  });

function send(
  { url }: Subject,
  name: BookName,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: { 'X-API-Key': keyOf(name), ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function costOf(
  subject: Subject,
  name: BookName,
  method: string,
  path: string,
  body?: unknown,
): Promise<Cost> {
  const started = performance.now();
  const response = await send(subject, name, method, path, body);
  const text = await response.text();
  const milliseconds = performance.now() - started;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  const { rowsRead, rowsWritten, roundTrips } = await subject.nextLine();
  return { milliseconds, rowsRead, rowsWritten, roundTrips };
}

function middle(costs: Cost[]): Cost {
  const of = (name: keyof Cost) => median(costs.map((cost) => cost[name]));
  return {
    milliseconds: of('milliseconds'),
    rowsRead: of('rowsRead'),
    rowsWritten: of('rowsWritten'),
    roundTrips: Math.max(...costs.map(({ roundTrips }) => roundTrips)),
  };
}
