/** docs/performance.md, from the numbers. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALLS, type CallName } from './calls.ts';
import { CONNECTIONS, type Load } from './http.ts';
import type { Results } from './index.ts';
import { median } from './measure.ts';
import { bars } from './plots.ts';
import { AS_OF, prices } from './prices.ts';
import { ROUNDS } from './scale.ts';
import type { UpsertCost } from './upsert.ts';

const OPERATING = join(import.meta.dirname, '../docs/operating.md');
const MADE = /(<!-- made by `npm run bench` -->)[\s\S]*?(<!-- \/made -->)/;
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
const percent = (part: number, all: number) => `${whole((100 * part) / all)} %`;
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;

/** For figures of the text that no command makes: a report of a later date has not measured them again. */
const ONCE = 'measured once, by taking the parts out, on 2026-11-22';

/** The answers a second of one over those of another, turn by turn. */
function turns(one: Load, other: Load) {
  const ratios = one.throughput.map((value, turn) => ratio(value, other.throughput[turn]!));
  const spread = `${times(Math.min(...ratios))} to ${times(Math.max(...ratios))}`;
  return { middle: median(ratios), spread };
}

interface Goal {
  what: string;
  goal: string;
  measured: string;
  /** Null where there is nothing to meet. */
  met: boolean | null;
}

const JUDGED = new Map([
  [true, 'yes'],
  [false, '**no**'],
  [null, 'published'],
]);

function goals({ isolate, http, counts, size, startup, scale, upsert }: Results): Goal[] {
  const list: Goal[] = [];
  const most = (what: string, limit: number, value: number, show: (value: number) => string) =>
    list.push({ what, goal: `≤ ${show(limit)}`, measured: show(value), met: value <= limit });
  const publish = (what: string, measured: string) => list.push({ what, goal: 'none', measured, met: null });
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
    const { middle, spread } = turns(diglot!, bare!);
    list.push({
      what: `answers a second over HTTP, ${TITLES[name]}, of bare`,
      goal: `≥ ${times(throughput[name])}`,
      measured: `${times(middle)} (turns: ${spread})`,
      met: middle >= throughput[name],
    });
  }
  for (const name of CALLS) {
    const { diglot, fastify } = http[name][8]!;
    const { middle, spread } = turns(diglot!, fastify!);
    publish(
      `the same, ${TITLES[name]}, of fastify over node:sqlite`,
      `${times(middle)} (turns: ${spread}); the reason is under HTTP`,
    );
  }
  publish('the same, of Directus', 'not measured; the reason is under HTTP');
  const hot = Object.entries(counts).filter(([name]) => !name.startsWith('upsert'));
  most('round trips to D1, any hot call', 1, Math.max(...hot.map(([, line]) => line.roundTrips)), String);
  const upserts = [
    counts['upsert, new']!,
    counts['upsert, by name']!,
    ...Object.values(scale.upsert!),
    ...Object.values(upsert).flatMap((kinds) => Object.values(kinds).flatMap(Object.values<UpsertCost>)),
  ];
  most('round trips to D1, any upsert', 2, Math.max(...upserts.map(({ roundTrips }) => roundTrips)), String);
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
  const large = (names: string) => Object.values(upsert[names]!).map((costs) => costs[100_000]!);
  const worst = (names: string[], of: (cost: UpsertCost) => number) =>
    Math.max(...names.flatMap(large).map(of));
  most(
    'upsert: an account of 100,000 against 10',
    2,
    worst(['usual'], ({ ratio }) => ratio),
    times,
  );
  most(
    'the same: rows read, median',
    500,
    worst(['usual'], ({ rows }) => rows.median),
    whole,
  );
  most(
    'the same: rows read, nine in ten',
    500,
    worst(['usual'], ({ rows }) => rows.nineInTen),
    whole,
  );
  most(
    'the same, all of one name',
    10,
    worst(['one name'], ({ ratio }) => ratio),
    times,
  );
  most(
    'the same, names that differ in a number only',
    10,
    worst(['numbered'], ({ ratio }) => ratio),
    times,
  );
  return list;
}

