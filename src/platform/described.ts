/** What a schema says of itself in the documents. */
import * as z from 'zod/mini';

/** An example of an id. */
export const ID = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';

/**
 * The schema with this description. The first description marks the schema itself. A later one makes a copy, which keeps what the new one leaves out.
 */
export function described<S extends z.ZodMiniType>(schema: S, meta: z.core.GlobalMeta): S {
  const own = z.globalRegistry.has(schema) ? schema.clone() : schema;
  z.globalRegistry.add(own, meta);
  return own;
}
