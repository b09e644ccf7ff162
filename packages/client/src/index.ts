/** A client of diglot: both dialects over one key, typed by the service's own documents. */
import createClient from 'openapi-fetch';
import { type Calls, callsOf, type Under } from './calls.ts';
import { type Fetch, type RetryOptions, retrying } from './retry.ts';
import type { components as AgentComponents, paths as AgentPaths } from './schema/agent.ts';
import type { components as IngestComponents, paths as IngestPaths } from './schema/ingest.ts';

export { DiglotProblem, type Fault, type ProblemCode } from './problem.ts';
export type { Calls, Fetch, RetryOptions };

/** What the documents name: `Ingest['IngestContact']`, `Agent['AgentContact']`. */
export type Ingest = IngestComponents['schemas'];
export type Agent = AgentComponents['schemas'];

export interface Options extends RetryOptions {
  /** Where the service is: `https://contacts.example.com`. */
  baseUrl: string;
  /** A key of your tenant, with the scopes that you need. */
  key: string;
  /** In place of the global `fetch`. */
  fetch?: Fetch;
}

const bases = { ingest: '/api/v1/ingest', agent: '/api/public/v1' } as const;

export interface Diglot {
  /** `/api/v1/ingest`: contacts and accounts by your own references, in snake_case. */
  ingest: Calls<Under<IngestPaths, typeof bases.ingest>>;
  /** `/api/public/v1`: accounts and their contacts by ids, in camelCase. */
  agent: Calls<Under<AgentPaths, typeof bases.agent>>;
}

/**
 * Both dialects. A call resolves to `{ data, response }`, or throws: a `DiglotProblem` for a refusal, a redirect or somebody else's answer, what
 * `fetch` threw where no answer came, or the signal's reason. Calls that met a limit, a service that was away, or a broken line are made again;
 * writes carry an `Idempotency-Key`, so that none is done twice.
 */
export function createDiglot({
  baseUrl,
  key,
  fetch = (request) => globalThis.fetch(request),
  ...options
}: Options): Diglot {
  const patient = retrying(fetch, options);
  const client = <Paths extends object>(base: string, headers: Record<string, string>): Calls<Paths> =>
    callsOf(
      createClient({
        baseUrl: baseUrl.replace(/\/+$/, '') + base,
        headers,
        fetch: patient,
        redirect: 'manual', // followed, a POST becomes a GET that may succeed, and any other host gets the X-API-Key
      }),
    );
  return {
    ingest: client(bases.ingest, { 'X-API-Key': key }),
    agent: client(bases.agent, { Authorization: `Bearer ${key}` }),
  };
}
