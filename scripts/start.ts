/** `npm start`: the whole service on this machine, with a tenant to try it on. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { DEMO_KEY } from '../src/core/key.ts';
import { complete } from './complete.ts';
import { TENANT_ID, UNFINISHED } from './demo.ts';
import { type Local, SIGNALS, startLocal } from './local.ts';
import { migrationFiles } from './migrate.ts';
import { localAdminToken, localPort, stateFolder } from './settings.ts';
import { claimState } from './state.ts';

const state = stateFolder();
const parents = parentsUpToNpm();
let local: Local | undefined;
let stopping = false;

const stop = async () => {
  if (stopping) return;
  stopping = true;
  await local?.stop();
  process.exit(0);
};
for (const signal of SIGNALS) process.on(signal, stop);

const start = async (port: number) => {
  await local?.stop();
  local = await startLocal({ port, state });
  return local;
};

try {
  const port = localPort();
  await claimState(state);
  let { url } = await start(port);
  // This process gets no signal when npm itself is killed with SIGKILL.
  if (process.env.npm_lifecycle_event) setInterval(() => parentsUpToNpm() !== parents && stop(), 200).unref();

  let seeded = false;
  if (!(await isComplete(url).catch(() => false))) {
    seeded = await complete(await start(0));
    ({ url } = await start(port));
  }
  printWelcome(url.replace('127.0.0.1', 'localhost'), seeded);
} catch (error) {
  if (stopping) await new Promise(() => {}); // what fails then was cut short, and the process is about to end
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** True when the database is complete. Where it cannot tell under load, it may say false, or throw: completing what is complete does no harm. */
async function isComplete(url: string): Promise<boolean> {
  const health = await fetch(`${url}/health`);
  const { schemaVersion } = (await health.json()) as { schemaVersion: string | null };
  if (!health.ok || schemaVersion !== migrationFiles().at(-1)) return false;
  const headers = { Authorization: `Bearer ${localAdminToken()}` };
  const tenant = await fetch(`${url}/admin/v1/tenants/${TENANT_ID}`, { headers });
  return tenant.ok && ((await tenant.json()) as { name: string }).name !== UNFINISHED;
}

function printWelcome(url: string, seeded: boolean): void {
  const folder = relative('', state);
  console.log(`diglot is ready. The tenant "demo" ${seeded ? 'was made' : 'and its contacts are as you left them'}, in ${folder}

  Ingest dialect   ${url}/api/v1/ingest
  Agent dialect    ${url}/api/public/v1
  Admin            ${url}/admin/v1
  Docs, to try     ${url}/docs
  OpenAPI          ${url}/openapi.json
  Demo key         ${DEMO_KEY}

Try:

  curl -s ${url}/api/v1/ingest/contacts/CONTACT-101 -H 'X-API-Key: ${DEMO_KEY}'
`);
}

/** The parent's process id, and the grandparent's when the parent is a shell: dash, unlike bash, stays between npm and its script. */
function parentsUpToNpm(): string {
  if (process.platform !== 'linux') return String(process.ppid);
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1');
    const [, name = '', grandparent] = /\((.*)\) \S (\d+)/.exec(stat) ?? [];
    return name.endsWith('sh') ? `${process.ppid} ${grandparent}` : String(process.ppid);
  } catch {
    return 'gone';
  }
}
