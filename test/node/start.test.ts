/** What `npm start` says when it cannot start, and what it and `npm run dev` leave behind when they are stopped or killed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { startLocal } from '../../scripts/local.ts';
import { localAdminToken } from '../../scripts/settings.ts';
import { claimState } from '../../scripts/state.ts';
import { DEMO_KEY } from '../../src/core/key.ts';

const START = join(import.meta.dirname, '../../scripts/start.ts');
const DEV = join(import.meta.dirname, '../../scripts/dev.ts');

const start = (env: Record<string, string>) =>
  new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [START], { env: { ...process.env, ...env } }, (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });

/** The same on a state folder, to be watched: what it has said so far. */
function watched(
  state: string,
  PORT = '0',
  more = {},
  script = START,
): { service: ChildProcess; said: { out: string; err: string } } {
  const env = { ...process.env, PORT, DIGLOT_STATE: state, ...more };
  const service = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  service.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text;
  });
  service.stderr.setEncoding('utf8').on('data', (text) => {
    said.err += text;
  });
  return { service, said };
}

it.each(['abc', '99999', '-1', '80.5'])('says in one line that %s is no port', async (PORT) => {
  const { code, stderr } = await start({ PORT });
  expect([code, stderr]).toEqual([1, `PORT=${PORT} is no port: that is a whole number from 0 to 65535.\n`]);
});

it.each(['a…', 'a b', 'a\nb'])('says in one line that %j is no admin token', async (ADMIN_TOKEN) => {
  const { code, stderr } = await start({ ADMIN_TOKEN });
  expect([code, stderr]).toEqual([
    1,
    'ADMIN_TOKEN cannot be sent to the service: it may have only printable ASCII, and no space.\n',
  ]);
});

it.each(['x\n', ' x\r\n'])('takes the admin token %j without what stands around it', (token) => {
  vi.stubEnv('ADMIN_TOKEN', token);
  expect(localAdminToken()).toBe('x');
  vi.unstubAllEnvs();
});

it.each([
  ...(process.platform === 'linux' ? [['/proc/nowhere', 'ENOENT']] : []),
  [START, 'unable to open database file'],
  [join(START, 'state'), 'ENOTDIR'],
])('says in one line why %s cannot be its folder', async (DIGLOT_STATE, reason) => {
  const { code, stderr } = await start({ PORT: '0', DIGLOT_STATE });
  expect([code, stderr]).toEqual([1, expect.stringContaining(`The folder ${DIGLOT_STATE} cannot be used: `)]);
  expect([stderr, stderr.trimEnd().split('\n')]).toEqual([
    expect.stringContaining(reason),
    [expect.anything()],
  ]);
});

it('starts no second server on a folder, and is not kept from it by one that was killed', async () => {
  const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
  const { service, said } = watched(state);
  try {
    await vi.waitFor(() => expect(said.out).toContain('is ready'), 30_000);
    expect(await start({ PORT: '0', DIGLOT_STATE: state })).toEqual({
      code: 1,
      stderr: `The folder ${state} cannot be used: npm start or npm run dev uses it already. For another one: DIGLOT_STATE=/some/folder npm start\n`,
    });
    const { service: second, said: words } = watched(state);
    await sleep(3_000);
    second.kill('SIGTERM');
    const stopped = Date.now();
    const [code] = await once(second, 'close');
    expect([code, words.err]).toEqual([0, '']);
    expect(Date.now() - stopped, 'the second is waiting, and can be stopped').toBeLessThan(3_000);
    service.kill('SIGKILL');
    await once(service, 'exit');
    expect(readdirSync(state).filter((name) => name.startsWith('in-use'))).toEqual(['in-use.sqlite']);
    await expect(claimState(state)).resolves.toBeUndefined();
  } finally {
    service.kill('SIGKILL');
    rmSync(state, { recursive: true, force: true });
  }
}, 60_000);

it.each(['d1', 'kv'])(
  'says which folder has a database of %s that cannot be read',
  async (store) => {
    const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
    try {
      const local = await startLocal({ port: 0, state });
      await (await local.database()).exec('CREATE TABLE t (id)');
      await fetch(`${local.url}/health`); // reads KV
      await local.stop();
      const [kind] = readdirSync(join(state, 'v3', store));
      const folder = join(state, 'v3', store, kind!);
      for (const file of readdirSync(folder).filter(
        (name) => store === 'kv' || !name.startsWith('metadata'),
      )) {
        rmSync(join(folder, file));
        if (file.endsWith('.sqlite')) writeFileSync(join(folder, file), 'no database'.repeat(1_000));
      }
      const { code, stderr } = await start({ PORT: '0', DIGLOT_STATE: state });
      expect([code, stderr]).toEqual([1, expect.stringContaining(`The database in ${state} cannot be used`)]);
    } finally {
      rmSync(state, { recursive: true, force: true });
    }
  },
  60_000,
);

