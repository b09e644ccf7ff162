/**
 * `node bench/refusals.ts [rounds]`: checks that refusing a bad request takes no longer than doing a good one, by the medians. It sends one request at
 * a time, in alternating turns.
 */
import { randomBytes } from 'node:crypto';
import { startLocal } from '../scripts/local.ts';
import { migrate } from '../scripts/migrate.ts';
import { newKey } from '../scripts/new-key.ts';
import { median } from './measure.ts';

const ROUNDS = Number(process.argv[2] ?? 400);
const ADMIN_TOKEN = randomBytes(24).toString('hex');

const hostile: Record<string, string> = {
  'malformed JSON': '{"name":',
  'a key twice': '{"name":"Ann","name":"Bob"}',
  '5 000 nested arrays': `{"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  'a lone surrogate': '{"name":"\\ud800"}',
  NUL: '{"name":"a\\u0000b"}',
  'every type wrong': JSON.stringify({ name: [], email: {}, phone: 1, language: true, custom_fields: 'x' }),
  'an address of 250 dots': JSON.stringify({ email: `a@${'a.'.repeat(125)}` }),
  'a note of 200 KB': JSON.stringify({ notes: 'x'.repeat(200_000) }),
  '300 KiB': JSON.stringify({ notes: 'x'.repeat(300 * 1_024) }),
  '101 custom fields': JSON.stringify({
    custom_fields: {
      collections: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, index])),
    },
  }),
};

process.env.ADMIN_TOKEN = ADMIN_TOKEN;
const local = await startLocal({ port: 0 });
try {
  await migrate(await local.database());
  const headers = {
    'X-API-Key': await newKey(local.url, ADMIN_TOKEN, 'bench'),
    'Content-Type': 'application/json',
  };
  const put = async (body: string) => {
    const started = performance.now();
    const response = await fetch(`${local.url}/api/v1/ingest/contacts/CONTACT-001`, {
      method: 'PUT',
      headers,
      body,
    });
    await response.text();
    return { status: response.status, ms: performance.now() - started };
  };

  const times = new Map<string, number[]>([
    ['a success', []],
    ...Object.keys(hostile).map((name) => [name, []] as [string, number[]]),
  ]);
  for (let round = -20; round < ROUNDS; round += 1) {
    for (const [name, taken] of times) {
      const body =
        hostile[name] ?? JSON.stringify({ name: `Ann ${round}`, email: `ann${round}@example.com` });
      const { status, ms } = await put(body);
      if (status >= 400 !== name in hostile || status >= 500) throw new Error(`${name}: ${status}`);
      if (round >= 0) taken.push(ms);
    }
  }
  const success = median(times.get('a success')!);
  const refusals = median([...times].filter(([name]) => name in hostile).flatMap(([, taken]) => taken));
  for (const [name, taken] of times) console.log(`${median(taken).toFixed(2).padStart(7)} ms  ${name}`);
  console.log(
    `refusals: median ${refusals.toFixed(2)} ms, of a success ${success.toFixed(2)} ms (${ROUNDS} of each)`,
  );
  process.exitCode = refusals > success ? 1 : 0;
} finally {
  await local.stop();
}
process.exit();
