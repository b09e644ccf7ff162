/** Hono with only the one router that takes all our paths. Those of the full preset are a tenth of Hono's code, and are built at each cold start. */
import { HonoBase } from 'hono/hono-base';
import { TrieRouter } from 'hono/router/trie-router';
import type { Env } from './env.ts';

/** An app with no routes. */
export const newRouter = (options: { getPath?: (request: Request) => string } = {}) =>
  new HonoBase<Env>({ router: new TrieRouter(), ...options });

export type Router = ReturnType<typeof newRouter>;
