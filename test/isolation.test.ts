/**
 * No tenant sees, finds or touches anything of another tenant, wherever in a request it names it. The matrix is every operation of the OpenAPI
 * document, by every place in it that can name something. A place that this file cannot fill fails the test.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newMeter, type TenantId } from '../src/storage/database.ts';
import { applyEvents } from '../src/storage/delivery-events.ts';
import { adminSend, newTenant, type Reply, send } from './client.ts';
import {
  bodyOf,
  newDeliveries,
  newWorld,
  type Operation,
  operations,
  pathOf,
  queryOf,
  resolved,
  type World,
  withNameFree,
} from './faces.ts';
import { rowsOf } from './store.ts';

const NOTHING = '019a0000-0000-7000-8000-000000000000';
/** Parameters and fields that cannot name anything of a tenant. */
const ORDINARY = /^(view|explain|dryRun|match|updated_since|state|provider)$/;
/** Names that look as if they named something. If none of our values fits, this file must be told which one does. */
const NAMES_SOMETHING = /(id|number|reference|email|after)$/i;
/** Fields with such a name that are a person's or a company's own data. */
const OWN_TEXT = /^(displayReference|display_reference|company_registration_number|email|reference)$/;

/** An operation, and one of the places in it that can name something of another tenant. */
interface Place {
  operation: Operation;
  name: string;
  where: 'path' | 'query' | 'body' | 'header';
}

/** What a request names: the values of its own world, except in the places that are foreign. */
interface Naming {
  world: World;
  foreign: Partial<Record<Place['where'], Record<string, string>>>;
}

const known = await newWorld();

function fieldsOf(reference: unknown, path: string[] = []): string[] {
  const schema = resolved(reference) ?? {};
  if (schema.items) return fieldsOf(schema.items, path);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [...path, name].join('.'),
    ...fieldsOf(property, [...path, name]),
  ]);
}

function places(operation: Operation): Place[] {
  const place = (where: Place['where']) => (name: string) => ({ operation, name, where });
  const { face, params, body, path, pages } = operation;
  const query = operation.query.filter((name) => name !== pages?.size);
  for (const name of [...params, ...query]) {
    const fillable = ORDINARY.test(name) || name === pages?.cursor || known.values[name] !== undefined;
    if (!fillable)
      throw new Error(`What is ${name} of ${operation.title}? Tell test/faces.ts or test/isolation.ts.`);
  }
  const fields = fieldsOf(body).filter((name) => {
    const last = name.split('.').at(-1)!;
    if (ORDINARY.test(last) || !NAMES_SOMETHING.test(last)) return false;
    if (
      OWN_TEXT.test(last) ||
      known.values[last] !== undefined ||
      last === 'parent_account_number' ||
      last === 'connectionId'
    )
      return true;
    throw new Error(`What is ${name} in the body of ${operation.title}? Tell test/isolation.ts.`);
  });
  // the operator may name any tenant, but what belongs to one tenant is found only there
  const inPath = face.scopes ? params : path.startsWith('/admin/v1/tenants/') ? params.slice(1) : [];
  return [
    ...inPath.filter((name) => !ORDINARY.test(name)).map(place('path')),
    ...(face.scopes ? query.filter((name) => !ORDINARY.test(name)).map(place('query')) : []),
    ...(face.scopes ? fields.map(place('body')) : []),
    ...(face.scopes
      ? ['If-Match', 'If-None-Match', 'Idempotency-Key', 'X-Tenant-Id'].map(place('header'))
      : []),
  ];
}

const guarded = operations.filter(({ isPublic }) => !isPublic);
const matrix = guarded.flatMap(places);

function put(body: Record<string, unknown>, path: string[], value: string): Record<string, unknown> {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) return { ...body, [name]: value };
  const inner = (body[name] ?? {}) as Record<string, unknown> | Record<string, unknown>[];
  return {
    ...body,
    [name]: Array.isArray(inner) ? inner.map((one) => put(one, rest, value)) : put(inner, rest, value),
  };
}

async function ask(operation: Operation, { world, foreign }: Naming): Promise<Reply> {
  const own = withNameFree(operation, world);
  const path = pathOf(operation, { ...own.values, ...foreign.path });
  const query = new URLSearchParams(queryOf(operation, own, ''));
  for (const [name, value] of Object.entries(foreign.query ?? {})) query.set(name, value);
  let json = bodyOf(operation, { ...own, values: { ...own.values, ...foreign.path } });
  for (const [name, value] of Object.entries(foreign.body ?? {})) json = put(json, name.split('.'), value);
  return send(operation.method, query.size > 0 ? `${path}?${query}` : path, {
    headers: {
      ...operation.face.credential(operation.face.scopes ? own.tenant.key : env.ADMIN_TOKEN),
      ...foreign.header,
    },
    json,
  });
}

