/** The dialects that the book speaks: a line each. */
import type { AnyDialect } from '../platform/dialect.ts';
import { agent } from './agent/index.ts';
import { ingest } from './ingest/index.ts';

export const dialects: readonly AnyDialect[] = [ingest, agent];
