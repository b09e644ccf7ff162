/**
 * The tenant that local runs start with. Its key is published in the source, so it must never exist in a deployed Worker. It is written only here,
 * into a local D1, and the Worker refuses it where the variable LOCAL is missing.
 */
import { createHash } from 'node:crypto';
import { DEMO_KEY } from '../src/core/key.ts';
import type { LocalDatabase } from './local.ts';

export const TENANT_ID = '019a0000-0000-7000-8000-000000000001';
/** What the tenant is called until all its contacts are written. Whoever stops the start in between finds it made anew by the next one. */
export const UNFINISHED = 'demo, not yet complete';
const KEY_ID = '019a0000-0000-7000-8000-000000000002';

/** Creates the tenant `demo`, its key and its contacts, once for each database. Returns true when it had to. */
export async function seedDemo(url: string, db: LocalDatabase): Promise<boolean> {
  if (!(await insertTenant(db))) return false;
  await writeContacts(url);
  await db.prepare("UPDATE tenants SET name = 'demo' WHERE id = ?1").bind(TENANT_ID).run();
  return true;
}

async function insertTenant(db: LocalDatabase): Promise<boolean> {
  const now = new Date().toISOString();
  const hash = createHash('sha256').update(DEMO_KEY).digest('hex');
  const unfinished = db
    .prepare('DELETE FROM tenants WHERE id = ?1 AND name = ?2')
    .bind(TENANT_ID, UNFINISHED);
  const tenant = db
    .prepare(
      `INSERT INTO tenants (id, name, default_language, created_at, updated_at) VALUES (?1, ?2, 'en', ?3, ?3)
       ON CONFLICT DO NOTHING`,
    )
    .bind(TENANT_ID, UNFINISHED, now);
  const key = db
    .prepare(
      `INSERT INTO api_keys (id, tenant_id, name, hash, scopes, created_at)
       VALUES (?1, ?2, 'local demo', ?3, '["accounts:all","ingest"]', ?4) ON CONFLICT DO NOTHING`,
    )
    .bind(KEY_ID, TENANT_ID, hash, now);
  const [, made] = await db.batch([unfinished, tenant, key]);
  return made?.meta.changes === 1;
}

/** Writes through the API, in both dialects: what one has written, the other shows. */
async function writeContacts(url: string): Promise<void> {
  const ingest = caller(`${url}/api/v1/ingest`, { 'X-API-Key': DEMO_KEY });
  const agent = caller(`${url}/api/public/v1`, { Authorization: `Bearer ${DEMO_KEY}` });

  await ingest('PUT', '/accounts/ACCT-001', {
    name: 'Example Industrial Supply',
    currency: 'USD',
    language: 'en',
  });
  await ingest('PUT', '/contacts/CONTACT-101', {
    account_number: 'ACCT-001',
    first_name: 'Priya',
    last_name: 'Raman',
    function: 'Accounts payable manager',
    email: 'priya.raman@supply.example.com',
    phone: '404-555-0101',
    language: 'en',
    is_primary: true,
  });
  await ingest('PUT', '/contacts/CONTACT-102', {
    account_number: 'ACCT-001',
    name: 'Accounts Payable',
    email: 'ap@supply.example.com',
    notes: 'Shared mailbox. Wants the purchase order number on every invoice.',
    custom_fields: { collections: { preferred_channel: 'email' } },
  });

  const moebel = await ingest('PUT', '/accounts/ACCT-002', {
    name: 'Beispiel Möbel GmbH',
    currency: 'EUR',
    language: 'de',
  });
  await ingest('PUT', '/contacts/CONTACT-201', {
    account_number: 'ACCT-002',
    first_name: 'Jürgen',
    last_name: 'Weiß',
    email: 'j.weiss@moebel.example.com',
    country: 'DE',
  });
  await agent('PUT', `/accounts/${moebel.id}/contacts/upsert`, {
    fullName: 'Sabine König',
    email: 'buchhaltung@moebel.example.com',
    language: 'de',
  });

  const boulangerie = await agent('POST', '/accounts', {
    fullName: 'Boulangerie Exemple',
    currencyCode: 'EUR',
    billingAddress: { street: '1 rue de la Gare', city: 'Lyon', postalCode: '69002', country: 'FR' },
  });
  await agent('POST', `/accounts/${boulangerie.id}/contacts`, {
    fullName: 'Renée Dubois',
    email: 'renee.dubois@boulangerie.example.com',
    language: 'fr',
  });
}

function caller(base: string, authorization: Record<string, string>) {
  return async (method: string, path: string, body: object): Promise<{ id: string }> => {
    const response = await fetch(base + path, {
      method,
      headers: { ...authorization, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(
        `The demo could not be written: ${method} ${path}: ${response.status} ${await response.text()}`,
      );
    return (await response.json()) as { id: string };
  };
}
