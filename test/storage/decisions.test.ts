/** Another writer writes between the two round trips of an upsert: the upsert decides again exactly when that is needed. */
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply, send, type TestTenant } from '../client.ts';
import { database } from '../store.ts';

interface Scene {
  tenant: TestTenant;
  /** The account and the path of its contacts. */
  account: string;
  contacts: string;
  /** The id of the stored contact: John Smith, john@example.com, reference JOHN. */
  john: string;
}

async function newScene(): Promise<Scene> {
  const tenant = await newTenant();
  const account = await tenant.account();
  await tenant.account('ELSEWHERE');
  const john = { account_number: 'ACCT-001', name: 'John Smith', email: 'john@example.com' };
  const { body } = await tenant.ingest('POST', '/contacts/JOHN', john);
  return { tenant, account, contacts: `/accounts/${account}/contacts`, john: body.id };
}

/** The reply to an upsert during which this happens, and how many round trips the upsert took. */
async function during(
  scene: Scene,
  person: object,
  happens: (scene: Scene) => Promise<unknown>,
  headers: Record<string, string> = {},
) {
  let trips = 0;
  // with a key, the first round trip asks whether this is a copy
  const decides = headers['Idempotency-Key'] ? 2 : 1;
  const DB = database(async (_, go) => {
    trips += 1;
    const hasDecided = trips === decides;
    const results = await go();
    if (hasDecided) await happens(scene);
    return results;
  });
  const { key } = scene.tenant;
  const path = `/api/public/v1${scene.contacts}/upsert`;
  const reply = await send('PUT', path, {
    key,
    json: { language: 'en', ...person },
    headers,
    bindings: { DB },
  });
  return { reply, trips };
}

const patchJohn = (json: object) => (scene: Scene) => scene.tenant.ingest('PATCH', '/contacts/JOHN', json);
const arrives = (json: object) => (scene: Scene) =>
  scene.tenant.ingest('POST', '/contacts/NEW', { account_number: 'ACCT-001', ...json });
const idOf = async ({ tenant }: Scene, reference: string) =>
  (await tenant.ingest('GET', `/contacts/${reference}`)).body.id;

const byEmail = { fullName: 'Wolfgang Huber', email: 'JOHN@example.com' };
const nameless = { email: 'JOHN@example.com' };
const byName = { fullName: 'Jon Smith' };
const byVeryName = { fullName: 'john smith' };
const stranger = { fullName: 'Maria Callas', email: 'maria@example.com' };
const mailbox = { fullName: 'ap@example.com' };

type Case = [what: string, person: object, happens: (scene: Scene) => Promise<unknown>];

describe('decides again', () => {
  const anew: Case[] = [
    ['the address of the one it means changes', byEmail, patchJohn({ email: 'gone@example.com' })],
    ['the name of the one it means changes', byName, patchJohn({ name: 'Wolfgang Huber' })],
    ['the very name of the one it means changes', byVeryName, patchJohn({ first_name: 'Wolfgang' })],
    ['the one it means is removed', byEmail, ({ tenant }) => tenant.ingest('DELETE', '/contacts/JOHN')],
    ['the one it means moves away', byName, patchJohn({ account_number: 'ELSEWHERE' })],
    ['the one it means leaves every account', byEmail, patchJohn({ account_number: null })],
  ];
  it.each(anew)('when %s, and makes a new contact', async (_, person, happens) => {
    const scene = await newScene();
    const { reply, trips } = await during(scene, person, happens);
    expect([reply.status, trips], reply.text).toEqual([201, 4]);
    expect(reply.body.id).not.toBe(scene.john);
  });

  const other: Case[] = [
    ['somebody comes with the address', stranger, arrives({ email: 'Maria@Example.com' })],
    ['somebody comes with the name', stranger, arrives({ name: 'MARIA  CALLAS' })],
    ['somebody comes with a name near it', stranger, arrives({ name: 'Marla Callas' })],
    ['somebody comes with the name that is an address', mailbox, arrives({ name: 'AP@example.com' })],
    ['somebody comes with that address and no name', mailbox, arrives({ email: 'AP@example.com' })],
    [
      'somebody comes with a name that is nearer',
      { fullName: 'John Smitt' },
      arrives({ name: 'John Smitt' }),
    ],
    [
      'somebody moves in with the address',
      stranger,
      async ({ tenant }) => {
        await tenant.ingest('POST', '/contacts/NEW', {
          account_number: 'ELSEWHERE',
          email: 'maria@example.com',
        });
        await tenant.ingest('PATCH', '/contacts/NEW', { account_number: 'ACCT-001' });
      },
    ],
  ];
  it.each(other)('when %s, and means that one', async (_, person, happens) => {
    const scene = await newScene();
    const { reply, trips } = await during(scene, person, happens);
    expect([reply.status, trips], reply.text).toEqual([200, 4]);
    expect(reply.body.id).toBe(await idOf(scene, 'NEW'));
  });

  it('when the account is removed, and finds none', async () => {
    for (const person of [byEmail, stranger]) {
      const { reply } = await during(await newScene(), person, ({ tenant, account }) =>
        tenant.agent('DELETE', `/accounts/${account}`),
      );
      expect(reply.status).toBe(404);
    }
  });
});

