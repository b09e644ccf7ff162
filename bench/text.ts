/** The words of docs/performance.md. */
import { CALLS } from './calls.ts';
import { dollars, kilobytes, ratio, table, times } from './format.ts';
import { goalTable, TITLES } from './goals.ts';
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

/** The whole page. */
export const text = (results: Results) => `# Performance

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
- **bare with columns** is the same on the same statements, but with rows of columns: what one writes at first. diglot lets SQLite pack a row
  into one JSON array, since D1 answers value by value, each with its name, and the Worker puts them together.
- **fastify** (\`bench/fastify.ts\`) is fastify over \`node:sqlite\`: the same tables, triggers, SQL (with columns) and bodies in one Node process.

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
  all that diglot does more is paid on top. No single part of it is dear. In instructions of the whole process, which \`perf stat\` counts
  (two equal Workers differ by a hundredth there), a GET takes 1.13× those of bare: a dozen response headers are 4 % of it, the log line 2 %, the ETag
  and the SHA-256 of the key 1 % each, the timer that gives up on a store that does not answer, the request's id and the limiter less. With all of
  that off it is 1.07×; routing, validation and mapping are the rest, and more code misses the processor's caches more often (${ONCE}, by taking the parts out). What
  was tried and left, because nothing could be measured of it: three other routers of Hono's, headers prepared in one object, an ETag of words instead of letters,
  one chain of handlers less, timers of another kind; and because it would be wrong: a memory of keys in clear instead of their hashes.
- **Against bare with columns** a list takes ${times(ratio(results.isolate.list.diglot, results.isolate.list.columns))} the CPU. The goals are held against the same SQL text.
- **Rows read by an upsert among 100,000 contacts of one account.** Whoever shares a first or a last name with many costs a row for each of
  them whose name is as long, or up to two letters longer or shorter, because two edits may add or take as many. Other cuts of a name read
  more (eleven were counted), pieces of pieces write a row more for each contact, and a row written costs as much as a thousand read. A cap would be cheap, and would
  make a second contact of somebody who is there.
- **What was won.** A row packed into one JSON array is what bare has over bare with columns in the tables below (in instructions, over HTTP, 5 % of a GET and 30 % of a list).
  A cursor that was a slice of another string kept JSON.stringify from its fast path, for the whole page: 7 % of a list.
  Each piece of a name says who is the oldest that has it, so that seven thousand near names of a hundred thousand need not be looked up: an upsert among names that
  differ in a number only took 12.9×; since then it was 7.1× to 8.8× in six runs, and 10.8× in one in which the account of ten was answered in two milliseconds instead of three. A Durable Object counts each key's requests, and asking it for each request was half of the
  difference: a busy key is now counted a hundredth of its limit ahead
  (\`src/platform/rate-limit.ts\`). \`zod/mini\`, one router instead of Hono's four, and leaving the schemas of answers, the operator's tables
  and what few ask for out of the way took a third off what an API call evaluates (each ${ONCE}).

## CPU of a call

![CPU per call](performance/cpu.svg)

A loop inside the isolate, without HTTP: the CPU time of the whole workerd process per call, with the local D1 and the rate limiter in
it, which on the platform run elsewhere. The right half is the Worker's own JavaScript, with D1 and the limiter answering at once. It
explains only a part of the difference of the left half: ${CALLS.map((name) => `${ownShare(results, name)} (${TITLES[name]})`).join(', ')}. Where
the rest goes was not measured by itself. \`npm run bench -- isolate\`

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
