/**
 * The one way to write. A write with an Idempotency-Key keeps its outcome in its own transaction. So the one never exists without the other, there is no
 * second round trip, and a copy that comes later, or at the same time, has the same outcome.
 */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import { type Book, p, query, type Row, requireLiveKey, run, type Value, type Writer } from './database.ts';
import { idempotencyKeys } from './schema.ts';

/** A read of one row, and the statement that keeps that row as the outcome of an attempt. */
interface Kept {
  read: D1PreparedStatement;
  keep: () => D1PreparedStatement;
}

/**
 * A query for at most one row of these columns, which a write can end with. `written` has the SQL for columns that are not kept as they are read:
 * JSON must stay JSON, or an erasure would not find what is in it. At most 16 columns, because D1 takes 32 arguments to a function.
 */
export function rowQuery<W extends Writer>(
  columns: readonly string[],
  make: (scope: Placeholder) => SQL,
  written: Partial<Record<string, string>> = {},
) {
  const members = columns.map((name) => `'${name}', ${written[name] ?? `"${name}"`}`);
  const select = query(() => make(sql.placeholder('tenant')));
  const keep = query(
    () =>
      sql`UPDATE ${idempotencyKeys} SET "row" = (SELECT json_object(${sql.raw(members.join(', '))}) FROM (${make(sql.placeholder('tenant'))})) WHERE scope = ${p('tenant')} AND key = ${p('idempotencyKey')}`,
  );
  return (writer: W, values: Record<string, Value>): Kept => {
    const bound = { ...values, tenant: writer.scope, idempotencyKey: writer.attempt?.key ?? null };
    return { read: select(writer, bound), keep: () => keep(writer, bound) };
  };
}

/** What `write` runs in one transaction. */
interface Write<Seed> {
  /** What runs first: marks on the rows that will change, or refusals that end the batch. */
  before?: D1PreparedStatement[];
  /** The write itself; null when there is nothing to change. */
  change: D1PreparedStatement | null;
  after?: D1PreparedStatement[];
  /** The row as it is afterwards. */
  row: Kept;
  /** What the outcome also depends on: the id of a new row, for example, or the precondition, which is not part of the attempt's fingerprint. */
  seed: Seed;
  /** True when the write must not run twice: a second run could not tell its own work from another's. */
  once?: boolean;
  /** How many milliseconds the write may take, where it may touch many rows. */
  patience?: number;
}

/** What a write has done; for a copy of an attempt, what the first attempt did. */
export interface Outcome<Seed> {
  /** Whether the write itself changed anything. */
  changed: boolean;
  row: Row | undefined;
  /** The seed of the first attempt. */
  seed: Seed;
}

/** Ends the batch of a copy before it meets what the first attempt has stored, on which it could fail for another reason. */
const refuseKnown = query(
  () =>
    sql`INSERT INTO refusals (code) SELECT 'idempotency.key_reused' FROM ${idempotencyKeys} WHERE scope = ${p('scope')} AND key = ${p('key')}`,
);
const claim = query(
  () =>
    sql`INSERT INTO ${idempotencyKeys} (scope, key, fingerprint, seed, changed, created_at) VALUES (${p('scope')}, ${p('key')}, ${p('fingerprint')}, ${p('seed')}, changes(), ${p('now')})`,
);
const selectKept = query(
  () =>
    sql`SELECT fingerprint AS "fingerprint", seed AS "seed", changed AS "changed", "row" AS "row", created_at AS "at" FROM ${idempotencyKeys} WHERE scope = ${p('scope')} AND key = ${p('key')} AND created_at > ${p('since')}`,
);
const forget = query(
  () =>
    sql`DELETE FROM ${idempotencyKeys} WHERE scope = ${p('scope')} AND key = ${p('key')} AND created_at <= ${p('since')}`,
);

/** How many milliseconds the outcome of an attempt is kept. */
export const KEPT_MS = 24 * 60 * 60 * 1_000;
const since = () => new Date(Date.now() - KEPT_MS).toISOString();

/** The statement that ends the batch when the writer's key is no longer good; the operator has none. */
const liveKey = (writer: Writer) => ('keyId' in writer ? requireLiveKey(writer as Book) : null);

const present = (statements: (D1PreparedStatement | null | undefined)[]) =>
  statements.filter((statement) => statement != null);

/**
 * 1 round trip; 2 for a copy of an attempt, 4 for a copy that comes after the 24 hours. Throws `idempotency.key_reused`, `key.revoked`, and what the
 * tables refuse.
 */
export async function write<Seed extends object>(
  writer: Writer,
  planned: Write<Seed>,
): Promise<Outcome<Seed>> {
  const { before = [], change, after = [], row, seed, once, patience } = planned;
  const { attempt, scope, meter } = writer;
  const now = new Date().toISOString();
  const kept = attempt && {
    first: refuseKnown(writer, { scope, key: attempt.key }),
    claim: claim(writer, {
      scope,
      ...attempt,
      seed: JSON.stringify(seed),
      now,
    }),
    row: row.keep(),
  };
  const leading = present([liveKey(writer), kept?.first, ...before]);
  const statements = present([...leading, change, kept?.claim, ...after, kept?.row, row.read]);
  const { roundTrips } = meter;
  try {
    const results = await run(writer, statements, { again: kept !== null || !once, patience });
    const changed = change !== null && results[leading.length]!.meta.changes > 0;
    return { changed, row: results.at(-1)!.results[0], seed };
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'idempotency.key_reused')) throw error;
  }
  const wasTriedAgain = meter.roundTrips - roundTrips > 1;
  const known = await recall<Seed>(writer, wasTriedAgain ? now : undefined);
  if (known) return known;
  await run(writer, [forget(writer, { scope, key: attempt!.key, since: since() })], { again: true });
  return write(writer, planned);
}

/**
 * 1 round trip, none without an Idempotency-Key. Returns the outcome of the first attempt; null when this is the first. One that was kept at `own` is
 * this attempt's, whose answer from the store was lost: no replay. Throws `idempotency.key_reused`, `key.revoked`.
 */
export async function recall<Seed extends object>(
  writer: Writer,
  own?: string,
): Promise<Outcome<Seed> | null> {
  const { attempt, scope, meter } = writer;
  if (!attempt) return null;
  const select = selectKept(writer, { scope, key: attempt.key, since: since() });
  const [found] = await run(writer, [select, ...present([liveKey(writer)])], { again: true });
  const known = found.results[0];
  if (!known) return null;
  if (known.fingerprint !== attempt.fingerprint) throw new Failure('idempotency.key_reused');
  meter.replayed = known.at !== own;
  return {
    changed: known.changed !== 0,
    row: known.row === null ? undefined : JSON.parse(known.row as string),
    seed: JSON.parse(known.seed as string),
  };
}
