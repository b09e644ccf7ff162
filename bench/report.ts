/** Writes docs/performance.md from the numbers, with its plots, and the part of docs/operating.md on costs. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALLS } from './calls.ts';
import { goals, TITLES } from './goals.ts';
import type { Results } from './index.ts';
import { median } from './measure.ts';
import { bars } from './plots.ts';
import { millionTable } from './tables.ts';
import { EXPLAINED, EXPLAINED_IF_MISSED, text } from './text.ts';

const OPERATING = join(import.meta.dirname, '../docs/operating.md');
const MADE = /(<!-- made by `npm run bench` -->)[\s\S]*?(<!-- \/made -->)/;
const FILE = join(import.meta.dirname, '../docs/performance.md');

/** Longer labels in plots for names that are abbreviations. */
const LABELS: Partial<Record<string, string>> = { columns: 'bare with columns' };

/** Writes the report and its plots. */
export function writeReport(results: Results): void {
  const { size } = results;
  bars(
    'cpu',
    'µs of CPU in workerd per call',
    CALLS.flatMap((name) =>
      (['diglot', 'bare', 'columns'] as const).map((server) => ({
        group: TITLES[name],
        server: LABELS[server] ?? server,
        value: results.isolate[name][server],
      })),
    ),
  );
  bars(
    'throughput',
    'answers per second, 8 connections',
    CALLS.flatMap((name) =>
      Object.entries(results.http[name][8]!).map(([server, { throughput }]) => ({
        group: TITLES[name],
        server: LABELS[server] ?? server,
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
  writeFileSync(FILE, text(results));
  const operating = readFileSync(OPERATING, 'utf8');
  writeFileSync(
    OPERATING,
    operating.replace(MADE, `$1\n\n${millionTable(results).replaceAll('$', '$$$$')}\n\n$2`),
  );
  execFileSync('biome', ['format', '--write', OPERATING], { shell: process.platform === 'win32' });
  const judged = goals(results);
  console.log(
    judged
      .map(({ what, goal, measured, met }) => `${met === false ? '✗' : ' '} ${what}: ${measured} (${goal})`)
      .join('\n'),
  );
  const missed = judged.filter(({ met }) => met === false).map(({ what }) => what);
  for (const what of missed.filter(
    (what) => ![...EXPLAINED, EXPLAINED_IF_MISSED].some((about) => about.test(what)),
  ))
    console.log(`bench/text.ts does not say why this is missed: ${what}`);
  for (const about of EXPLAINED.filter((about) => !missed.some((what) => about.test(what))))
    console.log(`bench/text.ts says why this is missed, and it is not: ${about}`);
}
