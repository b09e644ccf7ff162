/** Everything that the Worker serves, for the documents. */
import { admin } from './admin/index.ts';
import { dialects } from './dialects/index.ts';
import { hooksDocumentation } from './hooks/documentation.ts';
import type { AnyDialect } from './platform/dialect.ts';
import type { Face } from './platform/openapi/index.ts';
import { service } from './platform/openapi/parts.ts';
import { registerView } from './platform/views.ts';

/** Every face of the book. */
export const faces: readonly AnyDialect[] = [...dialects, admin];

/** The same, and what the Worker answers outside the faces. */
export const everything: readonly Face[] = [service, ...faces, hooksDocumentation];

// as `mount` does in the Worker
for (const { view } of faces) if (view) registerView(view);
