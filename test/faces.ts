/** The faces of the book as conformance.test.ts sees them: one row for each, and their operations from the document. */
import { env } from 'cloudflare:workers';
import { SCOPES, type Scope } from '../src/storage/keys.ts';
import { adminSend, newKey, newTenant, send, type TestTenant } from './client.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document, read as it comes
type Json = any;

/** Everything that the tests must know of a face. */
export interface Face {
  base: string;
  challenge: string;
  /** Which scopes of a tenant's key suffice; null where the operator's token is needed. */
  scopes: { reads: Scope[]; writes: Scope[] } | null;
  credential(key: string): Record<string, string>;
}

export const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });
export const apiKey = (key: string) => ({ 'X-API-Key': key });

export const faces: Face[] = [
  {
    base: '/api/v1/ingest',
    challenge: 'ApiKey',
    scopes: { reads: ['ingest', 'accounts:read', 'accounts:all'], writes: ['ingest', 'accounts:all'] },
    credential: apiKey,
  },
  {
    base: '/api/public/v1',
    challenge: 'Bearer',
    scopes: { reads: ['accounts:read', 'accounts:all'], writes: ['accounts:all'] },
    credential: bearer,
  },
  { base: '/admin/v1', challenge: 'Bearer', scopes: null, credential: bearer },
];

/** One operation as /openapi.json describes it. */
export interface Operation {
  /** For the names of tests. */
  title: string;
  face: Face;
  method: string;
  /** The path with `{parameters}`. */
  path: string;
  /** The names of the parameters in the path, those in the query, and the required ones of the query. */
  params: string[];
  /** Those in the path that are ids: a malformed one names nothing. */
  ids: string[];
  query: string[];
  required: string[];
  isPublic: boolean;
  writes: boolean;
  /** Of a list: its parameters for the size of a page and for the cursor. */
  pages: { size: string; cursor: string } | null;
  /** The schema of the JSON body; null without one. */
  body: Json | null;
  /** The statuses that the document lists. */
  statuses: number[];
}

export const document: Json = (await send('GET', '/openapi.json')).body;

/** What `afterParameter` says of itself, whatever a dialect calls it. */
const CURSOR = 'The cursor of the previous page. Opaque.';

export const operations: Operation[] = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
  Object.entries<Json>(/^\/(?:health|hooks)\b/.test(path) ? {} : item).map(([method, operation]) => {
    const face = faces.find(({ base }) => path.startsWith(`${base}/`));
    if (!face) throw new Error(`No row in test/faces.ts for ${path}`);
    const named = (wanted: (parameter: Json) => boolean) =>
      (operation.parameters ?? []).filter(wanted).map((parameter: Json) => parameter.name);
    const [cursor] = named(({ description }) => description === CURSOR);
    const [size] = named(({ schema }) => schema?.type === 'integer' && schema.maximum === 100);
    return {
      title: `${method.toUpperCase()} ${path}`,
      face,
      method: method.toUpperCase(),
      path,
      params: named((parameter) => parameter.in === 'path'),
      ids: named((parameter) => parameter.in === 'path' && parameter.schema.format === 'uuid'),
      query: named((parameter) => parameter.in === 'query'),
      required: named((parameter) => parameter.in === 'query' && parameter.required),
      pages: cursor && size ? { size, cursor } : null,
      isPublic: operation.security?.length === 0,
      writes: method !== 'get',
      body: operation.requestBody?.content?.['application/json']?.schema ?? null,
      statuses: Object.keys(operation.responses).map(Number),
    };
  }),
);

/** A schema with its reference followed. */
export const resolved = (schema: Json): Json =>
  schema?.$ref ? resolved(document.components.schemas[schema.$ref.split('/').at(-1)]) : schema;

/** A body made of the examples of its schema, so that what the documentation shows is what is sent. */
export function sample(reference: Json): Json {
  const schema = resolved(reference);
  if (schema.example !== undefined) return schema.example ?? undefined;
  if (schema.items) return [sample(schema.items)];
  if (!schema.properties) return undefined;
  return Object.fromEntries(
    Object.entries(schema.properties)
      .map(([name, property]) => [name, sample(property)])
      .filter(([, value]) => value !== undefined),
  );
}

/** A tenant that has one of everything: the values for its paths, and a key for every scope. */
export interface World {
  tenant: TestTenant;
  values: Record<string, string>;
  keyWith(scopes: Scope[]): Promise<string>;
}

let worlds = 0;

