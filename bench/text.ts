/** The words of docs/performance.md. */
import { CALLS, type CallName } from './calls.ts';
import { dollars, kilobytes, ratio, table, times } from './format.ts';
import { goals, goalTable, TITLES } from './goals.ts';
import { CONNECTIONS } from './http.ts';
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

/** For figures of the text that no command makes: a report of a later date has not measured them again. */
const ONCE = 'measured once, on 2026-11-22';

/** The goals that "What misses its goal, and why" is about. */
export const EXPLAINED = [
  /over HTTP, .*, of bare$/,
  /^CPU in workerd, list of 50, of bare$/,
  /nine in ten$/,
  /in a number only$/,
];

/** The whole page. */
export const text = (results: Results) => `# Performance

${summary(results)}

Written by \`npm run bench\`, which takes ten to fifteen minutes; the numbers are in \`bench/results.json\`. One part alone: \`npm run bench -- isolate\`
(or \`http\`, \`startup\`, \`size\`, \`counts\`, \`upsert\`, \`scale\`). Times depend on the machine, so look at the ratios, and
only within one table: there the servers were measured in turns, one after the other, and each number is the median of all turns. For
answers a second and for upserts the ratio is taken in each turn, and the median of those ratios may differ from the ratio of the two medians beside it.

${measuredTable(results)}

## What is compared

- **diglot** is the Worker as \`wrangler deploy\` builds it, on workerd itself, with everything on: key, scope, rate limit, validation,
  request id, ETag, log line.
- **bare** (\`bench/bare.ts\`) is what somebody would write by hand: the same SQL text in the same batches on raw D1, taken from what
  diglot really prepares, and the same bodies, checked equal before measuring. It knows one key, and has no rate limit, validation,
  request id, ETag or log. With the batches it has what they cost: it too asks D1 in each whether the key is still good, and its writes too keep
  history and pieces of names. Without the question about the key it would take 10 % fewer instructions for a GET, and 5 % fewer for a PUT
  or a list (${ONCE}).
- **bare with columns** is the same on the same statements, but with rows of columns: what one writes at first. diglot lets SQLite pack a row
  into one JSON array, since D1 answers value by value, each with its name, and the Worker puts them together.
- **fastify** (\`bench/fastify.ts\`) is fastify over \`node:sqlite\`: the same tables, triggers, SQL (with columns) and bodies in one Node process.

The key of the benchmark has a limit that nothing here comes near, a million requests a second, so the limiter is asked once in 1,000 requests
or once a second, and costs almost nothing. A key of the default limit, 300 requests a minute, is counted only 3 ahead, and that only while it is busy and far
from its limit: most of its requests ask the Durable Object, and cost more than those measured here.

## Goals

${goalTable(results)}

Two of these want a word. CPU in workerd counts the local D1, which is most of it on both sides: whoever reads the goal as the Worker's own
JavaScript alone finds its ratios as published, and not met. They compare few microseconds ([CPU of a call](#cpu-of-a-call)). And answers a second are
told at 8 connections; at 1 and 64 they are under [HTTP](#http).

## What misses its goal, and why

- **HTTP, and a list at 1.00× of bare.** Both run the same SQL and spend most of their time in D1. diglot can win nothing there, and
  whatever else it does comes on top. No single part of that is dear. In instructions of the whole process, which \`perf stat\` counts
  (two equal Workers differ by a hundredth there), a GET takes 1.13× those of bare: a dozen response headers are 4 % of it, the log line 2 %, the ETag
  and the SHA-256 of the key 1 % each, the timer that gives up on a store that does not answer, the request's id and the limiter less. With all of
  that off it is 1.07×; routing, validation and mapping are the rest, and more code misses the processor's caches more often (${ONCE}, by taking the parts out).
  So a list, with 0.98× the instructions of bare, still takes 1.1× the cycles (${ONCE}).
  Tried, and given up since no gain could be measured: three other routers of Hono's, headers prepared in one object, an ETag of words instead of letters,
  one chain of handlers less, timers of another kind. Given up since it would be wrong: to remember keys themselves instead of their hashes.
- **Against bare with columns** a list takes ${times(ratio(results.isolate.list.diglot, results.isolate.list.columns))} the CPU. The goals are held against the same SQL text.
- **Rows read by an upsert among 100,000 contacts of one account.** An upsert reads a row for each name that shares a first or a last name with
  the one that comes, if it is as long, or up to two letters longer or shorter: two edits may add or take two letters. Other ways to cut names into pieces read
  more (eleven were counted). Pieces of pieces would write one more row for each contact, and a row written costs as much as a thousand read. A
  limit on the rows would be cheap, but would sometimes miss somebody who is there, and make a second contact of the same person.
- **Names that differ in a number only.** Each of the hundred thousand begins like the one that comes, so that each is read, and seven thousand of
  them have enough of its letters to be sent to the Worker and compared: a fifth of a microsecond for each that is read, and one for each that is sent. The
  ratio is 7× to 10.6×, since an account of ten is answered in 2 ms in some runs and in 3.6 in others. Unlike the goal's own example, all of
  one name.

What was won on the way (each ${ONCE}):

- **A row packed into one JSON array** is what bare has over bare with columns: in instructions, over HTTP, 5 % of a GET and 30 % of a list.
- **A cursor in one piece.** A slice of another string kept JSON.stringify from its fast path, for the whole page: 7 % of a list.
- **Each piece of a name says who is the oldest that has it**, so that seven thousand near names of a hundred thousand need not be looked up. Among names
  that differ in a number only, an upsert into an account of 100,000 took 12.9× what it took in one of ten, where the account of ten took its 3 ms.
- **A busy key is counted a hundredth of its limit ahead** (\`src/platform/rate-limit.ts\`). To ask the Durable Object that counts for each request
  was half of the difference.
- **\`zod/mini\`, one router instead of Hono's four, and less code at once**: schemas of answers, the operator's tables and what few ask for are loaded
  later. That took a third off what an API call evaluates. Tables taken from their own files of \`drizzle-orm\`, without its query builder, took
  off 42 KiB of the Worker more.

## CPU of a call

![CPU per call](performance/cpu.svg)

A loop inside the isolate, without HTTP: the CPU time of the whole workerd process per call, with the local D1 and the rate limiter in
it, which on the platform run elsewhere. The right half is the Worker's own JavaScript: D1 and the limiter answer at once, and what the loop takes with
an empty Worker is subtracted. \`npm run bench -- isolate\`

${cpuTable(results)}

Of the difference in the left half the right half has ${CALLS.map((name) => `${ownShare(results, name)} (${TITLES[name]})`).join(', ')} in time. In instructions
a GET has as many more in both halves, some 290 thousand (${ONCE}): so the rest of the time is most likely no other work, but the
same work taking longer in between queries, when the processor's caches hold something else.

## HTTP

![Throughput](performance/throughput.svg)

On loopback, with ${CONNECTIONS.join(', ')} connections, the load generator on the same machine. How many answers there are in a second also depends on what
else the machine does; the CPU that the server used for each answer is steadier. Each connection sends
requests of its own, and each PUT changes something: the measure fails unless diglot's log says so of nearly all, and the others are sent the
same kind of bodies. \`npm run bench -- http\`

${httpCpuTable(results)}

${httpTable(results)}

fastify over \`node:sqlite\` is faster on one machine, at reading many times, and that is no surprise: its database is a library in the same process, a
query is a function call, and nothing is serialised. D1 is a service: each batch here goes through two more Workers of Miniflare, as JSON.
Both keep their data in a file with a write-ahead log here, on the same disk. What is bought with D1 is that neither the process nor the
disk is one's own to keep. Directus was not measured: it needs \`isolated-vm\` and a SQLite driver that are compiled, or fetched from outside the
registry, when it is installed.

## Round trips and rows

\`npm run bench -- counts\`, from the Worker's own log line. \`test/cost.test.ts\` fails when a call takes more round trips, or when its rows grow with the book.

${countTable(results)}

## Size and start-up

![What the bundle is made of](performance/bundle.svg)

The Worker is one file of ${kilobytes(results.size.whole.bytes)} (${kilobytes(results.size.whole.gzip)} gzip); what an API call evaluates of it, all but what stands behind \`import()\`, is, taken by itself,
${kilobytes(results.size.apiPath.bytes)} (${kilobytes(results.size.apiPath.gzip)} gzip): admin, hooks, mail and the schemas of answers wait for their first request. The documents and pages are static files.
\`npm run bench -- size startup\`

The CPU of a start is that of the whole workerd process, with the Workers of Miniflare in it: what counts is the difference to an empty Worker, and
a few milliseconds of that are chance.

${table(
  ['CPU until a new process has answered', 'ms'],
  Object.entries(results.startup).map(([name, milliseconds]) => [name, milliseconds.toFixed(0)]),
)}

## The size of the book

![A million against a thousand](performance/scale.svg)

One database with books of 1,000 and 1,000,000 contacts (ten in each account); one connection, median of
${ROUNDS} turns. The deep page is the thousandth of 20 in the million, the fortieth in the thousand. \`npm run bench -- scale\` makes the database
first, which takes two or three minutes, and keeps it for the next time: ${((results.bytesPerContact * 1_001_000) / 1e9).toFixed(1)} GB, in
\`diglot-bench\` in the folder for temporary files, or where \`BENCH_STATE\` says.

${scaleTable(results)}

### The size of an account

An upsert without an address, of somebody new, near to somebody or known, among names that are as usual as real ones, all the same ("one name"), or
different in a number only ("Customer 00001"). \`npm run bench -- upsert\`

${upsertTable(results)}

## What a month costs

At the platform's public prices as known in ${AS_OF}; check them ([Workers](https://developers.cloudflare.com/workers/platform/pricing/),
[D1](https://developers.cloudflare.com/d1/platform/pricing/), [KV](https://developers.cloudflare.com/kv/platform/pricing/),
[Durable Objects](https://developers.cloudflare.com/durable-objects/platform/pricing/),
[Workers Logs](https://developers.cloudflare.com/workers/observability/logs/workers-logs/#pricing)), without what the paid plan's $5 includes;
of log lines that is 20 million a month. Each call leaves one line, ours: the platform's own are switched off. The limiter is priced as if it
were asked for each call. The CPU of each write is taken to be that of the PUT above, and is an upper bound: D1 is in it, which is not billed as CPU.

For a busy key that is all. What a key costs besides does not grow with its calls, and so weighs most where there are few. In each isolate that it calls, KV is
read once in five seconds (${dollars(prices.kvRead * 1_000_000)} a million), and once in a minute one row is written, for when the key was last used. Its rate limiter
is billed for as long as the key is in use, which is until its window (a minute, if nothing else is set) after each call has passed: ${dollars(0.128 * 3600 * 24 * 30 * prices.objectGigabyteSecond)} a month for a key that calls
around the clock, were it only once a minute.

${millionTable(results)}

${bookTable(results)}

${storageNote(results)}
`;

