/** Every write of every face, each in a world where it succeeds: what retries and faults must not spoil. */
import { env } from 'cloudflare:workers';
import { adminSend, type Call, newTenant, type Reply, send, type TestTenant } from './client.ts';
import { newDeadLetter, operations } from './faces.ts';

export const INGEST = '/api/v1/ingest';
export const AGENT = '/api/public/v1';

export interface World {
  tenant: TestTenant;
  /** An account: its number and its id. */
  number: string;
  account: string;
  /** A contact of that account: its reference and its id. */
  reference: string;
  contact: string;
  /** An account that has a source. */
  linked: string;
  /** A letter that the queue has given up. */
  letter: string;
  /** A key of the tenant that no test uses. */
  spare: string;
}

export async function newWorld(): Promise<World> {
  const tenant = await newTenant();
  const account = await tenant.account('ACCT-001');
  const { body } = await tenant.ingest('POST', '/contacts/CONTACT-001', {
    account_number: 'ACCT-001',
    name: 'John Smith',
    email: 'john@example.com',
  });
  const linked = await tenant.agent('POST', '/accounts', {
    fullName: 'Linked',
    source: { connectionId: 'erp', sourceId: 'LINKED' },
  });
  for (const secret of ['mailgun-signing-key-1', 'mailgun-signing-key-2']) {
    await adminSend('PUT', `/tenants/${tenant.id}/hooks/mailgun`, { json: { secret } });
  }
  const letter = await newDeadLetter(tenant.id);
  const spare = await adminSend('POST', `/tenants/${tenant.id}/keys`, {
    json: { name: 'spare', scopes: ['ingest'] },
  });
  return {
    tenant,
    number: 'ACCT-001',
    account,
    reference: 'CONTACT-001',
    contact: body.id,
    linked: linked.body.id,
    letter,
    spare: spare.body.id,
  };
}

export type Write = (world: World) => [method: string, path: string, json?: unknown];
const person = { fullName: 'Mary Major', email: 'mary@example.com', language: 'en' };
const company = { fullName: 'Example Corporation', currencyCode: 'EUR' };
export const source = { connectionId: 'erp', sourceId: 'CUST-1' };

