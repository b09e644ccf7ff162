/** What a read costs does not grow with the rest of the tenant's book (migrations/0011_statistics.sql). */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { probes } from '../../src/core/match.ts';
import { listContacts, listContactsOf } from '../../src/storage/contacts.ts';
import { type Book, newMeter, type TenantId } from '../../src/storage/database.ts';
import { listDeliveries } from '../../src/storage/deliveries.ts';
import { getReachability, listReachability } from '../../src/storage/reachability.ts';
import { upsertContact } from '../../src/storage/upsert.ts';
import { newKey, newTenant } from '../client.ts';

const COUNT = 5_000;
const LAST = `A${COUNT}`;
let book: Omit<Book, 'meter'>;
let accountId: string;

beforeAll(async () => {
  const { id } = await newTenant();
  const { id: keyId } = await newKey(id, ['ingest']);
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNT})`;
  const uuid = `'019a0000-0000-7000-8000-' || format('%012d', i)`;
  const now = new Date().toISOString();
  await env.DB.batch([
    env.DB.prepare(
      `${numbers} INSERT INTO accounts (tenant_id, id, number, created_at, updated_at) SELECT ?1, ${uuid}, 'A' || i, ?2, ?2 FROM n`,
    ).bind(id, now),
    env.DB.prepare(
      `${numbers} INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, name, name_key, email, email_key, created_at, updated_at)
       SELECT ?1, ${uuid}, 'C' || i, 'c' || i, ${uuid}, 'Person ' || i, 'person ' || i, 'p' || i || '@example.com', 'p' || i || '@example.com', ?2, ?2 FROM n`,
    ).bind(id, now),
  ]);
  accountId = `019a0000-0000-7000-8000-${String(COUNT).padStart(12, '0')}`;
  book = { db: env.DB, tenantId: id as TenantId, scope: id, keyId, attempt: null, requestId: 'test' };
});

/** The upserts must find their contact: a new one would need a language. */
const reads: Record<string, (book: Book) => Promise<unknown>> = {
  'the contacts of an account': (it) => listContactsOf(it, accountId, 10, ''),
  'contacts by account number': (it) => listContacts(it, { accountNumber: LAST }, 10, null),
  'contacts by address': (it) => listContacts(it, { email: `p${COUNT}@example.com` }, 10, null),
  'contacts by time of change': (it) =>
    listContacts(it, { updatedSince: '2100-01-01T00:00:00.000Z' }, 10, null),
  'the upsert of a known address': (it) => upsertContact(it, accountId, { email: `p${COUNT}@example.com` }),
  'the reachability of an account': (it) => getReachability(it, { number: LAST }),
  'a page of the portfolio': (it) => listReachability(it, 'reachable', 10, ''),
  'an empty page of the portfolio': (it) => listReachability(it, 'dark', 10, ''),
  'the deliveries of a contact': (it) => listDeliveries(it, { reference: `C${COUNT}` }, 10, null),
};

describe('among thousands of contacts', () => {
  it.each(Object.entries(reads))('%s costs tens of rows', async (_, read) => {
    const meter = newMeter();
    await read({ ...book, meter });
    expect(meter.rowsRead).toBeGreaterThan(0);
    expect(meter.rowsRead).toBeLessThan(100);
  });

  it('the upsert of a name alike costs the rows of its look-up and few more', async () => {
    const meter = newMeter();
    await upsertContact({ ...book, meter }, accountId, { fullName: `Persun ${COUNT}` });
    expect(meter.rowsRead).toBeGreaterThan(0);
    expect(meter.rowsRead).toBeLessThan(50 + probes(`persun ${COUNT}`).length);
  });
});
