/** What a call costs inside workerd, without HTTP: CPU of the whole process, D1 included, measured over loops in the isolate. */
import { CALLS, type CallName, call } from './calls.ts';
import { interleaved, median } from './measure.ts';
import type { Subject } from './workerd.ts';

const CALLS_A_ROUND: Record<CallName, number> = { get: 400, put: 200, list: 100 };
const ROUNDS = 15;
/** Rounds until the isolate is warm: V8 still optimizes after a thousand calls. */
const FIRST_ROUNDS = 10;

export type IsolateResults<Worker extends string> = Record<CallName, Record<Worker, number>>;

/** Microseconds of a Worker's own JavaScript, without the loop that calls it. */
export const own = <Worker extends string>(
  alone: IsolateResults<Worker | 'empty'>,
  name: CallName,
  worker: Worker,
) => alone[name][worker] - alone[name].empty;

/** Microseconds of CPU per call, medians, by Worker. */
export async function measureIsolate<Name extends string>(subjects: Record<Name, Subject>, alone = false) {
  const results = {} as IsolateResults<Name>;
  for (const name of CALLS) {
    console.log(alone ? `  ${name}, own JavaScript` : `  ${name}`);
    const count = CALLS_A_ROUND[name];
    const runs = Object.fromEntries(
      Object.entries<Subject>(subjects).map(([worker, subject]) => [
        worker,
        () => loop(subject, name, count, alone),
      ]),
    ) as Record<Name, () => Promise<number>>;
    await interleaved(FIRST_ROUNDS, runs);
    const times = await interleaved(ROUNDS, runs);
    results[name] = Object.fromEntries(
      Object.entries<number[]>(times).map(([worker, values]) => [worker, median(values)]),
    ) as Record<Name, number>;
  }
  return results;
}

async function loop({ url, cpu }: Subject, name: CallName, count: number, alone: boolean): Promise<number> {
  const calls = Array.from({ length: count }, (_, n) => call(name, url, n));
  const before = cpu();
  const response = await fetch(`${url}/calls`, { method: 'POST', body: JSON.stringify({ calls, alone }) });
  const microseconds = (cpu() - before) / 1_000 / count;
  if (!response.ok) throw new Error(await response.text());
  return microseconds;
}