const measuredTable = ({ measured }: Results) =>
  table(
    ['part', 'measured on', 'machine'],
    Object.entries(measured).map(([part, { date, machine }]) => [part, date, machine]),
  );

/** How much of the difference between diglot and bare is their own JavaScript. */
const ownShare = ({ isolate, alone }: Results, name: CallName) =>
  percent(alone[name].diglot - alone[name].bare, isolate[name].diglot - isolate[name].bare);

const goalTable = (results: Results) =>
  table(
    ['what', 'goal', 'measured', 'met'],
    goals(results).map(({ what, goal, measured, met }) => [what, goal, measured, JUDGED.get(met)!]),
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

const loads = (
  { http }: Results,
  row: (servers: Record<'diglot' | 'bare' | 'fastify', Load>) => (string | number)[],
) =>
  CALLS.flatMap((name) =>
    CONNECTIONS.map((connections) => [TITLES[name], connections, ...row(http[name][connections] as never)]),
  );

const httpCpuTable = (results: Results) =>
  table(
    [
      'call',
      'connections',
      'CPU an answer: diglot, µs',
      'bare, µs',
      'fastify, µs',
      'answers for the same CPU, of bare',
    ],
    loads(results, ({ diglot, bare, fastify }) => [
      ...[diglot, bare, fastify].map(({ cpu }) => whole(cpu)),
      times(ratio(bare.cpu, diglot.cpu)),
    ]),
  );

const httpTable = (results: Results) =>
  table(
    [
      'call',
      'connections',
      'answers a second: diglot',
      'bare',
      'fastify',
      'diglot of bare',
      'lowest and highest turn',
      'p99, ms: diglot',
      'bare',
      'fastify',
    ],
    loads(results, ({ diglot, bare, fastify }) => {
      const { middle, spread } = turns(diglot, bare);
      const all = [diglot, bare, fastify];
      return [
        ...all.map(({ throughput }) => whole(median(throughput))),
        times(middle),
        spread,
        ...all.map(({ p99 }) => p99),
      ];
    }),
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

const upsertTable = ({ upsert }: Results) =>
  table(
    [
      'names',
      'who comes',
      'contacts',
      'ms',
      'of the same in 10',
      'rows read: median',
      'nine in ten',
      'most',
      'created',
    ],
    Object.entries(upsert).flatMap(([names, kinds]) =>
      Object.entries(kinds).flatMap(([kind, costs]) =>
        Object.entries(costs).map(([count, { milliseconds, ratio, created, rows }]) => [
          names,
          kind,
          whole(Number(count)),
          milliseconds.toFixed(1),
          times(ratio),
          whole(rows.median),
          whole(rows.nineInTen),
          whole(rows.most),
          `${whole(created * 100)} %`,
        ]),
      ),
    ),
  );

/** A million calls of each kind. CPU is all that workerd used here, D1 included: more than is billed. */
function millionTable({ counts, isolate }: Results): string {
  const cpu = (name: string) =>
    (name.startsWith('list') ? isolate.list : name === 'GET' ? isolate.get : isolate.put).diglot / 1_000;
  return table(
    ['a million of', 'requests', 'CPU, at most', 'rows read', 'rows written', 'limiter', 'log', 'together'],
    Object.entries(counts).map(([name, line]) => {
      const parts = [
        prices.request,
        prices.cpuMillisecond * cpu(name),
        prices.rowRead * line.rowsRead,
        prices.rowWritten * line.rowsWritten,
        prices.objectRequest,
        prices.logLine,
      ].map((price) => price * 1_000_000);
      return [name, ...parts.map(dollars), dollars(parts.reduce((sum, part) => sum + part, 0))];
    }),
  );
}

function bookTable({ counts, bytesPerContact }: Results): string {
  const contacts = 10_000_000;
  const gigabytes = (contacts * bytesPerContact) / 1e9;
  const import_ =
    contacts *
    (prices.rowWritten *
      (0.9 * counts['PUT, new']!.rowsWritten + 0.1 * counts['PUT, new, with a new account']!.rowsWritten) +
      prices.request +
      prices.objectRequest +
      prices.logLine);
  return table(
    ['ten million contacts', ''],
    [
      [
        'bytes in D1 for each contact, with its account, indexes, name pieces and history',
        whole(bytesPerContact),
      ],
      ['gigabytes', gigabytes.toFixed(1)],
      ['storage, a month', dollars(gigabytes * prices.gigabyteMonth)],
      ['writing them once, one PUT each, ten to an account', dollars(import_)],
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
        value: median(throughput),
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
  const operating = readFileSync(OPERATING, 'utf8');
  writeFileSync(
    OPERATING,
    operating.replace(MADE, `$1\n\n${millionTable(results).replaceAll('$', '$$$$')}\n\n$2`),
  );
  execFileSync('biome', ['format', '--write', OPERATING], { shell: process.platform === 'win32' });
  console.log(
    goals(results)
      .map(({ what, goal, measured, met }) => `${met === false ? '✗' : ' '} ${what}: ${measured} (${goal})`)
      .join('\n'),
  );
}

const TEXT = (results: Results) => `# Performance

Written by \`npm run bench\`; the numbers are in \`bench/results.json\`. One part alone: \`npm run bench -- isolate\`
(or \`http\`, \`startup\`, \`size\`, \`counts\`, \`upsert\`, \`scale\`). Ratios mean more than numbers, and
only within one table: the subjects take turns, and each number is the median of the turns.

${measuredTable(results)}

## What is compared

- **diglot** is the Worker as \`wrangler deploy\` builds it, on workerd itself, with everything on: key, scope, rate limit, validation,
  request id, ETag, log line.
- **bare** (\`bench/bare.ts\`) is what somebody would write by hand: the same SQL text in the same batches on raw D1, taken from what
  diglot really prepares, and the same bodies, checked equal before measuring. It knows one key, and has no rate limit, validation,
  request id, ETag or log.
- **fastify** (\`bench/fastify.ts\`) is fastify over \`node:sqlite\`: the same tables, triggers, SQL and bodies in one Node process.

The key of the benchmark has a limit that nothing here comes near, a million requests a second, so the limiter is asked once in 1,000 requests
and costs almost nothing. A key of the default limit, 300 requests a minute, is counted only 3 ahead, and that only while it is busy and far
from its limit: most of its requests ask the Durable Object, and cost more than those measured here.

## Goals

${goalTable(results)}

Two of these want a word. CPU in workerd counts the local D1, which is most of it on both sides; of the Worker's own JavaScript alone
diglot takes ${CALLS.map((name) => `${times(ratio(results.alone[name].diglot, results.alone[name].bare))} (${TITLES[name]})`).join(', ')} what bare takes, in the few
microseconds of the table below. And answers a second are told at 8 connections; at 1 and 64 they are in the table below.

## What misses its goal, and why

- **HTTP, and a list at 1.00× of bare.** Both run the same SQL and spend most of their time in D1, so nothing is to be won back there:
  all that diglot does more is paid on top. No single part of it is dear: the timer that gives up on a store that does not answer, the
  log line, a dozen response headers, the SHA-256 of the key, the request's id, the limiter and the ETag take between one and five
  hundredths of a GET each, hardly more than the noise. Together they are a tenth: without all seven a GET takes 1.09× the CPU of bare (${ONCE}); the rest is routing, validation and mapping. What
  was tried and left: another router of Hono's, and timers of another kind, which changed nothing that could be measured; a memory of keys in
  clear instead of their hashes; a list built as JSON inside SQLite, which cost the bare Worker as much as its own mapping (1.00× and 1.04×, by the way the
  JSON is written), and would put the vendor's words into SQL, below the floor where they belong; and D1's \`raw()\`, which would make a list a tenth cheaper (${ONCE}), but hides from the log how many rows
  were read, which is what D1 is paid for.
- **Rows read by an upsert among 100,000 contacts of one account.** Whoever shares a first or a last name with many costs a row for each of
  them whose name is as long, or up to two letters longer or shorter, because two edits may add or take as many. Other cuts of a name read
  more, pieces of pieces write more, and a row written costs as much as a thousand read. A cap would be cheap, and would make a second contact
  of somebody who is there. Where names differ in a number only, a row is read for all that begin alike, which the time allows.
- **What was won.** A Durable Object counts each key's requests, and asking it for each request was half of the
  difference (${ONCE}): a busy key is now counted a hundredth of its limit ahead
  (\`src/platform/rate-limit.ts\`). \`zod/mini\`, one router instead of Hono's four, and leaving the schemas of answers, the operator's tables
  and what few ask for out of the way took a third off what an API call evaluates (${ONCE}).

## CPU of a call

![CPU per call](performance/cpu.svg)

A loop inside the isolate, without HTTP: the CPU time of the whole workerd process per call, with the local D1 and the rate limiter in
it, which on the platform run elsewhere. The right half is the Worker's own JavaScript, with D1 and the limiter answering at once. It
explains only a part of the difference of the left half: ${CALLS.map((name) => `${ownShare(results, name)} (${TITLES[name]})`).join(', ')}. What the
rest is has not been taken apart. \`npm run bench -- isolate\`

${cpuTable(results)}

## HTTP

![Throughput](performance/throughput.svg)

On loopback, ${CONNECTIONS.join(', ')} connections, the load generator on the same machine. Answers a second are whatever the rest of
the machine left; the CPU that the server used for each is steadier, and on one core it is the same measure. Each connection sends
requests of its own, and each PUT changes something: the measure fails unless nearly all write. \`npm run bench -- http\`

${httpCpuTable(results)}

${httpTable(results)}

fastify over \`node:sqlite\` is faster on one machine, at reading many times, and that is no surprise: its database is a library in the same process, a
query is a function call, and nothing is serialised. D1 is a service: each batch here goes through two more Workers of Miniflare, as JSON.
Both keep their data in a file with a write-ahead log here, on the same disk. What is bought with D1 is that neither the process nor the
disk is one's own to keep. Directus was not measured: it needs \`isolated-vm\` and a SQLite driver that are compiled, or fetched from outside the
registry, when it is installed.

## Round trips and rows

\`npm run bench -- counts\`, from the Worker's own log line. \`test/cost.test.ts\` holds the round trips, and that rows do not grow with the book.

${countTable(results)}

## Size and start-up

![What the bundle is made of](performance/bundle.svg)

The Worker is one file of ${kilobytes(results.size.whole.bytes)} (${kilobytes(results.size.whole.gzip)} gzip); what an API call evaluates of it, all but what stands behind \`import()\`, is
${kilobytes(results.size.apiPath.bytes)} (${kilobytes(results.size.apiPath.gzip)} gzip): admin, hooks, mail and the schemas of answers wait for their first request. The documents and pages are static files.
\`npm run bench -- size startup\`

${table(
  ['CPU until a new process has answered', 'ms'],
  Object.entries(results.startup).map(([name, milliseconds]) => [name, milliseconds.toFixed(0)]),
)}

## The size of the book

![A million against a thousand](performance/scale.svg)

One database with books of 1,000 and 1,000,000 contacts (ten in each account); one connection, median of
${ROUNDS} turns. The deep page is the thousandth of 20 in the million, the fortieth in the thousand. \`npm run bench -- scale\` makes the database
first, which takes two or three minutes, and keeps it (\`BENCH_STATE\`).

${scaleTable(results)}

### The size of an account

An upsert without an address, of somebody new, near to somebody or known, among names that are as usual as real ones, all the same ("one name"), or
different in a number only ("Customer 00001"). \`npm run bench -- upsert\`

${upsertTable(results)}

## What a month costs

At the platform's public prices as known in ${AS_OF}; check them ( [Workers](https://developers.cloudflare.com/workers/platform/pricing/),
[D1](https://developers.cloudflare.com/d1/platform/pricing/), [KV](https://developers.cloudflare.com/kv/platform/pricing/),
[Durable Objects](https://developers.cloudflare.com/durable-objects/platform/pricing/),
[Workers Logs](https://developers.cloudflare.com/workers/observability/logs/workers-logs/#pricing)), without what the paid plan's $5 includes;
of log lines that is 20 million a month. Each call leaves one line, ours: the platform's own are switched off. The limiter is priced as if it
were asked for each call. KV is read once in five seconds by each isolate for each key, which does not show here. A rate limiter is billed for as long as its key is in
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
