/** The servers that are compared, each with the book on which all are measured. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { migrate } from '../scripts/migrate.ts';
import { API_KEY, insertContacts, insertTenant, KEY_ID, publishKey, TENANT_ID } from './book.ts';
import type { Server } from './http.ts';
import { bareModules, cpuOf, diglotModules, type Module, type Subject, start } from './workerd.ts';

/** What a Worker of the benchmark is bound to, beside its stores. */
export const bindings = { API_KEY, TENANT_ID, KEY_ID };

/** Starts a Worker with a thousand contacts. */
export async function startFilled(modules: Module[]): Promise<Subject> {
  const subject = await start(modules, bindings);
  await migrate(subject.db);
  await insertTenant(subject.db);
  await publishKey(subject.keys);
  await insertContacts(subject.db, { to: 1_000 });
  return subject;
}

interface Fastify extends Server {
  stop(): void;
}

async function startFastify(): Promise<Fastify> {
  const process: ChildProcess = fork(join(import.meta.dirname, 'fastify.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const gone = once(process, 'exit').then(() => {
    throw new Error('The fastify server has not started');
  });
  const [url] = (await Promise.race([once(process, 'message'), gone])) as [string];
  return { url, cpu: () => cpuOf(process.pid!), stop: () => process.disconnect() };
}

/** Starts all four. `folder` has the built Worker. */
export async function startServers(folder: string) {
  const servers = {
    diglot: await startFilled(diglotModules(folder)),
    bare: await startFilled(await bareModules()),
    columns: await startFilled(await bareModules('columns')),
    fastify: await startFastify(),
  };
  const stop = () => Promise.all(Object.values(servers).map((server) => server.stop()));
  return { servers, stop };
}