/** Every write of every face, each of which does something. */
export const writes: Record<string, Write> = {
  'ingest: POST contact': () => ['POST', `${INGEST}/contacts/NEW`, { name: 'Ann', account_number: 'STUB' }],
  'ingest: PUT new contact': () => ['PUT', `${INGEST}/contacts/NEW`, { name: 'Ann' }],
  'ingest: PUT contact': ({ reference }) => ['PUT', `${INGEST}/contacts/${reference}`, { name: 'Ann' }],
  'ingest: PATCH contact': ({ reference }) => ['PATCH', `${INGEST}/contacts/${reference}`, { phone: '1' }],
  'ingest: PATCH nothing': ({ reference }) => ['PATCH', `${INGEST}/contacts/${reference}`, {}],
  'ingest: DELETE contact': ({ reference }) => ['DELETE', `${INGEST}/contacts/${reference}`],
  'ingest: POST account': () => ['POST', `${INGEST}/accounts/NEW`, { name: 'New' }],
  'ingest: PUT account': ({ number }) => ['PUT', `${INGEST}/accounts/${number}`, { name: 'Other', vat: 'X' }],
  'ingest: PATCH account': ({ number }) => ['PATCH', `${INGEST}/accounts/${number}`, { credit_limit: 5 }],
  'agent: POST contact': ({ account }) => ['POST', `${AGENT}/accounts/${account}/contacts`, person],
  'agent: PATCH contact': ({ account, contact }) => [
    'PATCH',
    `${AGENT}/accounts/${account}/contacts/${contact}`,
    { fullName: 'Johnny Smithers', email: null },
  ],
  'agent: DELETE contact': ({ account, contact }) => [
    'DELETE',
    `${AGENT}/accounts/${account}/contacts/${contact}`,
  ],
  'agent: upsert of a new contact': ({ account }) => [
    'PUT',
    `${AGENT}/accounts/${account}/contacts/upsert`,
    person,
  ],
  'agent: upsert of a known contact': ({ account }) => [
    'PUT',
    `${AGENT}/accounts/${account}/contacts/upsert`,
    { fullName: 'Jon Smith', email: 'JOHN@example.com', language: 'fr' },
  ],
  'agent: POST account': () => ['POST', `${AGENT}/accounts`, company],
  'agent: POST account with contacts and a source': () => [
    'POST',
    `${AGENT}/accounts`,
    { ...company, source, contacts: [person, { ...person, fullName: 'Max Minor', email: null }] },
  ],
  'agent: PUT account': ({ account }) => ['PUT', `${AGENT}/accounts/${account}`, company],
  'agent: PUT account with contacts and a source': ({ account }) => [
    'PUT',
    `${AGENT}/accounts/${account}`,
    { ...company, source, contacts: [person, { ...person, fullName: 'Jon Smith', email: null }] },
  ],
  'agent: DELETE account': ({ account }) => ['DELETE', `${AGENT}/accounts/${account}`],
  'agent: PUT source': ({ account }) => ['PUT', `${AGENT}/accounts/${account}/source`, source],
  'agent: DELETE source': ({ linked }) => ['DELETE', `${AGENT}/accounts/${linked}/source`],
  'admin: POST tenant': () => ['POST', '/admin/v1/tenants', { name: 'Another' }],
  'admin: PATCH tenant': ({ tenant }) => ['PATCH', `/admin/v1/tenants/${tenant.id}`, { name: 'Renamed' }],
  'admin: DELETE tenant': ({ tenant }) => ['DELETE', `/admin/v1/tenants/${tenant.id}`],
  'admin: POST key': ({ tenant }) => [
    'POST',
    `/admin/v1/tenants/${tenant.id}/keys`,
    { name: 'new', scopes: ['ingest'] },
  ],
  'admin: POST erasure': ({ tenant }) => [
    'POST',
    `/admin/v1/tenants/${tenant.id}/erasures`,
    { email: 'JOHN@example.com' },
  ],
  'admin: PUT hook': ({ tenant }) => [
    'PUT',
    `/admin/v1/tenants/${tenant.id}/hooks/mailgun`,
    { secret: 'mailgun-signing-key-3' },
  ],
  'admin: DELETE previous secret': ({ tenant }) => [
    'DELETE',
    `/admin/v1/tenants/${tenant.id}/hooks/mailgun/previous`,
  ],
  'admin: DELETE hook': ({ tenant }) => ['DELETE', `/admin/v1/tenants/${tenant.id}/hooks/mailgun`],
  'admin: PATCH delivery settings': ({ tenant }) => [
    'PATCH',
    `/admin/v1/tenants/${tenant.id}/delivery-settings`,
    { softBounces: 5, senderDomains: [`${tenant.id}.example.com`] },
  ],
  'admin: POST revalidation': ({ tenant }) => [
    'POST',
    `/admin/v1/tenants/${tenant.id}/addresses/revalidate`,
    { address: 'john@example.com' },
  ],
  'admin: POST simulation': ({ tenant }) => [
    'POST',
    `/admin/v1/tenants/${tenant.id}/simulate`,
    { address: 'john@example.com', event: 'bounce' },
  ],
  'admin: POST dead letter again': ({ letter }) => ['POST', `/admin/v1/dead-letters/${letter}/replay`],
  'admin: DELETE dead letter': ({ letter }) => ['DELETE', `/admin/v1/dead-letters/${letter}`],
  'admin: DELETE key': ({ tenant, spare }) => ['DELETE', `/admin/v1/tenants/${tenant.id}/keys/${spare}`],
};

/** The writes of the OpenAPI document that are not in the rows above: a new route must be added there. */
export async function missing(): Promise<string[]> {
  const world = await newWorld();
  const rows = Object.values(writes).map((write) => write(world));
  return operations
    .filter(({ writes }) => writes)
    .filter(({ method, path }) => {
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      return !rows.some(([by, to]) => by === method && pattern.test(to));
    })
    .map(({ title }) => title);
}

/** Sends a write, with this Idempotency-Key if there is one. */
export function attempt(
  { tenant }: World,
  key: string | null,
  [method, path, json]: ReturnType<Write>,
  { headers, ...call }: Call = {},
): Promise<Reply> {
  const credential: Record<string, string> = path.startsWith('/admin')
    ? { Authorization: `Bearer ${env.ADMIN_TOKEN}` }
    : { 'X-API-Key': tenant.key };
  return send(method, path, {
    json,
    ...call,
    headers: { ...credential, ...(key !== null && { 'Idempotency-Key': key }), ...headers },
  });
}
