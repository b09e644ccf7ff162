/**
 * `npm run bench` measures everything, keeps the numbers in bench/results.json and writes docs/performance.md from them. `npm run bench -- http
 * scale` measures only those parts again; `npm run bench -- report` measures nothing.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { requireEqualAnswers } from './calls.ts';
import { type Counts, count } from './counts.ts';
import { type HttpResults, measureHttp } from './http.ts';
import { type IsolateResults, measureIsolate } from './isolate.ts';
import { writeReport } from './report.ts';
import { measureScale, type ScaleResults, seed } from './scale.ts';
import { bindings, startFilled, startServers } from './servers.ts';
import { build, measureSize, type Sizes } from './size.ts';
import { measureStartup } from './startup.ts';
import { measureUpserts, type UpsertResults } from './upsert.ts';
import { bareModules, diglotModules, emptyModules, type Subject, start } from './workerd.ts';

const RESULTS = join(import.meta.dirname, 'results.json');

/** When and on which machine a part was measured. */
interface Measured {
  date: string;
  machine: string;
}

export interface Results {
  measured: Record<string, Measured>;
  isolate: IsolateResults<'diglot' | 'bare' | 'columns'>;
  /** The same, with a D1 and a limiter that answer at once. */
  alone: IsolateResults<'diglot' | 'bare' | 'empty'>;
  http: HttpResults;
  counts: Counts;
  size: Sizes;
  startup: Record<'diglot' | 'bare' | 'empty', number>;
  scale: ScaleResults;
  upsert: UpsertResults;
  bytesPerContact: number;
}

const results = (
  existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : { measured: {} }
) as Results;
const PARTS = ['size', 'startup', 'counts', 'isolate', 'http', 'upsert', 'scale'];
const asked = process.argv.slice(2);
const wanted = asked.length === 0 ? PARTS : asked;
const unknown = wanted.filter((part) => ![...PARTS, 'report'].includes(part));
const refuse = (why: string) => {
  console.error(why);
  process.exit(1);
};
if (unknown.length > 0)
  refuse(`There is no part ${unknown.join(', ')}. There are: ${PARTS.join(', ')}, report.`);
const timed = wanted.filter((part) => ['startup', 'isolate', 'http'].includes(part));
if (timed.length > 0 && process.platform !== 'linux')
  refuse(`${timed.join(', ')}: the CPU of a process is read from /proc, which only Linux has.`);

const folder = mkdtempSync(join(tmpdir(), 'diglot-bench-'));
// the servers' own temporary files are in there too, and are removed with it, however this run ends
process.env.TMPDIR = folder;
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const silent = ({ url, cpu }: Subject) => ({ url, cpu });

async function measure(part: string): Promise<void> {
  if (part === 'report') return;
  if (part === 'size') results.size = await measureSize(folder);
  if (part === 'startup') {
    const workers = { diglot: diglotModules(folder), bare: await bareModules(), empty: emptyModules() };
    results.startup = await measureStartup(workers);
  }
  if (part === 'upsert') results.upsert = await measureUpserts(folder);
  if (part === 'scale') {
    await seed(folder, (line) => console.log(`  ${line}`));
    Object.assign(results, await measureScale(folder));
  }
  if (part === 'counts') {
    const diglot = await startFilled(diglotModules(folder));
    results.counts = await count(diglot).finally(diglot.stop);
  }
  if (part === 'isolate' || part === 'http') {
    const { servers, stop } = await startServers(folder);
    try {
      await requireEqualAnswers(servers);
      const { diglot, bare, columns } = servers;
      if (part === 'http') {
        // the bare Workers write no log
        results.http = await measureHttp({ ...servers, bare: silent(bare), columns: silent(columns) });
      } else {
        results.isolate = await measureIsolate({ diglot, bare, columns });
        const empty = await start(emptyModules(), bindings);
        results.alone = await measureIsolate({ diglot, bare, empty }, true).finally(empty.stop);
      }
    } finally {
      await stop();
    }
  }
}

if (wanted.some((part) => part !== 'report')) build(folder);
for (const part of PARTS.filter((part) => wanted.includes(part))) {
  console.log(part);
  await measure(part);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node ${process.versions.node}`;
  results.measured[part] = { date: new Date().toISOString().slice(0, 10), machine };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}
if (PARTS.every((part) => part in results)) writeReport(results);
else console.log('Not everything is measured yet: no report.');
