/** The bindings of wrangler.toml, and what middleware adds to a request. */
import type { Meter } from '../storage/database.ts';
import type { Principal } from '../storage/keys.ts';

export interface Bindings {
  DB: D1Database;
  KEYS: KVNamespace;
  /** The operator's secret; without one the admin face lets nobody in. */
  ADMIN_TOKEN?: string;
  /** 'true' on a developer's machine only: there, and nowhere else, the published demo key is good. */
  LOCAL?: string;
}

export interface Variables {
  requestId: string;
  meter: Meter;
  principal?: Principal;
}

export interface Env {
  Bindings: Bindings;
  Variables: Variables;
}