it('makes the demo anew when the start before was stopped while it wrote that', async () => {
  const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
  const { service, said } = watched(state);
  let next: ReturnType<typeof watched> | undefined;
  try {
    service.stdout!.on('data', (text) => {
      if (text.includes('"method":"PUT"')) service.kill('SIGINT');
    });
    const [code] = await once(service, 'close');
    expect([code, said.err, said.out.includes('is ready')]).toEqual([0, '', false]);
    next = watched(state);
    const { said: welcome } = next;
    await vi.waitFor(() => expect(welcome.out).toContain('The tenant "demo" was made'), 30_000);
    const url = /http:\S+(?=\/docs)/.exec(welcome.out)![0];
    const answer = await fetch(`${url}/api/v1/ingest/contacts`, { headers: { 'X-API-Key': DEMO_KEY } });
    expect(((await answer.json()) as { items: unknown[] }).items).toHaveLength(5);
  } finally {
    service.kill('SIGKILL');
    next?.service.kill('SIGKILL');
    rmSync(state, { recursive: true, force: true });
  }
}, 120_000);

it('leaves no bundle behind when it is stopped while it builds', async () => {
  const TMPDIR = mkdtempSync(join(tmpdir(), 'diglot-state-'));
  const bundles = () => readdirSync(TMPDIR).filter((name) => name.startsWith('diglot-'));
  const { service, said } = watched(join(TMPDIR, 'state'), '0', { TMPDIR });
  try {
    await vi.waitFor(() => expect(bundles()).toHaveLength(1), { timeout: 20_000, interval: 20 });
    service.kill('SIGTERM');
    const [code] = await once(service, 'close');
    expect([code, said.err, bundles()]).toEqual([0, '', []]);
    await sleep(1_000); // by then, a build that went on would have written
    expect(bundles()).toEqual([]);
  } finally {
    service.kill('SIGKILL');
    rmSync(TMPDIR, { recursive: true, force: true });
  }
}, 60_000);

it('ends well when it is stopped while it starts again', async () => {
  const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
  const { service, said } = watched(state);
  try {
    service.stdout!.once('data', () => service.kill('SIGINT')); // the line of the first question
    const [code] = await once(service, 'close');
    expect([code, said.err]).toEqual([0, '']);
  } finally {
    service.kill('SIGKILL');
    rmSync(state, { recursive: true, force: true });
  }
}, 60_000);

it('completes a database also while clients that retry keep it busy', async () => {
  const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
  const local = await startLocal({ port: 0, state });
  const { port } = new URL(local.url);
  await local.stop();
  let isOver = false;
  const seen = new Set<number>();
  const ask = async () => {
    const headers = { 'X-API-Key': DEMO_KEY };
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/ingest/contacts`, { headers });
    await response.text();
    seen.add(response.status);
  };
  const retry = async () => {
    while (!isOver) await ask().catch(() => sleep(10));
  };
  const clients = Array.from({ length: 16 }, retry);
  const { service, said } = watched(state, port);
  try {
    await vi.waitFor(() => expect(said.out).toContain('is ready'), 60_000);
    await vi.waitFor(() => expect(seen).toContain(200), 10_000);
  } finally {
    isOver = true;
    service.kill('SIGKILL');
    await Promise.all(clients);
    rmSync(state, { recursive: true, force: true });
  }
}, 90_000);

it.runIf(process.platform === 'linux')(
  'leaves no workerd behind when it is killed, not even one that took the place of another',
  async () => {
    const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
    const { service, said } = watched(state);
    const workerd = () =>
      readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8')
        .split(' ')
        .find((pid) => pid !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'workerd\n');
    const isGone = (pid: number) => expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    try {
      await vi.waitFor(() => expect(said.out).toContain('is ready'), 30_000);
      const first = Number(workerd());
      process.kill(first, 'SIGKILL');
      const second = await vi.waitFor(() => {
        const now = Number(workerd());
        expect(now).toBeGreaterThan(0);
        expect(now).not.toBe(first);
        return now;
      }, 10_000);
      const url = /http:\S+(?=\/docs)/.exec(said.out)![0];
      await vi.waitFor(async () => expect((await fetch(`${url}/health`)).status).toBe(200), 10_000);
      service.kill('SIGKILL');
      await once(service, 'exit');
      await vi.waitFor(() => isGone(second), 5_000);
    } finally {
      service.kill('SIGKILL');
      rmSync(state, { recursive: true, force: true });
    }
  },
  60_000,
);

it.each(['SIGTERM', 'SIGHUP'] as const)(
  'takes wrangler along when npm run dev gets a %s',
  async (signal) => {
    const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
    const { service, said } = watched(state, '0', {}, DEV);
    try {
      const url = await vi.waitFor(() => /Ready on (http:\S+)/.exec(said.out)![1]!, 60_000);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      service.kill(signal);
      const [code] = await once(service, 'exit');
      expect(code).toBe(0);
      await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
    } finally {
      service.kill('SIGKILL');
      rmSync(state, { recursive: true, force: true });
    }
  },
  120_000,
);
