/** Every face of the book: what the Worker mounts, and the documents describe. */
import { admin } from './admin/index.ts';
import { dialects } from './dialects/index.ts';
import type { AnyDialect } from './platform/dialect.ts';

export const faces: readonly AnyDialect[] = [...dialects, admin];
