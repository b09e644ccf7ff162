/** The three OpenAPI documents, made from the very modules that serve the calls. */
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import type { Example } from '../src/platform/openapi/examples.ts';

// workerd's own modules exist only in workerd, and nothing of them runs here.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('cloudflare:')
      ? { url: 'data:text/javascript,export class DurableObject {}', shortCircuit: true }
      : next(specifier, context),
});
/** Imported without types, which are those of workerd: scripts do not have them. */
const load = (path: string) => import(path);
const { faces, everything } = await load('../src/faces.ts');
const { documentOf } = await load('../src/platform/openapi/index.ts');

const recorded = join(import.meta.dirname, 'openapi/examples.json');

/** Path → document. */
export async function documents(): Promise<Record<string, object>> {
  const examples: Example[] = existsSync(recorded) ? JSON.parse(readFileSync(recorded, 'utf8')) : [];
  const dialects: { base: string; documentation: { title: string } }[] = faces;
  const own = dialects.filter(({ base }) => base.startsWith('/api/'));
  const written: Record<string, object> = {
    '/openapi.json': await documentOf({ title: 'diglot', faces: everything }, examples),
  };
  for (const face of own)
    written[`${face.base}/openapi.json`] = await documentOf(
      { title: face.documentation.title, faces: [face] },
      examples,
    );
  return written;
}
