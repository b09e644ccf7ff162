/** `npm start`, as a process that can be killed with SIGKILL and started again on the same state. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const START = join(import.meta.dirname, '../start.ts');
const READY_MS = 60_000;

export interface Server {
  url: string;
  adminToken: string;
  /** SIGKILL, which nothing can catch. */
  kill(): Promise<void>;
  /** Starts it again, and waits until it is healthy. */
  start(): Promise<void>;
  /** Kills it, and removes its state. */
  remove(): Promise<void>;
}

/** A server that is not running yet, with a state of its own. */
export async function newServer(): Promise<Server> {
  const state = mkdtempSync(join(tmpdir(), 'diglot-soak-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const adminToken = randomBytes(24).toString('hex');
  const env = { ...process.env, PORT: String(port), DIGLOT_STATE: state, ADMIN_TOKEN: adminToken };
  let child: ChildProcess | undefined;

  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child!.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  const start = async () => {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      // the workerd of the killed process may still hold the port for a moment
      if (!child || child.exitCode !== null || child.signalCode !== null) {
        child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      }
      const healthy = await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (healthy) return;
      await wait(100);
    }
    throw new Error(`The server was not ready within ${READY_MS / 1_000} s`);
  };
  const remove = async () => {
    await kill();
    await wait(200); // until workerd has noticed
    rmSync(state, { recursive: true, force: true, maxRetries: 10 });
  };
  return { url, adminToken, kill, start, remove };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
