/** What the queue's consumer could not apply, kept until the operator replays it or drops it. */
import { sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import { type Payer, p, query, run, type Writer } from './database.ts';
import { deadLetters } from './operator-schema.ts';
import { type Page, pageOf } from './page.ts';
import { tenants } from './schema.ts';
import { recall, rowQuery, write } from './writing.ts';

/** What the operator sees of a dead letter. Its body is not shown, because it holds personal data. */
interface DeadLetter {
  id: string;
  tenantId: string | null;
  provider: string;
  reason: string;
  receivedAt: string;
  diedAt: string;
}

const shown = sql`id AS "id", tenant_id AS "tenantId", provider AS "provider", reason AS "reason", received_at AS "receivedAt", died_at AS "diedAt"`;
const insert = query(
  () => sql`INSERT INTO ${deadLetters} (id, tenant_id, provider, body, reason, received_at, died_at)
SELECT ${p('id')}, ${p('tenantId')}, ${p('provider')}, ${p('body')}, ${p('reason')}, ${p('receivedAt')}, ${p('diedAt')}
WHERE ${p('tenantId')} IS NULL OR EXISTS (SELECT 1 FROM ${tenants} WHERE id = ${p('tenantId')})`,
);
const selectPage = query(
  () => sql`SELECT ${shown} FROM ${deadLetters} WHERE id > ${p('after')} ORDER BY id LIMIT ${p('limit')}`,
);
const selectBody = query(() => sql`SELECT body AS "body" FROM ${deadLetters} WHERE id = ${p('letterId')}`);
const remove = query(() => sql`DELETE FROM ${deadLetters} WHERE id = ${p('letterId')}`);
const kept = rowQuery(['id'], () => sql`SELECT id AS "id" FROM ${deadLetters} WHERE id = ${p('letterId')}`);

/**
 * 1 round trip. Stores the letters, except those of a tenant that no longer exists. A letter that comes twice is stored twice, which does no harm:
 * its events count once.
 */
export async function bury(payer: Payer, letters: (DeadLetter & { body: string })[]): Promise<void> {
  await run(
    payer,
    letters.map((letter) => insert(payer, { ...letter })),
  );
}

/** 1 round trip. Up to `first` letters after the one with this id, oldest first. */
export async function listDeadLetters(payer: Payer, first: number, after: string): Promise<Page<DeadLetter>> {
  const [listed] = await run(payer, [selectPage(payer, { after, limit: first + 1 })], { again: true });
  return pageOf(listed.results, first, (row) => row as unknown as DeadLetter);
}

/** 1 round trip. Removes the letter. Throws `dead_letter.not_found`. */
export async function dropDeadLetter(office: Writer, letterId: string): Promise<void> {
  const change = remove(office, { letterId });
  const { changed } = await write(office, { change, row: kept(office, { letterId }), seed: {}, once: true });
  if (!changed) throw new Failure('dead_letter.not_found');
}

/**
 * 2 round trips (3 with an Idempotency-Key). Sends the letter's body again, and then drops the letter. If only the first succeeds, the body may be
 * sent twice, but its events count once. Throws `dead_letter.not_found`.
 */
export async function replayDeadLetter(
  office: Writer,
  letterId: string,
  send: (body: string) => Promise<void>,
): Promise<void> {
  if ((await recall(office))?.changed) return;
  const [found] = await run(office, [selectBody(office, { letterId })], { again: true });
  const row = found.results[0];
  if (!row) throw new Failure('dead_letter.not_found');
  await send(row.body as string);
  await dropDeadLetter(office, letterId);
}
