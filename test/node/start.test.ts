/** What `npm start` says when it cannot start, and what it leaves behind when it is killed. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { startLocal } from '../../scripts/local.ts';

const START = join(import.meta.dirname, '../../scripts/start.ts');

const start = (env: Record<string, string>) =>
  new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [START], { env: { ...process.env, ...env } }, (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });

it.each(['abc', '99999', '-1', '80.5'])('says in one line that %s is no port', async (PORT) => {
  const { code, stderr } = await start({ PORT });
  expect([code, stderr]).toEqual([1, `PORT=${PORT} is no port: that is a whole number from 0 to 65535.\n`]);
});

it('says which folder has a database that cannot be read', async () => {
  const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
  try {
    const local = await startLocal({ port: 0, state });
    await local.db.exec('CREATE TABLE t (id)');
    await local.stop();
    const folder = join(state, 'v3/d1/miniflare-D1DatabaseObject');
    for (const file of readdirSync(folder).filter((name) => !name.startsWith('metadata'))) {
      rmSync(join(folder, file));
      if (file.endsWith('.sqlite')) writeFileSync(join(folder, file), 'no database'.repeat(1_000));
    }
    const { code, stderr } = await start({ PORT: '0', DIGLOT_STATE: state });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`The database in ${state} cannot be used`)]);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}, 60_000);

it.runIf(process.platform === 'linux')(
  'leaves no workerd behind when it is killed, not even one that took the place of another',
  async () => {
    const state = mkdtempSync(join(tmpdir(), 'diglot-state-'));
    const env = { ...process.env, PORT: '0', DIGLOT_STATE: state };
    const service = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const workerd = () =>
      readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8')
        .split(' ')
        .find((pid) => pid !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'workerd\n');
    const isGone = (pid: number) => expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    try {
      let welcome = '';
      service.stdout.setEncoding('utf8').on('data', (text) => {
        welcome += text;
      });
      await vi.waitFor(() => expect(welcome).toContain('is ready'), 30_000);
      const first = Number(workerd());
      process.kill(first, 'SIGKILL');
      const second = await vi.waitFor(() => {
        const now = Number(workerd());
        expect(now).toBeGreaterThan(0);
        expect(now).not.toBe(first);
        return now;
      }, 10_000);
      const url = /http:\S+(?=\/docs)/.exec(welcome)![0];
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
