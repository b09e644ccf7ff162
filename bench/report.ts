/** docs/performance.md, from the numbers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALLS, type CallName } from './calls.ts';
import { CONNECTIONS, type Load } from './http.ts';
import type { Results } from './index.ts';
import { bars } from './plots.ts';
import { AS_OF, prices } from './prices.ts';

const FILE = join(import.meta.dirname, '../docs/performance.md');
const TITLES: Record<CallName, string> = { get: 'GET', put: 'PUT', list: 'list of 50' };

const table = (head: string[], rows: (string | number)[][]) =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
const ratio = (one: number, other: number) => one / other;
const times = (value: number) => `${value.toFixed(2)}×`;
const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const dollars = (value: number) => `$${value < 10 ? value.toFixed(2) : whole(value)}`;
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;

interface Goal {
  what: string;
  goal: string;
  measured: string;
  met: boolean;
}

function goals({ isolate, http, counts, size, startup, scale }: Results): Goal[] {
  const list: Goal[] = [];
  const most = (what: string, limit: number, value: number, show: (value: number) => string) =>
    list.push({ what, goal: `≤ ${show(limit)}`, measured: show(value), met: value <= limit });
  const least = (what: string, limit: number, value: number) =>
    list.push({ what, goal: `≥ ${times(limit)}`, measured: times(value), met: value >= limit });
  const cpu = { get: 1.8, put: 1.6, list: 1 };
  const throughput = { get: 0.95, put: 0.9, list: 1 };
  for (const name of CALLS)
    most(
      `CPU in workerd, ${TITLES[name]}, of bare`,
      cpu[name],
      ratio(isolate[name].diglot, isolate[name].bare),
      times,
    );
  for (const name of CALLS) {
    const { diglot, bare } = http[name][8]!;
    least(
      `answers over HTTP for the same CPU, ${TITLES[name]}, of bare`,
      throughput[name],
      ratio(bare!.cpu, diglot!.cpu),
    );
  }
  const hot = Object.entries(counts).filter(([name]) => !name.startsWith('upsert'));
  most('round trips to D1, any hot call', 1, Math.max(...hot.map(([, line]) => line.roundTrips)), String);
  most('round trips to D1, upsert', 2, counts['upsert, by name']!.roundTrips, String);
  most('the API path, gzip', 64 * 1024, size.apiPath.gzip, kilobytes);
  most(
    'start-up CPU over an empty Worker',
    30,
    startup.diglot - startup.empty,
    (value) => `${value.toFixed(0)} ms`,
  );
  for (const call of ['GET', 'first page', 'deep page', 'PATCH', 'upsert']) {
    const { thousand, million } = scale[call]!;
    most(
      `${call}: a book of 1,000,000 against 1,000`,
      1.2,
      ratio(million!.milliseconds, thousand!.milliseconds),
      times,
    );
    list.push({
      what: `${call}: rows read, 1,000,000 against 1,000`,
      goal: 'equal',
      measured: `${million!.rowsRead} and ${thousand!.rowsRead}`,
      met: million!.rowsRead === thousand!.rowsRead,
    });
  }
  const account = scale['upsert by account']!;
  const alike = scale['upsert, all names alike']!;
  most(
    'upsert: an account of 100,000 against 10',
    2,
    ratio(account[100_000]!.milliseconds, account[10]!.milliseconds),
    times,
  );
  most('upsert in an account of 100,000: rows read', 500, account[100_000]!.rowsRead, whole);
  most('the same, all names alike', 10, ratio(alike[100_000]!.milliseconds, alike[10]!.milliseconds), times);
  return list;
}

const goalTable = (results: Results) =>
  table(
    ['what', 'goal', 'measured', 'met'],
    goals(results).map(({ what, goal, measured, met }) => [what, goal, measured, met ? 'yes' : '**no**']),
  );

const cpuTable = ({ isolate, alone }: Results) =>
  table(
    ['call', 'diglot, µs', 'bare, µs', 'ratio', 'own JavaScript: diglot, µs', 'bare, µs', 'more, µs'],
    CALLS.map((name) => [
      TITLES[name],
      whole(isolate[name].diglot),
      whole(isolate[name].bare),
      times(ratio(isolate[name].diglot, isolate[name].bare)),
      whole(alone[name].diglot),
      whole(alone[name].bare),
      whole(alone[name].diglot - alone[name].bare),
    ]),
  );

const httpTable = ({ http }: Results) =>
  table(
    [
      'call',
      'connections',
      'CPU an answer: diglot, µs',
      'bare, µs',
      'answers for the same CPU',
      'answers a second: diglot',
      'bare',
      'fastify',
      'p99, ms: diglot',
      'bare',
      'fastify',
    ],
    CALLS.flatMap((name) =>
      CONNECTIONS.map((connections) => {
        const { diglot, bare, fastify } = http[name][connections] as Record<string, Load>;
        return [
          TITLES[name],
          connections,
          whole(diglot!.cpu),
          whole(bare!.cpu),
          times(ratio(bare!.cpu, diglot!.cpu)),
          whole(diglot!.throughput),
          whole(bare!.throughput),
          whole(fastify!.throughput),
          diglot!.p99,
          bare!.p99,
          fastify!.p99,
        ];
      }),
    ),
  );

const countTable = ({ counts }: Results) =>
  table(
    ['call', 'round trips', 'rows read', 'rows written'],
    Object.entries(counts).map(([name, line]) => [name, line.roundTrips, line.rowsRead, line.rowsWritten]),
  );

const scaleTable = ({ scale }: Results) =>
  table(
    ['call', 'book', 'ms', 'rows read', 'rows written'],
    Object.entries(scale).flatMap(([call, books]) =>
      Object.entries(books).map(([book, cost]) => [
        call,
        book,
        cost.milliseconds.toFixed(1),
        cost.rowsRead,
        cost.rowsWritten,
      ]),
    ),
  );

/** A million calls of each kind. CPU is all that workerd used here, D1 included: more than is billed. */
function millionTable({ counts, isolate }: Results): string {
  const cpu = (name: string) =>
    (name.startsWith('list') ? isolate.list : name === 'GET' ? isolate.get : isolate.put).diglot / 1_000;
  return table(
    ['a million of', 'requests', 'CPU, at most', 'rows read', 'rows written', 'limiter', 'together'],
    Object.entries(counts).map(([name, line]) => {
      const parts = [
        prices.request,
        prices.cpuMillisecond * cpu(name),
        prices.rowRead * line.rowsRead,
        prices.rowWritten * line.rowsWritten,
        prices.objectRequest,
      ].map((price) => price * 1_000_000);
      return [name, ...parts.map(dollars), dollars(parts.reduce((sum, part) => sum + part, 0))];
    }),
  );
}

