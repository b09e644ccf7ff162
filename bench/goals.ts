/** The goals that the numbers are compared with. */
import { CALLS, type CallName } from './calls.ts';
import { kilobytes, table, times, whole } from './format.ts';
import type { Load } from './http.ts';
import type { Results } from './index.ts';
import { own } from './isolate.ts';
import { median } from './measure.ts';
import type { UpsertCost } from './upsert.ts';

export const TITLES: Record<CallName, string> = { get: 'GET', put: 'PUT', list: 'list of 50' };

/** The throughput of one server over that of another, turn by turn. */
export function turns(one: Load, other: Load) {
  const ratios = one.throughput.map((value, turn) => value / other.throughput[turn]!);
  const spread = `${times(Math.min(...ratios))} to ${times(Math.max(...ratios))}`;
  return { middle: median(ratios), spread };
}

interface Goal {
  what: string;
  goal: string;
  measured: string;
  /** null for a number without a goal. */
  met: boolean | null;
}

const JUDGED = new Map([
  [true, 'yes'],
  [false, '**no**'],
  [null, 'published'],
]);

/** Every goal, with what was measured. */
export function goals({ isolate, alone, http, counts, size, startup, scale, upsert }: Results): Goal[] {
  const list: Goal[] = [];
  const most = (what: string, limit: number, value: number, show: (value: number) => string) =>
    list.push({ what, goal: `≤ ${show(limit)}`, measured: show(value), met: value <= limit });
  const publish = (what: string, measured: string) => list.push({ what, goal: 'none', measured, met: null });
  const cpu = { get: 1.8, put: 1.6, list: 1 };
  const throughput = { get: 0.95, put: 0.9, list: 1 };
  for (const name of CALLS)
    most(
      `CPU in workerd, ${TITLES[name]}, against bare`,
      cpu[name],
      isolate[name].diglot / isolate[name].bare,
      times,
    );
  for (const name of CALLS)
    publish(
      `own JavaScript, ${TITLES[name]}, against bare`,
      times(own(alone, name, 'diglot') / own(alone, name, 'bare')),
    );
  for (const name of CALLS)
    publish(
      `CPU in workerd, ${TITLES[name]}, against bare with columns`,
      times(isolate[name].diglot / isolate[name].columns),
    );
  for (const name of CALLS) {
    const { diglot, bare } = http[name][8]!;
    const { middle, spread } = turns(diglot!, bare!);
    list.push({
      what: `answers per second, ${TITLES[name]}, against bare`,
      goal: `≥ ${times(throughput[name])}`,
      measured: `${times(middle)} (turns: ${spread})`,
      met: middle >= throughput[name],
    });
  }
  for (const [server, title] of [
    ['columns', 'bare with columns'],
    ['fastify', 'fastify'],
  ] as const)
    for (const name of CALLS) {
      const loads = http[name][8]!;
      const { middle, spread } = turns(loads.diglot!, loads[server]!);
      publish(`answers per second, ${TITLES[name]}, against ${title}`, `${times(middle)} (turns: ${spread})`);
    }
  publish('answers per second, against Directus', 'not measured; see HTTP');
  const hot = Object.entries(counts).filter(([name]) => !name.startsWith('upsert'));
  most('round trips to D1, any hot call', 1, Math.max(...hot.map(([, line]) => line.roundTrips)), String);
  const upserts = [
    counts['upsert, new']!,
    counts['upsert, by name']!,
    ...Object.values(scale.upsert!),
    ...Object.values(upsert).flatMap((kinds) => Object.values(kinds).flatMap(Object.values<UpsertCost>)),
  ];
  most('round trips to D1, any upsert', 2, Math.max(...upserts.map(({ roundTrips }) => roundTrips)), String);
  most('code that an API call evaluates, gzip', 64 * 1024, size.apiPath.gzip, kilobytes);
  most(
    'start-up CPU above an empty Worker',
    30,
    startup.diglot - startup.empty,
    (value) => `${value.toFixed(0)} ms`,
  );
  for (const call of ['GET', 'first page', 'deep page', 'PATCH', 'upsert']) {
    const { thousand, million } = scale[call]!;
    most(
      `${call}: time, 1,000,000 against 1,000`,
      1.2,
      million!.milliseconds / thousand!.milliseconds,
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
    'upsert: time, account of 100,000 against 10, usual names',
    2,
    worst(['usual'], ({ ratio }) => ratio),
    times,
  );
  most(
    'upsert: rows read, account of 100,000, usual names, median',
    500,
    worst(['usual'], ({ rows }) => rows.median),
    whole,
  );
  most(
    'upsert: rows read, account of 100,000, usual names, 90th percentile',
    500,
    worst(['usual'], ({ rows }) => rows.nineInTen),
    whole,
  );
  for (const names of [
    'one name',
    'numbered',
    'numbered within',
    'numbered, long',
    'two numbers',
    'alike at both ends',
  ])
    most(
      `upsert: time, account of 100,000 against 10, ${names}`,
      10,
      worst([names], ({ ratio }) => ratio),
      times,
    );
  return list;
}

/** The same, as a table. */
export const goalTable = (results: Results) =>
  table(
    ['what', 'goal', 'measured', 'met'],
    goals(results).map(({ what, goal, measured, met }) => [what, goal, measured, JUDGED.get(met)!]),
  );
