/** What `npm start` says when it cannot start. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