function bookTable({ counts, bytesPerContact }: Results): string {
  const contacts = 10_000_000;
  const gigabytes = (contacts * bytesPerContact) / 1e9;
  const import_ =
    contacts * (prices.rowWritten * counts['PUT, new']!.rowsWritten + prices.request + prices.objectRequest);
  return table(
    ['ten million contacts', ''],
    [
      [
        'bytes in D1 for each contact, with its account, indexes, name pieces and history',
        whole(bytesPerContact),
      ],
      ['gigabytes', gigabytes.toFixed(1)],
      ['storage, a month', dollars(gigabytes * prices.gigabyteMonth)],
      ['writing them once, one PUT each', dollars(import_)],
    ],
  );
}

/** Writes the report and its plots. */
export function writeReport(results: Results): void {
  const { size } = results;
  bars(
    'cpu',
    'µs of CPU in workerd per call',
    CALLS.flatMap((name) =>
      (['diglot', 'bare'] as const).map((server) => ({
        group: TITLES[name],
        server,
        value: results.isolate[name][server],
      })),
    ),
  );
  bars(
    'throughput',
    'answers a second, 8 connections',
    CALLS.flatMap((name) =>
      Object.entries(results.http[name][8]!).map(([server, { throughput }]) => ({
        group: TITLES[name],
        server,
        value: throughput,
      })),
    ),
  );
  bars(
    'bundle',
    'KiB, minified, before gzip',
    size.parts.slice(0, 14).flatMap(({ name, now, later }) => [
      { group: name, server: 'API', value: now / 1024 },
      { group: name, server: 'later', value: later / 1024 },
    ]),
  );
  bars(
    'scale',
    'milliseconds for a call, over HTTP',
    ['GET', 'first page', 'deep page', 'PATCH', 'upsert'].flatMap((call) =>
      (['thousand', 'million'] as const).map((book) => ({
        group: call,
        server: book,
        value: results.scale[call]![book]!.milliseconds,
      })),
    ),
  );
  writeFileSync(FILE, TEXT(results));
  console.log(
    goals(results)
      .map(({ what, goal, measured, met }) => `${met ? ' ' : '✗'} ${what}: ${measured} (${goal})`)
      .join('\n'),
  );
}