/** A tenant with secrets: anything of them in an answer to another tenant is a leak. */
const SECRET = 'Zyxwvut';
async function newOwner() {
  const owner = await newWorld();
  const { reference, account_number, accountId, contactId } = owner.values as Record<string, string>;
  const { ingest, agent } = owner.tenant;
  const contact = await ingest('PATCH', `/contacts/${reference}`, {
    name: `${SECRET} Person`,
    email: `${SECRET}@example.com`,
    notes: SECRET,
    phone: SECRET,
    custom_fields: { collections: { [SECRET]: SECRET } },
  });
  const account = await ingest('PATCH', `/accounts/${account_number}`, {
    name: `${SECRET} Company`,
    description: SECRET,
  });
  await newDeliveries(owner.tenant.id, `${SECRET}@example.com`.toLowerCase());
  const source = { connectionId: 'their-erp', sourceId: `${SECRET}-source` };
  const linked = await agent('POST', '/accounts', { fullName: SECRET, source });
  expect([contact.status, account.status, linked.status]).toEqual([200, 200, 201]);
  return {
    ...owner,
    values: {
      ...owner.values,
      email: `${SECRET}@example.com`,
      sourceId: source.sourceId,
      connectionId: source.connectionId,
      parent_account_number: account_number!,
    } as Record<string, string>,
    ids: [accountId!, contactId!, linked.body.id as string, owner.tenant.id, account_number!, reference!],
    headers: {
      'If-Match': contact.headers.get('ETag')!,
      'If-None-Match': contact.headers.get('ETag')!,
      'Idempotency-Key': `${SECRET} attempt`,
      'X-Tenant-Id': owner.tenant.id,
    } as Record<string, string>,
  };
}
const owner = await newOwner();
/** Not followed by a digit, so that CONTACT-2 is not found in CONTACT-21. */
const secrets = [SECRET, ...owner.ids].map((text) => new RegExp(`${text}(?!\\d)`, 'i'));

const nowhere: Record<string, string> = {
  'If-Match': `"${NOTHING}.1.x"`,
  'If-None-Match': `"${NOTHING}.1.x"`,
  'Idempotency-Key': 'an attempt that nobody has made',
  'X-Tenant-Id': NOTHING,
  email: 'nobody@example.com',
  connectionId: 'no-erp',
};
const missing = (name: string) =>
  nowhere[name] ?? (/id$/i.test(name) && name !== 'sourceId' ? NOTHING : `no-${name}`);

/** The cursor of the next page in an answer, whatever a dialect calls it. */
const CURSOR_OF = /"(?:next\w*|\w*cursor)":"([^"]+)"/i;

/** The owner's value for this place. A cursor comes from the same operation; an Idempotency-Key was used there before. */
async function theirs({ operation, name, where }: Place): Promise<string> {
  if (where === 'header') return owner.headers[name]!;
  const last = name.split('.').at(-1)!;
  const { pages } = operation;
  if (name !== pages?.cursor)
    return owner.values[last] ?? owner.values[last.replace(/^display_?/i, '').toLowerCase()] ?? SECRET;
  const { body } = await ask(operation, { world: owner, foreign: { query: { [pages.size]: '1' } } });
  const cursor = CURSOR_OF.exec(JSON.stringify(body))?.[1];
  // a key has one organization, and so no second page of them
  expect(typeof cursor === 'string', operation.title).toBe(!operation.path.endsWith('/organizations'));
  return cursor ?? 'eyJ9';
}

