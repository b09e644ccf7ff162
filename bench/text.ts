/** The text of docs/performance.md. */
import { CALLS, type CallName } from './calls.ts';
import { dollars, kilobytes, table, times } from './format.ts';
import { goals, goalTable, TITLES, turns } from './goals.ts';
import { CONNECTIONS, type Load } from './http.ts';
import type { Results } from './index.ts';
import { AS_OF, prices } from './prices.ts';
import { ROUNDS } from './scale.ts';
import {
  bookTable,
  countTable,
  cpuTable,
  httpCpuTable,
  httpTable,
  measuredTable,
  millionTable,
  ownShare,
  scaleTable,
  upsertTable,
} from './tables.ts';

/** Marks figures that no command measures: a later report has not measured them again. */
const ONCE = 'measured once, on 2026-11-22';

/** The goals that "What misses its goal, and why" is about. */
export const EXPLAINED = [
  /^answers per second, .*, against bare$/,
  /^CPU in workerd, list of 50, against bare$/,
];
/** The goal that it is about where it is missed. */
export const EXPLAINED_IF_MISSED = /^start-up CPU/;

/** The whole page. */
export const text = (results: Results) => `# Performance

This page compares diglot with a Worker written by hand for the same SQL and nothing more (*bare*), with fastify over SQLite, and with itself as a
book and an account grow.

${summary(results)}

Times depend on the machine, so compare ratios, and only within one table: there the servers were measured in turns, one after the other
([date, machine and commands](#how-it-was-measured)).

## What is compared

- **diglot** is the Worker as \`wrangler deploy\` builds it, running on workerd with everything on: key, scope, rate limit, validation,
  request id, ETag, log line.
- **bare** (\`bench/bare.ts\`) is a Worker as somebody would write it by hand. It sends raw D1 the SQL text that diglot really prepares, in the same
  batches, and answers with the same bodies, checked equal before measuring. It knows one key, and has no rate limit, validation, request id, ETag or
  log. It pays for what is in the batches: each asks D1 whether the key is still good, and each write keeps history and pieces of names. Without the
  question about the key a GET would take 10 % fewer instructions, and a PUT or a list 5 % fewer (${ONCE}).
- **bare with columns** reads rows of columns in the same statements, as one would write it at first, and its list does not leave out large records.
  diglot lets SQLite pack each row into one JSON array, because D1 otherwise returns every value with its column's name, and the Worker has to
  assemble the row.
- **fastify** (\`bench/fastify.ts\`) is fastify over \`node:sqlite\`: the same tables, triggers, SQL (with columns) and bodies in one Node process.

The benchmark's key has a limit of a million requests a second, which nothing here comes near. diglot therefore asks the limiter once in 1,000
requests or once a second, which costs almost nothing. A key with the default limit, 300 requests a minute, is counted only 3 requests ahead, and only
while it is busy and far from its limit. Most of its requests ask the Durable Object, and cost more than those measured here.

## Goals

${goalTable(results)}

CPU in workerd includes the local D1, which is most of the CPU on both sides. Read as goals for the Worker's own JavaScript alone, the CPU goals are
not met: the ratios are those published, which compare few microseconds ([CPU of a call](#cpu-of-a-call)). Answers per second are over HTTP with 8
connections; [HTTP](#http) has those with 1 and 64, and says why fastify is faster. The kinds of names are explained under
[The size of an account](#the-size-of-an-account).

## What misses its goal, and why

- **Answers per second over HTTP, and the CPU of a list.** Both Workers run the same SQL and spend most of their time in D1. diglot can win nothing
  there, so whatever else it does comes on top. No single part of that is expensive. Counted by \`perf stat\` in instructions of the whole process (two
  identical Workers differ by 1 %), a GET takes 1.13× those of bare. A dozen response headers are 4 % of it, the log line is 2 %, and the ETag and the
  SHA-256 of the key are 1 % each. The timer that gives up on a store that does not answer, the request id and the limiter are less. With all of these
  off a GET takes 1.07×. Routing, validation and mapping are the rest, and more code misses the processor's caches more often
  (${ONCE}, by taking the parts out). So a list, with 0.98× the instructions of bare, still takes 1.1× the cycles
  (${ONCE}). Tried and given up because no gain could be measured: three other routers of Hono's, headers prepared in one object,
  an ETag digest over words instead of characters, one chain of handlers fewer, another kind of timer, a page of contacts as one text
  instead of a row each. Given up because it would be wrong: remembering keys instead of their hashes.
- **Against bare with columns** a list takes ${times(results.isolate.list.diglot / results.isolate.list.columns)} the CPU. The goals compare with bare, which runs the same SQL text.
- **On another machine** (2 × Intel Xeon, half as fast, measured once, on 2026-11-24) calls took 1.11× (GET), 1.21× (PUT), 1.12× (list of 50) the CPU
  of bare, a list 0.99× that of bare with columns, and with 8 connections there were 0.86×, 0.88×, 0.88× the answers per second of bare. So the same
  goals are missed there.
${slowStart(results)}
## What made it faster

These were ${ONCE}, or on the day after.

- **A row packed into one JSON array** is what bare has over bare with columns: in instructions, over HTTP, it saves 5 % of a GET and 30 % of a list.
- **A cursor that is a string of its own.** While it was a slice of another string, \`JSON.stringify\` could not take its fast path for the page: 7 %
  of a list.
- **Each piece of a name has every third letter of it**, or of a name with more than 24 letters every third of 24 parts, so that it has some of what
  thousands of names differ in. While it was a third of the name, it was often a whole first name, which thousands share. Among 100,000 contacts of
  one account an upsert then read 455 rows (median) and 737 (90th percentile), and up to 8.7× as long as among ten where the names differ only in a
  number at the end. While it had a part of the beginning and a part of the end, it took 53× as long where names differ in letters between ("Accounts
  Payable BCDFG Department"). The price is that more ways in which letters may have moved are looked up: 208 for a name of 15 letters, where it was
  51 before.
- **Each piece of a name says which contact is the oldest that has it**, so that seven thousand near names among a hundred thousand need not be looked
  up. Before, with numbered names, an upsert into an account of 100,000 took 12.9× as long as into one of ten, in a run in which ten took 3 ms.
- **Names that may be near come as lines of a few texts**, not as a row each. With numbered names, an upsert into an account of 100,000 took 10.5× to
  11.1× as long as into one of ten before, and 8.6× and 8.9× after.
- **A busy key is counted ahead by a hundredth of its limit** (\`src/platform/rate-limit.ts\`). Asking the counting Durable Object for each request
  was half of the difference from bare.
- **\`zod/mini\`, one router instead of Hono's four, and less code at once.** The schemas of answers, the operator's tables and rarely used code are
  loaded later. That took a third off what an API call evaluates. Taking the tables from \`drizzle-orm\`'s own files, without its query builder, took
  another 42 KiB off the Worker.

## CPU of a call

![CPU per call](performance/cpu.svg)

\`npm run bench -- isolate\` makes the calls in a loop inside the isolate, without HTTP. The left half of the table is the CPU time of the whole
workerd process per call, including the local D1 and the rate limiter, which run elsewhere on the platform. The right half is the Worker's own
JavaScript: D1 and the limiter answer at once, and the CPU of the same loop with an empty Worker is subtracted.

${cpuTable(results)}

The Worker's own JavaScript explains ${CALLS.map((name) => `${ownShare(results, name)} (${TITLES[name]})`).join(', ')} of the difference in time
between diglot and bare. In instructions, a GET has the same difference in both halves, some 290 thousand (${ONCE}). So the rest
of the time is most likely not more work, but the same work taking longer between queries, when the processor's caches hold something else.

## HTTP

![Throughput](performance/throughput.svg)

\`npm run bench -- http\` measures on loopback with ${CONNECTIONS.join(', ')} connections, and the load generator runs on the same machine. Answers per
second also depend on what else the machine does; the server's CPU for each answer is steadier. Each connection sends requests of its own, and each
PUT changes something: the measurement fails unless diglot's log shows a write for 99 % of them. The other servers are sent the same kind of bodies.

${httpCpuTable(results)}

${httpTable(results)}

On one machine fastify over \`node:sqlite\` is faster, and for reads many times faster. Its database is a library in the same process: a query is a
function call, and nothing is serialized. D1 is a service: each batch here goes through two more Workers of Miniflare, as JSON. Both keep their data
in a file with a write-ahead log, on the same disk. In return, with D1 you maintain neither the process nor the disk. Directus was not measured: it
needs \`isolated-vm\` and a SQLite driver, which its installation compiles or fetches from outside the registry.

## Round trips and rows

\`npm run bench -- counts\` takes these numbers from the Worker's own log line. \`test/cost.test.ts\` fails when a call takes more round trips, or
when its rows grow with the book.

${countTable(results)}

## Size and start-up

![What the bundle is made of](performance/bundle.svg)

The Worker is one file of ${kilobytes(results.size.whole.bytes)} (${kilobytes(results.size.whole.gzip)} gzip). An API call evaluates everything in it that is not behind \`import()\`: taken by itself,
${kilobytes(results.size.apiPath.bytes)} (${kilobytes(results.size.apiPath.gzip)} gzip). Admin, hooks, mail and the schemas of answers wait for their first request. The documents and pages are static files.
\`npm run bench -- size startup\` measures both.

The CPU of a start is that of the whole workerd process, including Miniflare's own Workers. What counts is the difference from an empty Worker, and
a few milliseconds of that are chance.

${table(
  ['CPU until a new process has answered', 'ms'],
  Object.entries(results.startup).map(([name, milliseconds]) => [name, milliseconds.toFixed(0)]),
)}

## The size of the book

![A million against a thousand](performance/scale.svg)

\`npm run bench -- scale\` measures one database with books of 1,000 and 1,000,000 contacts, ten in each account, over one connection. Each number is
the median of ${ROUNDS} turns. The deep page is page 1,000 of the million and page 40 of the thousand, with 20 contacts on each page.

${scaleTable(results)}

### The size of an account

\`npm run bench -- upsert\` measures upserts without an address. The incoming person is new, has a name near a stored one, or is known. The stored names
are as usual as real ones, all the same ("one name"), or differ only in a number at the end ("Customer 00001", "numbered") or in the middle
("Customer 00001 GmbH", "numbered within"), or at the end of a long name ("Accounts Payable Department, Branch 00001", "numbered, long"), in two
numbers ("Store 00 Clerk 001", "two numbers"), or only in letters in the middle ("Accounts Payable BCDFG Department", "alike at both ends").

A name costs more if one of its pieces has nothing of the difference. Where names differ only in every third letter, an upsert into an account of
100,000 takes 27× as long as into one of ten, and where they differ in five letters amid a hundred, 59× (measured once, on 2026-11-23). Every name of
more than 36 letters that differs in five of them in the middle may be such a name.

${upsertTable(results)}

## What a month costs

Prices are the platform's public ones as known in ${AS_OF}; check them ([Workers](https://developers.cloudflare.com/workers/platform/pricing/),
[D1](https://developers.cloudflare.com/d1/platform/pricing/), [KV](https://developers.cloudflare.com/kv/platform/pricing/),
[Durable Objects](https://developers.cloudflare.com/durable-objects/platform/pricing/),
[Workers Logs](https://developers.cloudflare.com/workers/observability/logs/workers-logs/#pricing)). They apply beyond what the paid plan's $5
includes, which for log lines is 20 million a month. Each call leaves one line, written by diglot: the platform's own are switched off. The limiter is
priced as if every call asked it. The CPU of each write is taken to be that of the PUT above. CPU is an upper bound: it includes D1, which is not
billed as CPU.

${millionTable(results)}

For a busy key that is all. A key's other costs do not grow with its calls, so they matter most where there are few:

- In each isolate that serves the key, KV is read once in five seconds (${dollars(prices.kvRead * 1_000_000)} a million), and once a minute one row is written that says
  when the key was last used.
- The key's rate limiter is billed while the key is in use: from each call until the key's window (a minute, if nothing else is set) has passed. For a
  key that calls around the clock, even if only once a minute, that is ${dollars(0.128 * 3600 * 24 * 30 * prices.objectGigabyteSecond)} a month.

${bookTable(results)}

${storageNote(results)}

## How it was measured

\`npm run bench\` measures everything in ten to fifteen minutes, keeps the numbers in \`bench/results.json\` and writes this page. One part alone:
\`npm run bench -- isolate\` (or \`http\`, \`startup\`, \`size\`, \`counts\`, \`upsert\`, \`scale\`). The first run of \`scale\` makes its database, which takes two
or three minutes, and keeps it for the next time: ${((results.bytesPerContact * 1_001_000) / 1e9).toFixed(1)} GB, in \`diglot-bench\` in the folder for
temporary files, or where \`BENCH_STATE\` says.

Each number is the median of all turns. For answers per second and for upserts the ratio is taken in each turn, and the median of those ratios may
differ from the ratio of the two medians beside it.

${measuredTable(results)}
`;

