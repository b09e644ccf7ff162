/** The OpenAPI documents, one of everything and one of each dialect, made from the very modules that serve the calls. */
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
const { everything } = await load('../src/faces.ts');
const served: { base: string; documentation: { title: string } }[] = (await load('../src/dialects/index.ts'))
  .dialects;
const { documentOf } = await load('../src/platform/openapi/index.ts');

const recorded = join(import.meta.dirname, 'openapi/examples.json');

/** The dialects: a name for people ("ingest dialect"), one for programs, and the path of the document. */
export const dialects = served.map(({ base, documentation: { title } }) => {
  const label = title.replace(/^diglot: /, '');
  const name = label.replace(/ dialect$/, '').replaceAll(' ', '-');
  return { label, name, path: `${base}/openapi.json` };
});

/** Path → document. */
export async function documents(): Promise<Record<string, object>> {
  const examples: Example[] = existsSync(recorded) ? JSON.parse(readFileSync(recorded, 'utf8')) : [];
  const written: Record<string, object> = {
    '/openapi.json': await documentOf({ title: 'diglot', faces: everything }, examples),
  };
  for (const [index, face] of served.entries())
    written[dialects[index]!.path] = await documentOf(
      { title: face.documentation.title, faces: [face] },
      examples,
    );
  return written;
}
