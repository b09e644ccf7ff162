/** The bindings of wrangler.toml, and what middleware adds to a request. */
import type { Payer } from '../storage/database.ts';
import type { Principal } from '../storage/keys.ts';
import type { Problem } from './problem.ts';
import type { Limit } from './rate-limit.ts';
import type { RateLimiter } from './rate-limiter.ts';

export interface Bindings {
  DB: D1Database;
  KEYS: KVNamespace;
  /** The pages and documents that the build has made. */
  ASSETS: Fetcher;
  /** Counts the requests of each key. */
  LIMITER: DurableObjectNamespace<RateLimiter>;
  /** Counts unknown keys by the address that they come from. */
  UNKNOWN_KEYS?: RateLimit;
  /** Delivery results on their way to the book. */
  DELIVERIES: Queue;
  /** The operator's secret; without one the admin face lets nobody in. */
  ADMIN_TOKEN?: string;
  /** Origins, separated by commas, whose pages may call the API; none if not set. */
  ALLOWED_ORIGINS?: string;
  /** How many days history, events, delivery results and dead letters are kept; until their tenant is removed if not set. */
  HISTORY_DAYS?: string;
  /** 'true' on a developer's machine only. Only there are the published demo key and admin token valid. */
  LOCAL?: string;
}

/** What middleware adds to a request. */
interface Variables {
  requestId: string;
  /** The database, and what the request has cost there. */
  payer: Payer;
  /** The pattern of the operation's path. The log has this in place of the URL. */
  route?: string;
  principal?: Principal;
  /** What WWW-Authenticate says when the key turns out to be revoked or expired. */
  challenge?: string;
  limit?: Promise<Limit | null>;
  /** Why the request was refused. */
  problem?: Problem;
}

export interface Env {
  Bindings: Bindings;
  Variables: Variables;
}
