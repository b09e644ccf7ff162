/** Throughput and tail over HTTP on loopback. The load comes from a thread of this process and shares the machine with the server. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { CALLS, type CallName, call } from './calls.ts';
import { interleaved, median } from './measure.ts';

export const CONNECTIONS = [1, 8, 64] as const;
const SECONDS = 1;
const ROUNDS = 5;

export interface Load {
  /** Answers a second. */
  throughput: number;
  /** Milliseconds. */
  p99: number;
}

export type HttpResults = Record<CallName, Record<string, Record<string, Load>>>;

/** Medians by call, connections and server. */
export async function measureHttp(servers: Record<string, string>): Promise<HttpResults> {
  const results = {} as HttpResults;
  for (const name of CALLS) {
    results[name] = {};
    for (const connections of CONNECTIONS) {
      const runs = Object.fromEntries(
        Object.entries(servers).map(([server, url]) => [server, () => load(url, name, connections)]),
      );
      const loads = await interleaved(ROUNDS, runs);
      results[name][connections] = Object.fromEntries(
        Object.entries(loads).map(([server, all]) => [
          server,
          { throughput: median(all.map((one) => one.throughput)), p99: median(all.map((one) => one.p99)) },
        ]),
      );
    }
  }
  return results;
}

async function load(url: string, name: CallName, connections: number): Promise<Load> {
  const requests = Array.from({ length: 500 }, (_, n) => {
    const { url: target, ...request } = call(name, url, n);
    return { ...request, path: target.slice(url.length) };
  }) as autocannon.Request[];
  const result = await autocannon({ url, connections, duration: SECONDS, requests, workers: 1 });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${name} at ${url}: ${result.non2xx + result.errors} refused`);
  return { throughput: result.requests.average, p99: result.latency.p99 };
}

/** Starts the fastify server; returns where it is, and its process. */
export async function startFastify(): Promise<{ url: string; process: ChildProcess }> {
  const process = fork(join(import.meta.dirname, 'fastify.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [url] = (await once(process, 'message')) as [string];
  return { url, process };
}
