/** `npm run dev`: `wrangler dev`, which reloads on every change, on the databases of `npm start`. */
import { spawn } from 'node:child_process';
import { seedDemo } from './demo.ts';
import { startLocal } from './local.ts';
import { migrate } from './migrate.ts';
import { localAdminToken, stateFolder } from './settings.ts';

const state = stateFolder();
const local = await startLocal({ port: 0, state });
await migrate(local.db);
await seedDemo(local);
await local.stop();

const vars = ['--var', 'LOCAL:true', '--var', `ADMIN_TOKEN:${localAdminToken()}`];
const args = [
  'dev',
  '--persist-to',
  state,
  '--port',
  process.env.PORT || '8787',
  ...vars,
  ...process.argv.slice(2),
];
spawn('wrangler', args, { stdio: 'inherit', shell: process.platform === 'win32' }).on('exit', (code) =>
  process.exit(code ?? 0),
);
