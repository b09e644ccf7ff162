/** Which requests of providers were accepted already. A request is known by its nonce, the part of it that is valid only once. */
import { sql } from 'drizzle-orm';
import { type Payer, p, query, run } from './database.ts';
import { hookReceipts } from './operator-schema.ts';

const forgetReceipts = query(() => sql`DELETE FROM ${hookReceipts} WHERE at < ${p('before')}`);
const insertReceipt = query(
  () =>
    sql`INSERT INTO ${hookReceipts} (tenant_id, provider, nonce, at) VALUES (${p('tenantId')}, ${p('provider')}, ${p('nonce')}, ${p('receivedAt')}) ON CONFLICT DO NOTHING`,
);
const removeReceipt = query(
  () =>
    sql`DELETE FROM ${hookReceipts} WHERE tenant_id = ${p('tenantId')} AND provider = ${p('provider')} AND nonce = ${p('nonce')} AND at = ${p('receivedAt')}`,
);

/** An accepted request. Copies of it have the same nonce, but were received at other times. */
type Receipt = { tenantId: string; provider: string; nonce: string; receivedAt: string };

/** 1 round trip. True when the request with this nonce has not been accepted before; from now on it has. */
export async function acceptOnce(payer: Payer, receipt: Receipt): Promise<boolean> {
  const [inserted] = await run(payer, [insertReceipt(payer, receipt)]);
  return inserted.meta.changes > 0;
}

/** 1 round trip. Forgets the requests accepted before this time. */
export async function forgetReceiptsBefore(payer: Payer, milliseconds: number): Promise<void> {
  await run(payer, [forgetReceipts(payer, { before: new Date(milliseconds).toISOString() })]);
}

/** 1 round trip. Takes this acceptance back, but not that of a copy: the request could not be queued, and the provider may send it again. */
export async function unaccept(payer: Payer, receipt: Receipt): Promise<void> {
  await run(payer, [removeReceipt(payer, receipt)], { again: true });
}
