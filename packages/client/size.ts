/** Fails when the client, with all that it needs, is more than 10 KB minified and gzipped; or when what would be published does not load. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MOST = 10_000;

const { outputFiles } = await build({
  entryPoints: ['src/index.ts'],
  absWorkingDir: import.meta.dirname,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  write: false,
});
const bytes = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
console.log(`@diglot/client: ${bytes} bytes minified and gzipped, of at most ${MOST}`);
if (bytes > MOST) process.exitCode = 1;

const published = await import('@diglot/client' as string);
const exported = Object.keys(published).sort().join(', ');
if (exported !== 'DiglotProblem, createDiglot') throw new Error(`@diglot/client exports ${exported}`);
