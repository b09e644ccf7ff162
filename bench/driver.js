/**
 * Stands before a Worker under test: one request here makes many calls inside the isolate, without HTTP. With `alone`, D1
 * answers at once what it answered to the first call, and the limiter allows what is wanted: what is left is the Worker's own work.
 */
import worker from './index.js';

export * from './index.js';

/** A D1 that asks the real one once for each batch, then repeats itself. */
function repeating(db) {
  const known = new Map();
  const statement = (sql, values) => ({ sql, values, bind: (...bound) => statement(sql, bound) });
  return {
    prepare: (sql) => statement(sql, []),
    async batch(statements) {
      const what = statements.at(-1).sql;
      if (!known.has(what))
        known.set(what, await db.batch(statements.map(({ sql, values }) => db.prepare(sql).bind(...values))));
      return known.get(what);
    },
  };
}

/** A limiter that counts nothing: all that is wanted is there. */
const unlimited = {
  async count({ limit, windowSeconds }, wanted) {
    const at = Date.now();
    return { at, requests: wanted, remaining: limit - wanted, freeAt: at + windowSeconds * 1_000 };
  },
};

export default {
  ...worker,
  async fetch(request, env, context) {
    if (!request.url.endsWith('/calls')) return worker.fetch(request, env, context);
    const { calls, alone } = await request.json();
    const bindings = alone
      ? {
          ...env,
          DB: repeating(env.DB),
          LIMITER: { getByName: () => unlimited },
        }
      : env;
    for (const { url, ...init } of calls) {
      const request = new Request(url, init);
      // as every client says; a body of unknown length is read piece by piece
      if (init.body) request.headers.set('Content-Length', new TextEncoder().encode(init.body).length);
      const response = await worker.fetch(request, bindings, context);
      await response.arrayBuffer();
      if (!response.ok) return new Response(`${init.method} ${url}: ${response.status}`, { status: 500 });
    }
    return new Response(null, { status: 204 });
  },
};
