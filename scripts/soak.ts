/**
 * `npm run soak`: clients that retry, against a server that is killed with SIGKILL and started again. Afterwards every write that was answered 2xx is
 * stored, each once, and nothing else is. Ends with 1 on any difference.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { newKey } from './new-key.ts';
import { random } from './random.ts';
import { differences } from './soak/check.ts';
import { type Tally, work } from './soak/client.ts';
import { newServer } from './soak/server.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    kills: { type: 'string', default: '10' },
    clients: { type: 'string', default: '16' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [seconds, kills, clients, seed] = [values.seconds, values.kills, values.clients, values.seed].map(
  Number,
) as [number, number, number, number];

const server = await newServer();
const { url, adminToken } = server;
let isOver = false;
let killed = 0;
let up = 0;
const tally: Tally = { writes: 0, retries: 0 };
const started = Date.now();
const progress = setInterval(() => {
  const passed = Math.round((Date.now() - started) / 1_000);
  process.stderr.write(`\r${passed} s: ${killed} kills, ${tally.writes} writes, ${tally.retries} retries   `);
}, 500);

const call = async (method: string, path: string, headers: Record<string, string>, json?: object) => {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(json && { 'Content-Type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return { headers: response.headers, body: text === '' ? null : JSON.parse(text) };
};

try {
  await server.start();
  const key = await newKey(url, adminToken, 'soak');
  const credential = { 'X-API-Key': key };
  const account = (await call('PUT', '/api/v1/ingest/accounts/SHARED', credential, { name: 'Shared' })).body
    .id;

  const names = Array.from({ length: clients }, (_, index) => `C${index}`);
  const situation = { url, key, account, tally, isOver: () => isOver };
  const working = Promise.all(names.map((name, index) => work(name, seed + index, situation)));
  const failed = working.then(() => {});

  // Only time with a running server counts as load: `seconds` in all, which the kills cut at uneven places.
  const next = random(seed - 1);
  const cuts = Array.from({ length: kills }, () => next() * seconds).sort((a, b) => a - b);
  for (const cut of [...cuts, seconds]) {
    await Promise.race([wait((cut - up) * 1_000), failed]);
    up = cut;
    if (killed === kills) break;
    await server.kill();
    killed += 1;
    await server.start();
  }
  isOver = true;
  const books = await working;
  const stubs = ['SHARED', ...names.map((name) => `A-${name}`)];
  const wrong = await differences((path) => call('GET', path, credential), books, stubs);

  const contacts = books.reduce((sum, book) => sum + book.contacts.size, 0);
  clearInterval(progress);
  process.stderr.write('\n');
  for (const words of wrong.slice(0, 50)) console.error(words);
  console.log(
    `soak: ${seconds} s of load from ${clients} clients, ${killed} kills, ${tally.writes} writes answered, ${tally.retries} retries, ${contacts} contacts; ${wrong.length} differences (seed ${seed})`,
  );
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  clearInterval(progress);
  isOver = true;
  await server.remove();
}
process.exit();