describe('with an Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': 'one' };

  it('keeps no outcome of what it had decided first', async () => {
    const scene = await newScene();
    const removal = ({ tenant }: Scene) => tenant.ingest('DELETE', '/contacts/JOHN');
    const { reply } = await during(scene, byEmail, removal, headers);
    expect(reply.status, reply.text).toBe(201);
    const { reply: again } = await during(scene, byEmail, async () => {}, headers);
    expect([again.status, again.body]).toEqual([201, reply.body]);
    expect(again.headers.get('Idempotent-Replayed')).toBe('true');
  });

  it('finds no account that was removed meanwhile', async () => {
    for (const person of [byEmail, stranger]) {
      const scene = await newScene();
      const removal = ({ tenant, account }: Scene) => tenant.agent('DELETE', `/accounts/${account}`);
      for (const happens of [removal, async () => {}]) {
        const { reply } = await during(scene, person, happens, headers);
        expect([reply.status, reply.body.code], reply.text).toEqual([404, 'account.not_found']);
      }
    }
  });
});

describe('does not look again', () => {
  const calm: Case[] = [
    ['a stranger comes', byEmail, arrives({ name: 'Maria Callas', email: 'maria@example.com' })],
    ['a stranger comes while it makes one', stranger, arrives({ name: 'Wolfgang Huber' })],
    ['a stranger comes, and it names nobody', nameless, arrives({ name: 'Maria Callas' })],
    ['something else of the one it means changes', byName, patchJohn({ phone: '1' })],
    ['the one it means by address gets another name', byEmail, patchJohn({ name: 'J. Smith' })],
    ['the one it means by name gets another address', byName, patchJohn({ email: 'js@example.com' })],
    ['something happens to the account', byName, ({ tenant }) => tenant.account('ACCT-001')],
    [
      'something happens elsewhere',
      byName,
      ({ tenant }) => tenant.ingest('POST', '/contacts/X', { name: 'Jon Smith' }),
    ],
  ];
  it.each(calm)('when %s', async (_, person, happens) => {
    const scene = await newScene();
    const { reply, trips }: { reply: Reply; trips: number } = await during(scene, person, happens);
    expect([reply.status, trips], reply.text).toEqual([person === stranger ? 201 : 200, 2]);
    if (person !== stranger) expect(reply.body.id).toBe(scene.john);
  });

  it('and keeps what the other has written', async () => {
    const scene = await newScene();
    await during(scene, byName, patchJohn({ phone: '1', email: 'js@example.com' }));
    const { body } = await scene.tenant.ingest('GET', '/contacts/JOHN');
    expect(body).toMatchObject({ name: 'Jon Smith', phone: '1', email: 'js@example.com' });
  });
});
