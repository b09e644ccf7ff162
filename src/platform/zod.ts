/**
 * What `zod` means inside the bundle (`[alias]` in wrangler.toml). `@hono/zod-openapi` passes the whole namespace `z` to a function
 * that reads one member of it, so the bundler keeps all of zod, with its texts in fifty languages: twice the size of the Worker.
 */
import { ZodType } from 'zod/v4';

export * from 'zod/v4';
export const z = { ZodType };
