/** The dialects that the book speaks, one line each. */
import type { AnyDialect } from '../platform/dialect.ts';
import { agent } from './agent/index.ts';
import { ingest } from './ingest/index.ts';

export const dialects: readonly AnyDialect[] = [ingest, agent];