/** A dead letter, as the queue's consumer would have stored it. */
export async function newDeadLetter(tenantId: string): Promise<string> {
  const id = crypto.randomUUID();
  const body = JSON.stringify({
    tenantId,
    provider: 'mailgun',
    receivedAt: new Date().toISOString(),
    payload: {},
  });
  await env.DB.prepare(
    "INSERT INTO dead_letters (id, tenant_id, provider, body, reason, received_at, died_at) VALUES (?1, ?2, 'mailgun', ?3, 'unreadable', ?4, ?4)",
  )
    .bind(id, tenantId, body, new Date().toISOString())
    .run();
  return id;
}

/** Delivery events and their verdict, as delivery results would have left them. */
export const newDeliveries = (tenantId: string, address: string, at = new Date().toISOString()) =>
  env.DB.batch(
    ['sent', 'opened'].map((event) =>
      env.DB.prepare(
        "INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, received_at) VALUES (?1, 'mailgun', ?2, ?3, 'delivered', ?4, ?4)",
      ).bind(tenantId, event, address, at),
    ),
  );

export async function newWorld(): Promise<World> {
  worlds += 1;
  const tenant = await newTenant();
  const { ingest } = tenant;
  const reference = `CONTACT-${worlds}`;
  const account_number = `ACCT-${worlds}`;
  const accountId = await tenant.account(account_number);
  await tenant.account(`${account_number}-2`);
  const contact = await ingest('POST', `/contacts/${reference}`, {
    account_number,
    name: `Owner ${worlds}`,
    email: `owner${worlds}@example.com`,
  });
  await ingest('PATCH', `/contacts/${reference}`, { title: 'Head of Accounts Payable' });
  await ingest('POST', `/contacts/${reference}-2`, { account_number, name: `Other person of ${worlds}` });
  await tenant.agent('PUT', `/accounts/${accountId}/source`, {
    connectionId: 'my-erp-integration',
    sourceId: `S-${worlds}`,
  });
  await newDeliveries(tenant.id, `owner${worlds}@example.com`);
  const { id: keyId } = await newKey(tenant.id, ['ingest']);
  await adminSend('PUT', `/tenants/${tenant.id}/hooks/mailgun`, {
    json: { secret: `mailgun-signing-key-${worlds}` },
  });
  const deadLetterId = await newDeadLetter(tenant.id);
  return {
    tenant,
    values: {
      reference,
      account_number,
      accountId,
      contactId: contact.body.id,
      organizationId: tenant.id,
      id: tenant.id,
      keyId,
      provider: 'mailgun',
      deadLetterId,
      sourceId: `S-${worlds}`,
      email: `owner${worlds}@example.com`,
    },
    keyWith: async (scopes) => (await newKey(tenant.id, scopes)).key,
  };
}

/** The path of an operation in a world. A parameter that is new to these tests must get a value in `newWorld`. */
export function pathOf(
  { path, title }: Pick<Operation, 'path' | 'title'>,
  values: Record<string, string>,
): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`What is {${name}} of ${title}? Tell newWorld in test/faces.ts.`);
    return encodeURIComponent(value);
  });
}

/** The query of an operation: what is asked for, and what is required. */
export function queryOf({ required, title }: Operation, { values }: World, asked: string): string {
  const query = new URLSearchParams();
  for (const name of required) {
    const value = values[name];
    if (value === undefined) throw new Error(`What is ${name} of ${title}? Tell newWorld in test/faces.ts.`);
    if (!new URLSearchParams(asked).has(name)) query.set(name, value);
  }
  return query.size === 0 ? asked : `${asked === '' ? '?' : `${asked}&`}${query}`;
}

/** A body that the operation accepts. Where the example has an id, it has the tenant's own. */
export function bodyOf(operation: Operation, { values }: World): Json {
  if (!operation.body) return undefined;
  const body = sample(operation.body);
  for (const name of ['reference', 'account_number', 'organizationId', 'sourceId']) {
    if (name in body && (name !== 'account_number' || operation.params.includes(name)))
      body[name] = values[name];
  }
  if (body.source)
    body.source.sourceId = operation.params.length === 0 ? `${values.sourceId}-new` : values.sourceId;
  return body;
}

/** A world in which the name that a POST takes from its path is free. */
export function withNameFree({ method, path, params }: Operation, world: World): World {
  const name = params.at(-1);
  if (method !== 'POST' || name === undefined || !path.endsWith(`{${name}}`)) return world;
  return { ...world, values: { ...world.values, [name]: `${world.values[name]}-new` } };
}

/** The credential that may do everything at this face. */
export const credentialOf = ({ credential, scopes }: Face, { tenant }: World) =>
  credential(scopes ? tenant.key : env.ADMIN_TOKEN);

/** The scopes that do not suffice for an operation. */
export const lacking = ({ face, writes }: Operation): Scope[] =>
  SCOPES.filter((scope) => face.scopes && !(writes ? face.scopes.writes : face.scopes.reads).includes(scope));
