/** The index behind fuzzy names always follows from the contacts, whatever statements change them, several at once or one by one. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { segments } from '../../src/core/match.ts';
import { newTenant } from '../client.ts';

const AT = '2026-01-31T12:00:00.000Z';

/** Few names, so that many are namesakes: one shorter than five letters, some of two pieces, some of three, and no name. */
const name = fc.constantFrom(
  'anna',
  'annab',
  'annabelle',
  'annabelle maria',
  'annabelle mario',
  '😀😀😀😀😀',
  null,
);
const account = fc.constantFrom('one', 'two', null);
const ids = fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 6 });
const column = fc.constantFrom('name_key', 'first_name_key', 'last_name_key', 'email_key');

type Change = { sql: string; values: unknown[] };
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(ids, account, fc.array(name, { minLength: 6, maxLength: 6 }))
      .map(([ids, where, names]) => ({
        sql: `INSERT OR IGNORE INTO contacts (tenant_id, id, reference, reference_key, account_id, name_key, created_at, updated_at)
        SELECT ?1, value ->> 0, value ->> 0, 'reference ' || (value ->> 0), ?1 || ?2, value ->> 1, '${AT}', '${AT}' FROM json_each(?3)`,
        values: [where, JSON.stringify(ids.map((id, at) => [id, names[at]]))],
      })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(ids, column, name, account, fc.boolean())
      .map(([ids, column, name, where, moves]) => ({
        sql: `UPDATE contacts SET ${column} = ?2 ${moves ? ', account_id = ?1 || ?3' : ''} WHERE tenant_id = ?1 AND id IN (SELECT value || '' FROM json_each(?4)) AND ?3 IS ?3`,
        values: [name, where, JSON.stringify(ids)],
      })),
  },
  {
    weight: 2,
    arbitrary: ids.map((ids) => ({
      sql: `DELETE FROM contacts WHERE tenant_id = ?1 AND id IN (SELECT value || '' FROM json_each(?2))`,
      values: [JSON.stringify(ids)],
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('one', 'two').map((which) => ({
      sql: 'DELETE FROM contacts WHERE tenant_id = ?1 AND account_id = ?1 || ?2',
      values: [which],
    })),
  },
);

it('is whole after any changes, each piece with the oldest that has the name', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 20 }), async (changes) => {
      const { id } = await newTenant();
      const accounts = ['one', 'two'].map((which) =>
        env.DB.prepare(
          `INSERT INTO accounts (tenant_id, id, number, created_at, updated_at) VALUES (?1, ?1 || ?2, ?2, '${AT}', '${AT}')`,
        ).bind(id, which),
      );
      await env.DB.batch([
        ...accounts,
        ...changes.map(({ sql, values }) => env.DB.prepare(sql).bind(id, ...values)),
      ]);
      const columns = 'account_id, length, position, segment, name';
      const [stored, expected] = await env.DB.batch([
        env.DB.prepare(
          `SELECT ${columns}, oldest_id FROM name_segments WHERE tenant_id = ?1 ORDER BY ${columns}`,
        ).bind(id),
        env.DB.prepare(
          `SELECT ${columns}, min(contact_id) AS oldest_id FROM contact_segments WHERE tenant_id = ?1 GROUP BY ${columns} ORDER BY ${columns}`,
        ).bind(id),
      ]);
      expect(stored!.results).toEqual(expected!.results);
    }),
    { numRuns: 400 },
  );
});

it('is cut in the same places as a name that is looked for', async () => {
  const { id } = await newTenant();
  // all different, beyond the 16 bits of a character too
  const letters = Array.from({ length: 60 }, (_, index) =>
    String.fromCodePoint((index % 7 === 3 ? 0x1f600 : 0x100) + index),
  );
  const text = (from: number, to: number) => letters.slice(from, to).join('');
  const names = letters.flatMap((_, length) => [
    text(0, length),
    text(0, length).repeat(7),
    ...['1234', '01239', '4-56 78_9'].flatMap((number) => [
      number + text(0, length),
      text(0, length) + number,
      `${text(0, 7) + number + text(7, length)}٣`,
    ]),
  ]);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO accounts (tenant_id, id, number, created_at, updated_at) VALUES (?1, ?1, 'N', '${AT}', '${AT}')`,
    ).bind(id),
    env.DB.prepare(
      `INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, name_key, created_at, updated_at)
      SELECT ?1, key, key, key, ?1, value, '${AT}', '${AT}' FROM json_each(?2)`,
    ).bind(id, JSON.stringify(names)),
  ]);
  const { results } = await env.DB.prepare(
    'SELECT name, length, position, segment FROM name_segments WHERE tenant_id = ? ORDER BY name, position',
  )
    .bind(id)
    .all<{ name: string }>();
  const stored = Map.groupBy(results, ({ name }) => name);
  for (const name of names)
    expect(stored.get(name) ?? []).toEqual(segments(name).map((piece) => ({ name, ...piece })));
});
