/** The index behind fuzzy names misses nobody: an upsert finds the same contact as a comparison with every contact of the account. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparedName } from '../../src/core/name.ts';
import { newTenant } from '../client.ts';
import { alike } from '../model.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Few letters, so that names share pieces in wrong places, begin alike and have namesakes. One of them takes two UTF-16 units. */
const word = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom('a', 'a', 'b', '😀'), minLength: least, maxLength: most });
const name = fc.oneof(
  word(5, 18),
  word(1, 6).map((end) => `customer ${end}`),
  word(1, 6).map((start) => `${start} limited`),
  fc.tuple(word(2, 4), word(2, 4)).map(([start, end]) => `${start}middle${end}`),
  fc.tuple(fc.nat(12), word(1, 6)).map(([number, end]) => `customer ${9_000 + 1_001 * number} ${end}`),
);
/** Up to three edits, so that some names are one edit too far. */
const edits = fc.array(fc.tuple(fc.nat(30), fc.constantFrom('', 'x', 'ab', '0'), fc.nat(1)), {
  maxLength: 3,
});
function edited(text: string, changes: [number, string, number][]): string {
  const letters = [...text];
  for (const [at, put, cut] of changes) letters.splice(at % (letters.length + 1), cut, ...put);
  return letters.join('');
}

const known = fc.array(name, { minLength: 60, maxLength: 60 });
const incoming = fc.array(fc.tuple(fc.nat(59), edits), { minLength: 40, maxLength: 40 });

/** An account with contacts of these names, oldest first. */
async function accountOf(names: string[]) {
  const { id: tenantId, agent, account } = await newTenant();
  const accountId = await account();
  const people = names.map((text, index) => ({
    id: `${tenantId.slice(0, -12)}${String(index).padStart(12, '0')}`,
    text,
  }));
  await env.DB.prepare(
    `INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, name, name_key, created_at, updated_at)
     SELECT ?1, value ->> 0, value ->> 0, value ->> 0, ?2, value ->> 1, value ->> 2, ?4, ?4 FROM json_each(?3)`,
  )
    .bind(
      tenantId,
      accountId,
      JSON.stringify(people.map(({ id, text }) => [id, text, comparedName(text)])),
      new Date().toISOString(),
    )
    .run();
  const upsert = (fullName: string) =>
    agent('PUT', `/accounts/${accountId}/contacts/upsert?dryRun=true`, { fullName, language: 'en' });
  return { people, upsert };
}

/** The contact that the rule means among these, by comparison with each; NOBODY when there is none. */
function meant(fullName: string, people: { id: string; text: string }[]): string {
  const near = people.map(({ id, text }) => ({ id, distance: alike(fullName, text) ?? 9 }));
  const nearest = Math.min(...near.map(({ distance }) => distance));
  return nearest === 9 ? NOBODY : near.find(({ distance }) => distance === nearest)!.id;
}

it('finds the nearest and then the oldest, or nobody', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(known, incoming, async (names, arrivals) => {
      const { people, upsert } = await accountOf(names);
      for (const [who, changes] of arrivals) {
        const fullName = edited(names[who]!, changes);
        if (fullName.trim() === '') continue;
        const { status, body, text } = await upsert(fullName);
        expect(status, text).toBe(200);
        expect([fullName, body.id]).toEqual([fullName, meant(fullName, people)]);
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

it('finds them where thousands differ in a number only', async () => {
  // the order of the names is not that of age, and each name comes twice
  const numbered = Array.from(
    { length: 4_000 },
    (_, n) => `Customer ${String((n * 1_999) % 2_000).padStart(5, '0')}`,
  );

  const { people, upsert } = await accountOf(numbered);
  const arrivals = [
    'x1234',
    '1x34',
    '01x3',
    '012345',
    '1234',
    'xx100',
    '00x1x',
    '0000000',
    'xxxxx',
    '0012 3',
    'x',
  ];
  for (const arrival of arrivals) {
    const { body } = await upsert(`Customer ${arrival}`);
    expect([arrival, body.id]).toEqual([arrival, meant(`Customer ${arrival}`, people)]);
  }
});

it('means the oldest of those who have the name now', async () => {
  const { agent, ingest, account } = await newTenant();
  const here = await account();
  const create = async (fullName: string) =>
    (await agent('POST', `/accounts/${here}/contacts`, { fullName, language: 'en' })).body.id as string;
  const meantNow = async () => {
    const near = { fullName: 'Accounts Payble', language: 'en' };
    return (await agent('PUT', `/accounts/${here}/contacts/upsert?dryRun=true`, near)).body.id;
  };
  const named = 'Accounts Payable';
  const other = await create('Somebody Else');
  const [first, second, third, fourth, fifth] = [
    await create(named),
    await create(named),
    await create(named),
    await create(named),
    await create(named),
  ];
  expect(await meantNow()).toBe(first);
  await agent('DELETE', `/accounts/${here}/contacts/${first}`);
  expect(await meantNow()).toBe(second);
  await agent('PATCH', `/accounts/${here}/contacts/${second}`, { fullName: 'Renamed By Now' });
  expect(await meantNow()).toBe(third);
  await agent('DELETE', `/accounts/${here}/contacts/${fourth}`);
  expect(await meantNow()).toBe(third);
  expect((await ingest('PATCH', `/contacts/${third}`, { account_number: 'ELSEWHERE' })).status).toBe(200);
  expect(await meantNow()).toBe(fifth);
  await agent('PATCH', `/accounts/${here}/contacts/${other}`, { fullName: named });
  expect(await meantNow()).toBe(other);
  await agent('PATCH', `/accounts/${here}/contacts/${second}`, { fullName: named });
  expect(await meantNow()).toBe(other);
  for (const id of [other, second, fifth]) await agent('DELETE', `/accounts/${here}/contacts/${id}`);
  expect(await meantNow()).toBe(NOBODY);
});
