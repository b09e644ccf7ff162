/**
 * `node bench/deliveries.ts [contacts [seconds]]`: delivery events on workerd with its queues. It measures a thousand events in a minute (or in so many
 * seconds), what one event costs in a large book, and how a flood on a hook affects the API. The costs come from the Worker's log lines.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { startLocal } from '../scripts/local.ts';
import { migrate } from '../scripts/migrate.ts';
import { API_KEY, insertContacts, insertTenant, TENANT_ID } from './book.ts';

const CONTACTS = Number(process.argv[2] ?? 100_000);
const SECONDS = Number(process.argv[3] ?? 60);
const ADMIN_TOKEN = 'bench';
const SECRET = randomBytes(24).toString('hex');

interface Consumed {
  letters: number;
  events: number;
  ms: number;
  rowsRead: number;
  rowsWritten: number;
}
const consumed: Consumed[] = [];
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((text: string | Uint8Array) => {
  for (const line of String(text).split('\n')) {
    if (line.includes('"deliveries.consumed"')) consumed.push(JSON.parse(line));
    else if (line !== '' && !line.startsWith('{"level":"info"')) write(`${line}\n`);
  }
  return true;
}) as typeof process.stdout.write;

process.env.ADMIN_TOKEN = ADMIN_TOKEN;
const local = await startLocal({ port: 0 });
try {
  const db = await local.database();
  await migrate(db);
  await insertTenant(db);
  await insertContacts(db, { to: CONTACTS });
  const put = await fetch(`${local.url}/admin/v1/tenants/${TENANT_ID}/hooks/mailgun`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ secret: SECRET }),
  });
  if (!put.ok) throw new Error(await put.text());
  const { results } = await db
    .prepare(
      'SELECT email_key AS address FROM contacts WHERE email_key IS NOT NULL ORDER BY id DESC LIMIT 2000',
    )
    .all<{ address: string }>();
  const addresses = results.map(({ address }) => address);
  console.log(`${CONTACTS} contacts`);
  await pace(addresses, 1_000, SECONDS);
  await flood('unsigned', () => post(addresses[0]!, randomBytes(24).toString('hex')));
  await flood('signed', () => post(addresses[Math.floor(Math.random() * addresses.length)]!, SECRET));
} finally {
  await local.stop();
}
process.exit(0);

/** Posts one event, signed with this secret. */
async function post(recipient: string, secret: string): Promise<number> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const token = randomBytes(25).toString('hex');
  const signature = createHmac('sha256', secret)
    .update(timestamp + token)
    .digest('hex');
  const event = {
    id: token,
    timestamp: Date.now() / 1_000,
    event: 'failed',
    severity: 'permanent',
    recipient,
  };
  const response = await fetch(`${local.url}/hooks/${TENANT_ID}/mailgun`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function pace(addresses: string[], count: number, seconds: number): Promise<void> {
  const statuses: Promise<number>[] = [];
  const started = Date.now();
  for (let n = 0; n < count; n += 1) {
    const due = started + (n * seconds * 1_000) / count;
    if (due > Date.now()) await new Promise((resolve) => setTimeout(resolve, due - Date.now()));
    statuses.push(post(addresses[n % addresses.length]!, SECRET));
  }
  const answers = await Promise.all(statuses);
  const sent = Date.now();
  const done = () => consumed.reduce((sum, { events }) => sum + events, 0);
  while (done() < count && Date.now() - sent < 60_000)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const sum = (name: keyof Consumed) => consumed.reduce((total, line) => total + line[name], 0);
  console.log(
    `${count} events in ${((sent - started) / 1_000).toFixed(1)} s: ${answers.filter((status) => status === 200).length} taken, ${done()} applied, the last ${Date.now() - sent} ms after it was sent`,
  );
  console.log(
    `  ${(sum('rowsRead') / done()).toFixed(1)} rows read and ${(sum('rowsWritten') / done()).toFixed(1)} written an event, ${(sum('ms') / done()).toFixed(2)} ms of the consumer`,
  );
}

async function latencies(milliseconds: number): Promise<string> {
  const times: number[] = [];
  const until = Date.now() + milliseconds;
  while (Date.now() < until) {
    const started = performance.now();
    const response = await fetch(`${local.url}/api/v1/ingest/contacts?first=1`, {
      headers: { 'X-API-Key': API_KEY },
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`The API answered ${response.status}`);
    times.push(performance.now() - started);
  }
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(1);
  return `${times.length} requests, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`;
}

/** Sixteen callers at once, each as fast as it can. */
async function flood(name: string, send: () => Promise<number>): Promise<void> {
  const before = await latencies(5_000);
  let going = true;
  const statuses: Record<number, number> = {};
  const callers = Array.from({ length: 16 }, async () => {
    while (going) {
      const status = await send();
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  });
  const during = await latencies(10_000);
  going = false;
  await Promise.all(callers);
  console.log(
    `flood, ${name}: ${JSON.stringify(statuses)} in 10 s\n  the API before: ${before}\n  the API during: ${during}`,
  );
}
