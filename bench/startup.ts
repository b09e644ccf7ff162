/** The cost of a start: CPU of a new process until its Worker can answer, beyond that of a process with an empty Worker. */
import { interleaved, median } from './measure.ts';
import { bindings } from './servers.ts';
import { type Module, start } from './workerd.ts';

const ROUNDS = 21;

/** Milliseconds of CPU until workerd is ready with the Worker loaded, medians, by Worker. */
export async function measureStartup<Name extends string>(
  workers: Record<Name, Module[]>,
): Promise<Record<Name, number>> {
  const runs = Object.fromEntries(
    Object.entries<Module[]>(workers).map(([name, modules]) => [name, () => startOnce(modules)]),
  ) as Record<Name, () => Promise<number>>;
  const times = await interleaved(ROUNDS, runs);
  return Object.fromEntries(
    Object.entries<number[]>(times).map(([name, all]) => [name, median(all)]),
  ) as Record<Name, number>;
}

async function startOnce(modules: Module[]): Promise<number> {
  const subject = await start(modules, bindings);
  try {
    // Whether 401 or 200: the Worker is loaded, and has asked nothing of D1 and KV.
    await fetch(`${subject.url}/api/v1/ingest/contacts/none`);
    return subject.cpu() / 1_000_000;
  } finally {
    await subject.stop();
  }
}
