/** The cost of a start: CPU of a new process until its Worker can answer, beyond that of a process with an empty Worker. */
import { API_KEY, KEY_ID, TENANT_ID } from './book.ts';
import { interleaved, median } from './measure.ts';
import { start } from './workerd.ts';

const ROUNDS = 21;
type Modules = Parameters<typeof start>[0];

/** Milliseconds of CPU until workerd is ready with the Worker loaded, medians, by Worker. */
export async function measureStartup<Name extends string>(
  workers: Record<Name, Modules>,
): Promise<Record<Name, number>> {
  const runs = Object.fromEntries(
    Object.entries<Modules>(workers).map(([name, modules]) => [name, () => startOnce(modules)]),
  ) as Record<Name, () => Promise<number>>;
  const times = await interleaved(ROUNDS, runs);
  return Object.fromEntries(
    Object.entries<number[]>(times).map(([name, all]) => [name, median(all)]),
  ) as Record<Name, number>;
}

async function startOnce(modules: Modules): Promise<number> {
  const subject = await start(modules, { API_KEY, TENANT_ID, KEY_ID });
  try {
    // Whether 401 or 200: the Worker is loaded, and has asked nothing of D1 and KV.
    await fetch(`${subject.url}/api/v1/ingest/contacts/none`);
    return subject.cpu() / 1_000_000;
  } finally {
    await subject.stop();
  }
}