/** An answer without what differs from one call to the next anyway, and without the values that were asked for. */
function plain({ status, text, headers }: Reply, values: string[]) {
  const blank = (words: string) =>
    values
      .flatMap((value) => [encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
      .sort((a, b) => b.length - a.length)
      .reduce((rest, value) => rest.replaceAll(value, '…'), words)
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, 'id')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
      .replaceAll(/(?<=owner|Owner |Other person of |ACCT-|CONTACT-|S-|dgl_)\w+/g, '#');
  return { status, text: blank(text), location: blank(headers.get('Location') ?? '') };
}

it('knows every place of every operation', () => {
  expect(new Set(matrix.map(({ operation }) => operation.title)).size).toBeGreaterThan(30);
  expect(matrix.length).toBeGreaterThan(150);
});

const placed = guarded.filter((operation) => places(operation).length > 0);

describe.each(placed.map((operation) => [operation.title, operation] as const))('%s', (_, operation) => {
  const rows = places(operation);
  // the plainest attack replaces the whole path at once
  const inPath = rows.filter(({ where }) => where === 'path');
  const cases = [
    ...rows.map((place) => [`${place.where}: ${place.name}`, [place]] as const),
    ...(inPath.length > 1 ? [['path: all of it', inPath] as const] : []),
  ];

  it.each(cases)('what is another’s is as what is nowhere, at %s', async (_title, at) => {
    const before = await rowsOf(owner.tenant.id);
    if (at[0]!.where === 'header' && at[0]!.name === 'Idempotency-Key' && operation.writes)
      await ask(operation, {
        world: await newWorld(),
        foreign: { header: { 'Idempotency-Key': owner.headers['Idempotency-Key']! } },
      });
    const answers = [];
    for (const valueFor of [theirs, async ({ name }: Place) => missing(name.split('.').at(-1)!)]) {
      const foreign: Naming['foreign'] = {};
      for (const place of at)
        foreign[place.where] = { ...foreign[place.where], [place.name]: await valueFor(place) };
      const world = operation.writes ? await newWorld() : known;
      const reply = await ask(operation, { world, foreign });
      const sent = Object.values(foreign).flatMap((values) => Object.values(values));
      for (const secret of secrets) {
        if (sent.some((value) => secret.test(value))) continue;
        expect(reply.text).not.toMatch(secret);
        expect(JSON.stringify([...reply.headers])).not.toMatch(secret);
      }
      expect(reply.headers.get('Idempotent-Replayed')).toBeNull();
      answers.push(plain(reply, [...sent, ...Object.values(world.values)]));
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(await rowsOf(owner.tenant.id)).toEqual(before);
  });
});

it('a cursor of the very same list at another tenant is none of this one', async () => {
  const newTwin = async () => {
    const twin = await newTenant();
    await twin.account('A');
    await twin.account('B');
    const contact = { account_number: 'A', email: 'ann@example.com' };
    for (const reference of ['ANN', 'BOB']) await twin.ingest('PUT', `/contacts/${reference}`, contact);
    await twin.ingest('PATCH', '/contacts/ANN', { phone: '1' });
    await newDeliveries(twin.id, 'ann@example.com');
    return twin;
  };
  const [here, there] = [await newTwin(), await newTwin()];
  for (const [dialect, path] of [
    ['ingest', '/accounts?first=1'],
    ['ingest', '/contacts?first=1'],
    ['ingest', '/contacts?first=1&account_number=A&email=ann@example.com'],
    ['ingest', '/contacts/ANN/history?first=1'],
    ['ingest', '/contacts/ANN/deliveries?first=1'],
    ['agent', '/accounts?first=1'],
    ['agent', '/reachability?first=1'],
  ] as const) {
    const { body } = await there[dialect]('GET', path);
    const next = `${path}&after=${body.next ?? body.pageInfo?.endCursor}`;
    const replies = [await there[dialect]('GET', next), await here[dialect]('GET', next)];
    expect([path, ...replies.map(({ status }) => status)]).toEqual([path, 200, 422]);
  }
});

it('a key of another tenant opens nothing of this one, in any list', async () => {
  const stranger = await newWorld();
  for (const operation of guarded.filter(({ method, face }) => method === 'GET' && face.scopes)) {
    const reply = await ask(operation, { world: stranger, foreign: {} });
    expect(reply.status).toBe(200);
    for (const secret of secrets) expect(reply.text).not.toMatch(secret);
  }
});

it('what happens to the same person at another tenant shows and changes nothing here', async () => {
  const email = 'ann@example.com';
  const tenants = [await newTenant(), await newTenant()] as const;
  for (const [index, { id, ingest }] of tenants.entries()) {
    await ingest('PUT', '/contacts/ANN', { account_number: 'A', email, is_primary: true });
    // at the same moment, and the other tenant's comes first in every order
    const event = { addressKey: email, eventId: '1', kind: 'hard_bounce' as const, code: null };
    const at = '2026-01-01T00:00:00.000Z';
    const provider = ['ses', 'mailgun'][index]!;
    const forwarded = { addressKey: 'team@example.com', eventId: '2', reason: `for ${email}` };
    await applyEvents({ db: env.DB, meter: newMeter(), tenantId: id as TenantId }, [
      { ...event, provider, at, reason: null },
      { ...event, ...forwarded, provider, at },
    ]);
  }
  const [here, there] = tenants;
  const account = (await here.ingest('GET', '/accounts/A')).body.id;
  const state = async () => ({
    rows: await rowsOf(here.id),
    shown: await Promise.all([
      ...['/contacts', '/contacts/ANN/history', '/contacts/ANN/deliveries', '/accounts/A/reachability'].map(
        async (path) => (await here.ingest('GET', path)).text,
      ),
      ...[`/accounts/${account}`, `/accounts/${account}/contacts`, '/reachability'].map(
        async (path) => (await here.agent('GET', path)).text,
      ),
    ]),
  });
  await state(); // the first call stores that the key is in use
  const before = await state();
  expect(before.shown[2]).toContain('"verdict":{"provider":"ses"');
  const admin = (path: string, json: object) => adminSend('POST', `/tenants/${there.id}${path}`, { json });
  const happens = [
    () => admin('/simulate', { address: email, event: 'bounce' }),
    () => admin('/addresses/revalidate', { address: email }),
    () => admin('/simulate', { address: email, event: 'complain' }),
    () => there.ingest('PATCH', '/contacts/ANN', { email: 'other@example.com' }),
    () => there.ingest('PATCH', '/contacts/ANN', { email }),
    () => admin('/erasures', { email }),
    () => adminSend('DELETE', `/tenants/${there.id}`),
  ];
  for (const happen of happens) {
    const { status, text } = await happen();
    expect(status, text).toBeLessThan(300);
    expect(await state()).toEqual(before);
  }
});
