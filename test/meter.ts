/** The real D1 and KV, with a record of everything that is asked of them. */
import { env } from 'cloudflare:workers';
import { type Call, type Reply, send, type TestTenant } from './client.ts';

export interface Statement {
  text: string;
  values: unknown[];
}

export interface Meter {
  bindings: { DB: D1Database; KEYS: KVNamespace };
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
  kvReads: number;
  /** All statements that were sent, in order. */
  statements: Statement[];
}

/** A meter at zero. */
export function newMeter(): Meter {
  const sent = new WeakMap<D1PreparedStatement, Statement>();
  const noted = (statement: D1PreparedStatement, text: string, values: unknown[]) => {
    sent.set(statement, { text, values });
    return statement;
  };
  const meter: Meter = {
    bindings: {
      DB: {
        prepare(text: string) {
          const statement = env.DB.prepare(text);
          const bind = statement.bind.bind(statement);
          statement.bind = (...values: unknown[]) => noted(bind(...values), text, values);
          return noted(statement, text, []);
        },
        // the store calls nothing else of D1: another call would fail here
        async batch(statements: D1PreparedStatement[]) {
          meter.roundTrips += 1;
          meter.statements.push(...statements.map((statement) => sent.get(statement)!));
          const results = await env.DB.batch(statements);
          for (const { meta } of results) {
            meter.rowsRead += meta.rows_read ?? 0;
            meter.rowsWritten += meta.rows_written ?? 0;
          }
          return results;
        },
      } as unknown as D1Database,
      KEYS: new Proxy(env.KEYS, {
        get(kv, name: keyof KVNamespace) {
          if (name === 'get' || name === 'getWithMetadata') meter.kvReads += 1;
          const value = kv[name];
          return typeof value === 'function' ? value.bind(kv) : value;
        },
      }),
    },
    roundTrips: 0,
    rowsRead: 0,
    rowsWritten: 0,
    kvReads: 0,
    statements: [],
  };
  return meter;
}

/** A reply, and what it cost. */
export type Metered = Reply & { cost: Meter };

/** Sends a request and measures its cost. The key may do everything in both dialects. */
export async function measure(
  { key }: Pick<TestTenant, 'key'>,
  method: string,
  path: string,
  json?: unknown,
  more: Call = {},
): Promise<Metered> {
  const cost = newMeter();
  const reply = await send(method, path, { key, json, ...more, bindings: cost.bindings });
  return { ...reply, cost };
}
