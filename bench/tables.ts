/** The tables of the report. */
import { CALLS, type CallName } from './calls.ts';
import { dollars, percent, table, times, whole } from './format.ts';
import { TITLES, turns } from './goals.ts';
import { CONNECTIONS, type Load } from './http.ts';
import type { Results } from './index.ts';
import { own } from './isolate.ts';
import { median } from './measure.ts';
import { prices } from './prices.ts';

export const measuredTable = ({ measured }: Results) =>
  table(
    ['part', 'measured on', 'machine'],
    Object.entries(measured).map(([part, { date, machine }]) => [part, date, machine]),
  );

/** How much of the difference between diglot and bare is their own JavaScript. */
export const ownShare = ({ isolate, alone }: Results, name: CallName) =>
  percent(alone[name].diglot - alone[name].bare, isolate[name].diglot - isolate[name].bare);

export const cpuTable = ({ isolate, alone }: Results) =>
  table(
    [
      'call',
      'diglot, µs',
      'bare, µs',
      'ratio',
      'bare with columns, µs',
      'own JavaScript: diglot, µs',
      'bare, µs',
      'ratio',
    ],
    CALLS.map((name) => [
      TITLES[name],
      whole(isolate[name].diglot),
      whole(isolate[name].bare),
      times(isolate[name].diglot / isolate[name].bare),
      whole(isolate[name].columns),
      whole(own(alone, name, 'diglot')),
      whole(own(alone, name, 'bare')),
      times(own(alone, name, 'diglot') / own(alone, name, 'bare')),
    ]),
  );

const loads = (
  { http }: Results,
  row: (servers: Record<'diglot' | 'bare' | 'columns' | 'fastify', Load>) => (string | number)[],
) =>
  CALLS.flatMap((name) =>
    CONNECTIONS.map((connections) => [TITLES[name], connections, ...row(http[name][connections] as never)]),
  );

export const httpCpuTable = (results: Results) =>
  table(
    [
      'call',
      'connections',
      'CPU per answer: diglot, µs',
      'bare, µs',
      'bare with columns, µs',
      'fastify, µs',
      'answers for the same CPU, against bare',
    ],
    loads(results, ({ diglot, bare, columns, fastify }) => [
      ...[diglot, bare, columns, fastify].map(({ cpu }) => whole(cpu)),
      times(bare.cpu / diglot.cpu),
    ]),
  );

export const httpTable = (results: Results) =>
  table(
    [
      'call',
      'connections',
      'answers per second: diglot',
      'bare',
      'bare with columns',
      'fastify',
      'diglot against bare',
      'lowest and highest turn',
      'p99, ms: diglot',
      'bare',
      'bare with columns',
      'fastify',
    ],
    loads(results, ({ diglot, bare, columns, fastify }) => {
      const { middle, spread } = turns(diglot, bare);
      const all = [diglot, bare, columns, fastify];
      return [
        ...all.map(({ throughput }) => whole(median(throughput))),
        times(middle),
        spread,
        ...all.map(({ p99 }) => p99),
      ];
    }),
  );

export const countTable = ({ counts }: Results) =>
  table(
    ['call', 'round trips', 'rows read', 'rows written'],
    Object.entries(counts).map(([name, line]) => [name, line.roundTrips, line.rowsRead, line.rowsWritten]),
  );

export const scaleTable = ({ scale }: Results) =>
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

export const upsertTable = ({ upsert }: Results) =>
  table(
    [
      'names',
      'who comes',
      'contacts',
      'ms',
      'against 10 contacts',
      'rows read: median',
      '90th percentile',
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

/** A million calls of each kind. The CPU is everything that workerd used here, D1 included, which is more than is billed. */
export function millionTable({ counts, isolate }: Results): string {
  const cpu = (name: string) =>
    (name.startsWith('list') ? isolate.list : name === 'GET' ? isolate.get : isolate.put).diglot / 1_000;
  return table(
    ['a million of', 'requests', 'CPU, at most', 'rows read', 'rows written', 'limiter', 'log', 'total'],
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

export function bookTable({ counts, bytesPerContact }: Results): string {
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