const TEXT = (results: Results) => `# Performance

Written by \`npm run bench\` on ${results.date}; the numbers are in \`bench/results.json\`. One part alone: \`npm run bench -- isolate\`
(or \`http\`, \`startup\`, \`size\`, \`counts\`, \`scale\`). The machine: ${results.machine}. It had other work to do meanwhile, so only
ratios mean something, and only within one table: the subjects take turns, and each number is the median of the turns.

## What is compared

- **diglot** is the Worker as \`wrangler deploy\` builds it, on workerd itself, with everything on: key, scope, rate limit, validation,
  request id, ETag, log line.
- **bare** (\`bench/bare.ts\`) is what somebody would write by hand: the same SQL text in the same batches on raw D1, taken from what
  diglot really prepares, and the same bodies, checked equal before measuring. It knows one key, and has no rate limit, validation,
  request id, ETag or log.
- **fastify** (\`bench/fastify.ts\`) is fastify over \`node:sqlite\`: the same tables, triggers, SQL and bodies in one Node process.

## Goals

${goalTable(results)}

Two of these want a word. CPU in workerd counts the local D1, which is most of it on both sides; of the Worker's own JavaScript alone
diglot takes ${CALLS.map((name) => `${times(ratio(results.alone[name].diglot, results.alone[name].bare))} (${TITLES[name]})`).join(', ')} what bare takes, whose share
is a few dozen microseconds. And throughput is told as answers for the same CPU of the server, at 8 connections; answers a second are in
the table below, and mean less: the load generator, and whoever reads the log, share the two cores with the server.

## What misses its goal, and why

- **HTTP, and a list at 1.00× of bare.** Both run the same SQL and spend most of their time in D1, so nothing is to be won back there:
  all that diglot does more is paid on top. Left out one by one, of the hundred microseconds that a GET costs more, the log line is 20 to 35,
  the timer that gives up on a store that does not answer 13, a dozen response headers 12, the SHA-256 of the key 10, counting ahead for
  the rate limit 8; the rest is routing, validation, mapping and the ETag. None of them is dear, and none is idle: it is the sum. What
  was tried and left: a list built as JSON inside SQLite saves 7 % where each row is a text and 10 % where the page is one, but bare
  would run the same SQL; a memory of keys in clear instead of their hashes saves 2 %.
- **What was won.** A Durable Object counts each key's requests exactly, and asking it for each request was half of the
  difference: a busy key is now counted a hundredth of its limit ahead (\`src/platform/rate-limit.ts\`). \`zod/mini\`, one router
  instead of Hono's four, and leaving the schemas of answers, the operator's tables and what few ask for out of the way took a third off
  what an API call loads.

## CPU of a call

![CPU per call](performance/cpu.svg)

A loop inside the isolate, without HTTP: the CPU time of the whole workerd process per call, with the local D1 and the rate limiter in
it, which on the platform run elsewhere. The right half is the Worker's own JavaScript, with D1 and the limiter answering at once: that
is what the structure costs, in microseconds that are added to every call. \`npm run bench -- isolate\`

${cpuTable(results)}

## HTTP

![Throughput](performance/throughput.svg)

On loopback, ${CONNECTIONS.join(', ')} connections, the load generator on the same machine. Answers a second are whatever the rest of
the machine left; the CPU that the server used for each is steadier, and on one core it is the same measure. \`npm run bench -- http\`

${httpTable(results)}

fastify over \`node:sqlite\` is many times faster on one machine, and that is no surprise: its database is a library in the same process, a
query is a function call, and nothing is serialised. D1 is a service: each batch here goes through two more Workers of Miniflare, as JSON.
What is bought with it is that there is no machine: no process to keep, no disk to back up, reads near the caller. Directus was not
measured: it needs \`isolated-vm\` and a SQLite driver that are compiled, or fetched from outside the registry, when it is installed.

## Round trips and rows

\`npm run bench -- counts\`, from the Worker's own log line. \`test/cost.test.ts\` holds them.

${countTable(results)}

## Size and start-up

![What the bundle is made of](performance/bundle.svg)

The Worker is ${kilobytes(results.size.whole.bytes)} (${kilobytes(results.size.whole.gzip)} gzip); what an API call loads of it is
${kilobytes(results.size.apiPath.bytes)} (${kilobytes(results.size.apiPath.gzip)} gzip). The documents and pages are static files.
\`npm run bench -- size startup\`

${table(
  ['CPU until a new process has answered', 'ms'],
  Object.entries(results.startup).map(([name, milliseconds]) => [name, milliseconds.toFixed(0)]),
)}

## The size of the book

![A million against a thousand](performance/scale.svg)

One database with books of 1,000 and 1,000,000 contacts (ten in each account), and accounts of 10 and 100,000; one connection, median of
101 turns. The deep page is the thousandth of 20 in the million, the fortieth in the thousand. \`npm run bench -- scale\` makes the database
first, which takes two or three minutes, and keeps it (\`BENCH_STATE\`).

${scaleTable(results)}

## What a month costs

At the platform's public prices as known in ${AS_OF}, not verified against its pages (check them: [Workers](https://developers.cloudflare.com/workers/platform/pricing/),
[D1](https://developers.cloudflare.com/d1/platform/pricing/), [KV](https://developers.cloudflare.com/kv/platform/pricing/),
[Durable Objects](https://developers.cloudflare.com/durable-objects/platform/pricing/)), without what the paid plan's $5 includes. KV is
read once in five seconds by each isolate for each key, which does not show here. A rate limiter is billed for as long as its key is in
use: ${dollars(0.128 * 3600 * 24 * 30 * prices.objectGigabyteSecond)} for a key that calls around the clock.

${millionTable(results)}

${bookTable(results)}

${storageNote(results)}
`;

const storageNote = ({ bytesPerContact }: Results) => {
  const most = 10e9 / bytesPerContact / 1e6;
  return `A D1 database holds 10 GB: ${most.toFixed(1)} million contacts of this kind.${
    most < 10
      ? ' Ten million need more than one database, so tenants would have to be spread over several.'
      : ''
  }`;
};
