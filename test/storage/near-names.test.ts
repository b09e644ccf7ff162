/** The index behind fuzzy names loses nobody: an upsert finds whom comparing with every contact of the account finds. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparedName } from '../../src/core/name.ts';
import { newTenant } from '../client.ts';
import { alike } from '../model.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Few letters, so that names share pieces in wrong places, begin alike and have namesakes; one is no single UTF-16 unit. */
const word = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom('a', 'a', 'b', '😀'), minLength: least, maxLength: most });
const name = fc.oneof(
  word(5, 18),
  word(1, 6).map((end) => `customer ${end}`),
  word(1, 6).map((start) => `${start} limited`),
  fc.tuple(word(2, 4), word(2, 4)).map(([start, end]) => `${start}middle${end}`),
);
/** Up to three edits, so that some are one too many. */
const edits = fc.array(fc.tuple(fc.nat(30), fc.constantFrom('', 'x', 'ab'), fc.nat(1)), { maxLength: 3 });
function edited(text: string, changes: [number, string, number][]): string {
  const letters = [...text];
  for (const [at, put, cut] of changes) letters.splice(at % (letters.length + 1), cut, ...put);
  return letters.join('');
}

const people = fc.array(name, { minLength: 60, maxLength: 60 });
const incoming = fc.array(fc.tuple(fc.nat(59), edits), { minLength: 40, maxLength: 40 });

it('finds the nearest and then the oldest, or nobody', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(people, incoming, async (known, arrivals) => {
      const { id: tenantId, agent, account } = await newTenant();
      const accountId = await account();
      const rows = known.map((text, index) => [
        `${tenantId.slice(0, -12)}${String(index).padStart(12, '0')}`,
        text,
      ]);
      await env.DB.prepare(
        `INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, name, name_key, created_at, updated_at)
         SELECT ?1, value ->> 0, value ->> 0, value ->> 0, ?2, value ->> 1, value ->> 2, ?4, ?4 FROM json_each(?3)`,
      )
        .bind(
          tenantId,
          accountId,
          JSON.stringify(rows.map(([id, text]) => [id, text, comparedName(text!)])),
          new Date().toISOString(),
        )
        .run();
      for (const [who, changes] of arrivals) {
        const fullName = edited(known[who]!, changes);
        if (fullName.trim() === '') continue;
        const near = rows.map(([id, text]) => ({ id, distance: alike(fullName, text!) ?? 9 }));
        const nearest = Math.min(...near.map(({ distance }) => distance));
        const expected = nearest === 9 ? NOBODY : near.find(({ distance }) => distance === nearest)!.id;
        const { status, body, text } = await agent(
          'PUT',
          `/accounts/${accountId}/contacts/upsert?dryRun=true`,
          {
            fullName,
            language: 'en',
          },
        );
        expect(status, text).toBe(200);
        expect([fullName, body.id]).toEqual([fullName, expected]);
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