/** For those who read no further. */
function summary(results: Results): string {
  const judged = goals(results).filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => !met).length;
  const cpu = ({ isolate }: Results, name: CallName) =>
    times(ratio(isolate[name].diglot, isolate[name].bare));
  const slower = Object.values(results.scale).map(
    ({ thousand, million }) => million!.milliseconds / thousand!.milliseconds,
  );
  const found = (what: string) => judged.find((goal) => goal.what === what)!.measured;
  return `In short: a call takes ${CALLS.map((name) => `${cpu(results, name)} (${TITLES[name]})`).join(', ')} the CPU that it takes in a Worker written by
hand for the same SQL and nothing more, and ${found('round trips to D1, any hot call')} round trip to D1 (an upsert ${found('round trips to D1, any upsert')}). Among a million contacts a call takes at most ${times(Math.max(...slower))} the time that it takes among a
thousand. Of ${judged.length} goals ${missed} are missed, and it is said why.`;
}

const storageNote = ({ bytesPerContact }: Results) => {
  const most = 10e9 / bytesPerContact / 1e6;
  return `A D1 database holds 10 GB: ${most.toFixed(1)} million contacts of this kind.${
    most < 10
      ? ' Ten million need more than one database, so tenants would have to be spread over several.'
      : ''
  }`;
};