/** The summary at the top. */
function summary(results: Results): string {
  const judged = goals(results).filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => !met);
  const each = (of: (name: CallName) => string) =>
    CALLS.map((name) => `${of(name)} (${TITLES[name]})`).join(', ');
  const cpu = ({ diglot, bare }: Record<'diglot' | 'bare', number>) => times(diglot / bare);
  const throughput = ({ diglot, bare }: Record<string, Load>) => times(turns(diglot!, bare!).middle);
  const slower = Object.values(results.scale).map(
    ({ thousand, million }) => million!.milliseconds / thousand!.milliseconds,
  );
  return `- **CPU:** a call takes ${each((name) => cpu(results.isolate[name]))} the CPU that it takes in bare, local D1 included.
- **HTTP:** with 8 connections diglot gives ${each((name) => throughput(results.http[name][8]!))} the answers per second of bare.
- **D1:** a call makes ${measuredOf(results, 'round trips to D1, any hot call')} round trip to D1, an upsert ${measuredOf(results, 'round trips to D1, any upsert')}.
- **Size of the book:** among a million contacts a call takes at most ${times(Math.max(...slower))} the time that it takes among a thousand.
- **Goals:** ${missed.length} of ${judged.length} are missed, and [the reasons are below](#what-misses-its-goal-and-why):
${missed.map(({ what, measured, goal }) => `  - ${what}: ${measured.replace(/ \(.*/, '')}, the goal is ${goal}`).join('\n')}`;
}

/** What to say of a start that takes longer than its goal, which it does on a machine that is slow or busy. */
function slowStart(results: Results): string {
  const { what, measured, met } = goals(results).find(({ what }) => EXPLAINED_IF_MISSED.test(what))!;
  if (met) return '';
  const empty = results.startup.empty.toFixed(0);
  return `- **The ${what}** goes with the speed of the machine: here ${measured}, where an empty Worker takes ${empty} ms. On a faster one it was 21 ms, and an
  empty Worker took 128 ms (${ONCE}).
`;
}

const measuredOf = (results: Results, goal: string) =>
  goals(results).find(({ what }) => what === goal)!.measured;

const storageNote = ({ bytesPerContact }: Results) => {
  const most = 10e9 / bytesPerContact / 1e6;
  return `A D1 database holds 10 GB: ${most.toFixed(1)} million contacts of this kind.${
    most < 10
      ? ' Ten million need more than one database, so tenants would have to be spread over several.'
      : ''
  }`;
};
