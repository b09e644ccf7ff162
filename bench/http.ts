/**
 * Throughput and tail latency over HTTP on loopback. The load comes from this process, which does nothing else meanwhile but shares the machine with
 * the server.
 */
import autocannon from 'autocannon';
import { CALLS, type CallName, call as callOf } from './calls.ts';
import { interleaved, median } from './measure.ts';
import type { LogLine } from './workerd.ts';

export const CONNECTIONS = [1, 8, 64] as const;
const SECONDS = 1;
/** Turns by number of connections: most where the goals are, because one turn differs from the next by a tenth. */
const ROUNDS = { 1: 5, 8: 15, 64: 5 };
/** How many contacts each connection asks for, in turn. */
const CONTACTS = 100;

export interface Load {
  /** Answers a second, turn by turn. */
  throughput: number[];
  /** Milliseconds. */
  p99: number;
  /** Microseconds of the server's CPU per answer. A busy machine distorts this number least. */
  cpu: number;
}

export type HttpResults = Record<CallName, Record<string, Record<string, Load>>>;

export interface Server {
  url: string;
  /** Nanoseconds of CPU used so far. */
  cpu(): number;
  /** The log lines that were not taken yet, for a server that has a log. */
  takeLines?(): LogLine[];
}

/** By call, connections and server. Tails and CPU are medians. */
export async function measureHttp(servers: Record<string, Server>): Promise<HttpResults> {
  const results = {} as HttpResults;
  for (const call of CALLS) {
    results[call] = {};
    for (const connections of CONNECTIONS) {
      console.log(`  ${call}, connections: ${connections}`);
      const runs = Object.fromEntries(
        Object.entries(servers).map(([name, server]) => [name, () => load(server, call, connections)]),
      );
      const loads = await interleaved(ROUNDS[connections], runs);
      results[call][connections] = Object.fromEntries(
        Object.entries(loads).map(([server, all]) => {
          const middle = (of: 'p99' | 'cpu') => median(all.map((one) => one[of]));
          const throughput = all.flatMap((one) => one.throughput);
          return [server, { throughput, p99: middle('p99'), cpu: middle('cpu') }];
        }),
      );
    }
  }
  return results;
}

async function load({ url, cpu, takeLines }: Server, name: CallName, connections: number): Promise<Load> {
  let connected = 0;
  const setupClient = (client: autocannon.Client) => {
    client.setRequests(requestsOf(name, url, connected * CONTACTS));
    connected += 1;
  };
  takeLines?.();
  const before = cpu();
  const result = await autocannon({ url, connections, duration: SECONDS, setupClient });
  const microseconds = (cpu() - before) / 1_000;
  const { total } = result.requests;
  if (result.non2xx + result.errors > 0)
    throw new Error(`${name} at ${url}: ${result.non2xx + result.errors} refused`);
  if (name === 'put' && takeLines) requireWrites(takeLines(), total);
  return { throughput: [result.requests.average], p99: result.latency.p99, cpu: microseconds / total };
}

/**
 * The requests of one connection, over and over. Each contact comes twice, so that a PUT never meets the values that it sends, even the second time
 * around.
 */
const requestsOf = (name: CallName, origin: string, from: number) =>
  Array.from({ length: 2 * CONTACTS }, (_, at) => {
    const { url, ...request } = callOf(name, origin, from + (at % CONTACTS));
    return { ...request, path: url.slice(origin.length) } as autocannon.Request;
  });

/**
 * Throws unless the PUTs have written: one that changes nothing is not what is measured. The log also has calls that were under way when the last
 * turn ended.
 */
function requireWrites(lines: LogLine[], answered: number): void {
  const puts = lines.filter(({ method }) => method === 'PUT');
  const wrote = puts.filter(({ rowsWritten }) => rowsWritten > 0).length;
  if (wrote < 0.99 * Math.max(puts.length, answered))
    throw new Error(`Of ${answered} PUTs ${puts.length} are in the log, and ${wrote} wrote something`);
}
