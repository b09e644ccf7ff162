/** Throughput and tail over HTTP on loopback. The load comes from a thread of this process and shares the machine with the server. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { CALLS, type CallName, call as callOf } from './calls.ts';
import { interleaved, median } from './measure.ts';

export const CONNECTIONS = [1, 8, 64] as const;
const SECONDS = 1;
const ROUNDS = 9;

export interface Load {
  /** Answers a second. */
  throughput: number;
  /** Milliseconds. */
  p99: number;
  /** Microseconds of the server's CPU per answer, which a busy machine spoils least. */
  cpu: number;
}

export type HttpResults = Record<CallName, Record<string, Record<string, Load>>>;

export interface Server {
  url: string;
  /** Nanoseconds of CPU used so far. */
  cpu(): number;
}

/** Medians by call, connections and server. */
export async function measureHttp(servers: Record<string, Server>): Promise<HttpResults> {
  const results = {} as HttpResults;
  for (const call of CALLS) {
    results[call] = {};
    for (const connections of CONNECTIONS) {
      const runs = Object.fromEntries(
        Object.entries(servers).map(([name, server]) => [name, () => load(server, call, connections)]),
      );
      const loads = await interleaved(ROUNDS, runs);
      results[call][connections] = Object.fromEntries(
        Object.entries(loads).map(([server, all]) => {
          const middle = (of: keyof Load) => median(all.map((one) => one[of]));
          return [server, { throughput: middle('throughput'), p99: middle('p99'), cpu: middle('cpu') }];
        }),
      );
    }
  }
  return results;
}

async function load({ url, cpu }: Server, name: CallName, connections: number): Promise<Load> {
  const requests = Array.from({ length: 500 }, (_, n) => {
    const { url: target, ...request } = callOf(name, url, n);
    return { ...request, path: target.slice(url.length) };
  }) as autocannon.Request[];
  const before = cpu();
  const result = await autocannon({ url, connections, duration: SECONDS, requests, workers: 1 });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${name} at ${url}: ${result.non2xx + result.errors} refused`);
  return {
    throughput: result.requests.average,
    p99: result.latency.p99,
    cpu: (cpu() - before) / 1_000 / result.requests.total,
  };
}

/** Starts the fastify server; returns where it is, and its process. */
export async function startFastify(): Promise<{ url: string; process: ChildProcess }> {
  const process = fork(join(import.meta.dirname, 'fastify.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [url] = (await once(process, 'message')) as [string];
  return { url, process };
}
