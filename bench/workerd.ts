/** Workers on workerd itself, for measuring: each in a process of its own, with the bindings of wrangler.toml. */
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as readWorkerOptions } from 'wrangler';
import type { LocalDatabase } from '../scripts/local.ts';
import { type Reading, statementsModule } from './statements.ts';

const ROOT = join(import.meta.dirname, '..');
const here = (file: string) => join(import.meta.dirname, file);

export interface Module {
  type: 'ESModule';
  path: string;
  contents: string;
}
const module = (path: string, contents: string): Module => ({ type: 'ESModule', path, contents });
const driven = (modules: Module[]) => [
  module('driver.js', readFileSync(here('driver.js'), 'utf8')),
  ...modules,
];

/** The Worker as it is deployed, from the folder of `wrangler deploy --dry-run`. */
export const diglotModules = (folder: string) =>
  driven(
    readdirSync(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => module(file, readFileSync(join(folder, file), 'utf8'))),
  );

/** The bare Worker, which runs diglot's SQL. */
export async function bareModules(reading: Reading = 'packed'): Promise<Module[]> {
  const show = reading === 'packed' ? 'shownPacked' : 'shown';
  const index = `import { bare, ${show} } from './bare.js'; import * as calls from './statements.js'; export default bare(calls, ${show});${LIMITER}`;
  const { outputFiles } = await build({
    entryPoints: [here('bare.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
  });
  return driven([
    module('index.js', index),
    module('bare.js', outputFiles[0]!.text),
    module('statements.js', await statementsModule(reading)),
  ]);
}

/** A Worker that does nothing. */
export const emptyModules = () =>
  driven([module('index.js', `export default { fetch: () => new Response(null) };${LIMITER}`)]);

/** The class that the bindings name. */
const LIMITER =
  " import { DurableObject } from 'cloudflare:workers'; export class RateLimiter extends DurableObject {}";

/** The port for a profiler, if one is to connect. */
const INSPECTOR = process.env.BENCH_INSPECTOR;

export interface LogLine {
  method: string;
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
  status: number;
}

export interface Subject {
  url: string;
  db: LocalDatabase;
  keys: Awaited<ReturnType<Miniflare['getKVNamespace']>>;
  /** Nanoseconds of CPU that the process has used so far. */
  cpu(): number;
  /** The log lines that were not taken yet. Each request writes one. */
  takeLines(): LogLine[];
  /** The newest log line, as soon as there is one. */
  nextLine(): Promise<LogLine>;
  stop(): Promise<void>;
}

/** workerd with its log in a file: if this process read each line, that would cost the machine more than the line cost the Worker. */
function loggingTo(file: string, folder: string): string {
  const { default: workerd } = createRequire(createRequire(import.meta.url).resolve('miniflare'))('workerd');
  const script = join(folder, 'workerd');
  writeFileSync(script, `#!/bin/sh\nexec '${workerd}' "$@" >'${file}'\n`, { mode: 0o755 });
  return script;
}

/** Starts a Worker. Its port answers directly, without Miniflare's own Worker in front. */
export async function start(
  modules: Module[],
  bindings: Record<string, string>,
  state?: string,
): Promise<Subject> {
  const { workerOptions } = readWorkerOptions(join(ROOT, 'wrangler.toml'));
  const { assets: _, queueConsumers: __, ...options } = workerOptions as Record<string, unknown>;
  const folder = mkdtempSync(join(tmpdir(), 'diglot-workerd-'));
  const log = join(folder, 'log');
  process.env.MINIFLARE_WORKERD_PATH = loggingTo(log, folder);
  let child: ChildProcess | undefined;
  const onSpawn = (message: unknown) => {
    child = (message as { process: ChildProcess }).process;
  };
  subscribe('child_process', onSpawn);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
      modules,
      bindings: { ...(options.bindings as object), ...bindings },
      host: '127.0.0.1',
      port: 0,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      cf: false,
      log: new Log(LogLevel.WARN),
      logRequests: false,
      telemetry: { enabled: false },
      ...(INSPECTOR && { inspectorPort: Number(INSPECTOR) }),
      ...(state && { resourcePersistencePath: join(state, 'v3') }),
    } as never),
  );
  await miniflare.ready;
  unsubscribe('child_process', onSpawn);
  const { pid } = child!;
  return {
    url: (await miniflare.unsafeGetDirectURL()).origin,
    db: await miniflare.getD1Database('DB'),
    keys: await miniflare.getKVNamespace('KEYS'),
    cpu: () => cpuOf(pid!),
    ...linesOf(log),
    async stop() {
      await miniflare.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Reads the lines of requests from the log, each once. */
function linesOf(log: string): Pick<Subject, 'takeLines' | 'nextLine'> {
  let taken = 0;
  const takeLines = () => {
    const bytes = readFileSync(log);
    const end = bytes.lastIndexOf('\n') + 1;
    const lines = bytes.toString('utf8', taken, end).split('\n').filter(Boolean);
    taken = end;
    return lines
      .map((line) => (JSON.parse(line) as { message: string }).message)
      .filter((message) => message.startsWith('{"level":"info"'))
      .map((message) => JSON.parse(message) as LogLine);
  };
  const nextLine = async () => {
    for (;;) {
      const line = takeLines().at(-1);
      if (line) return line;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { takeLines, nextLine };
}

/** Nanoseconds of CPU that a process has used: Linux counts them by thread. */
export const cpuOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, time) => sum + time, 0);
