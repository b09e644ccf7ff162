import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as readWorkerOptions } from 'wrangler';
import { localAdminToken } from './settings.ts';
import { sayWhichFolder } from './state.ts';

const ROOT = join(import.meta.dirname, '..');
const CONFIG = join(ROOT, 'wrangler.toml');

/** What ends a process that does not listen to it. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type LocalDatabase = Awaited<ReturnType<Miniflare['getD1Database']>>;

interface LocalOptions {
  /** 0 takes any free port. */
  port: number;
  /** The folder of the databases, laid out like that of wrangler's `--persist-to`. Without one they are in memory. */
  state?: string;
  /** Further variables, besides those of wrangler.toml, ADMIN_TOKEN and LOCAL. */
  vars?: Record<string, string>;
}

export interface Local {
  url: string;
  /**
   * The database itself, for a server that nobody else knows: the calls of this handle block the process while they wait, and workerd waits for the
   * process to read its log. Under load neither goes on.
   */
  database(): Promise<LocalDatabase>;
  /** Calls the Worker with a batch of messages, as the queue of that name does. */
  deliver(queue: string, bodies: object[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs the Worker as it would be deployed, on workerd itself, without `wrangler dev` in between. The variable LOCAL exists only in local runs and
 * tests: without it the Worker refuses the published demo key.
 */
export async function startLocal({ port, state, vars }: LocalOptions): Promise<Local> {
  const adminToken = localAdminToken();
  const { workerOptions } = readWorkerOptions(CONFIG);
  bundled ??= build();
  const contents = await bundled;
  const onSpawn = (message: unknown) => guardWorkerd((message as { process: ChildProcess }).process);
  subscribe('child_process', onSpawn);
  const listening = SIGNALS.map((signal) => process.listeners(signal));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...workerOptions,
      rootPath: ROOT,
      modules: [{ type: 'ESModule', path: join(ROOT, 'index.js'), contents }],
      modulesRoot: ROOT,
      bindings: {
        ...(workerOptions.bindings as object),
        ADMIN_TOKEN: adminToken,
        LOCAL: 'true',
        ...vars,
      },
      host: '127.0.0.1',
      port,
      cf: false, // the default asks a server on the internet for this machine's location
      log: new Log(LogLevel.WARN),
      logRequests: false,
      telemetry: { enabled: false },
      ...(state && { resourcePersistencePath: join(state, 'v3') }),
    }),
  );
  // Whoever listens to a signal decides what it does: Miniflare's own listener would exit at once, with a failure that npm then reports.
  for (const [index, signal] of SIGNALS.entries()) {
    const others = listening[index]!;
    const added = process.listeners(signal).filter((listener) => !others.includes(listener));
    if (others.length > 0) for (const listener of added) process.removeListener(signal, listener);
  }
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= miniflare.dispose().finally(() => unsubscribe('child_process', onSpawn));
    return stopped;
  };
  const deliver: Local['deliver'] = async (queue, bodies) => {
    const worker = await miniflare.getWorker();
    const timestamp = new Date();
    const messages = bodies.map((body, index) => ({ id: String(index), timestamp, attempts: 1, body }));
    const { outcome } = await worker.queue(queue, messages);
    if (outcome !== 'ok') throw new Error(`The batch ended in ${outcome}`);
  };
  try {
    const { origin } = await miniflare.ready;
    return { url: origin, database: () => miniflare.getD1Database('DB'), deliver, stop };
  } catch (error) {
    await stop().catch(() => {}); // stopping fails for the same reason as the start did
    const { code } = error as { code?: string };
    if (code === 'ERR_RUNTIME_FAILURE' && state) sayWhichFolder(state, error as Error);
    if (code !== 'ERR_ADDRESS_IN_USE') throw error;
    throw new Error(`Port ${port} is taken. Choose another, for example: PORT=${port + 1} npm start`);
  }
}

/** The Worker's script, once it has been built. */
let bundled: Promise<string> | undefined;

/** Bundles exactly as `wrangler deploy` does. Returns the script. */
async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'diglot-'));
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const args = [wrangler, 'deploy', '--dry-run', '--config', CONFIG, '--outdir', folder];
  const building = promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const clear = () => {
    building.child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clear); // whoever stops npm start now does not wait for the build
  try {
    await building;
    return readFileSync(join(folder, 'index.js'), 'utf8');
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`The Worker does not build:\n${stdout}${stderr}`);
  } finally {
    process.removeListener('exit', clear);
    clear();
  }
}

/**
 * Without this, workerd outlives a parent that is killed with SIGKILL: it keeps the port and the databases, and the next start fails. So a small
 * process holds the other end of a pipe to this one, and ends workerd when the pipe closes. A workerd that has crashed needs none any more, since its
 * number may soon be another program's, and the one that Miniflare starts in its place gets its own.
 */
function guardWorkerd(child: ChildProcess): void {
  child.once('spawn', () => {
    if (!child.spawnfile.includes('workerd')) return;
    const kill = `try { process.kill(${child.pid}, 'SIGKILL') } catch {}`;
    const script = `process.stdin.resume().on('close', () => { ${kill} })`;
    const guard = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'ignore', 'ignore'] });
    guard.unref();
    child.once('exit', () => guard.kill());
  });
}
