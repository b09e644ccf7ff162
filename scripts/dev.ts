/** `npm run dev`: `wrangler dev`, which reloads on every change, on the databases of `npm start`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { complete } from './complete.ts';
import { SIGNALS, startLocal } from './local.ts';
import { localAdminToken, localPort, stateFolder } from './settings.ts';
import { claimState } from './state.ts';

const state = stateFolder();
let port: number;
let wrangler: ChildProcess | undefined;
let stopping = false;

/**
 * Without this, wrangler outlives this process, and keeps the port and the databases. The command `wrangler` runs another process, and does not pass
 * SIGHUP on to it.
 */
const stop = () => {
  stopping = true;
  if (!wrangler) process.exit(0);
  wrangler.kill('SIGTERM');
};
for (const signal of SIGNALS) process.on(signal, stop);

try {
  port = localPort();
  await claimState(state);
  const local = await startLocal({ port: 0, state });
  await complete(local);
  await local.stop();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const vars = ['--var', 'LOCAL:true', '--var', `ADMIN_TOKEN:${localAdminToken()}`];
const args = ['dev', '--persist-to', state, '--port', String(port), ...vars];
wrangler = spawn('wrangler', [...args, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false' }, // like `cf: false` in local.ts
  shell: process.platform === 'win32',
});
wrangler.on('exit', (code) => process.exit(stopping ? 0 : (code ?? 0)));
