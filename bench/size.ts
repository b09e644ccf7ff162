/** How large the Worker is, as `wrangler deploy` builds it, and how much of that an API call loads. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** Builds the Worker into a folder. */
export function build(folder: string): void {
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', folder], {
    cwd: ROOT,
    stdio: 'pipe',
  });
}

export interface Size {
  bytes: number;
  gzip: number;
}

export interface Sizes {
  /** All that is deployed, in one file. */
  whole: Size;
  /** What is loaded at once: everything but what is behind `import()`. */
  apiPath: Size;
  /** Bytes of the API path, and of what is loaded later, by package or folder; the largest first. */
  parts: { name: string; now: number; later: number }[];
}

const sizeOf = (contents: Uint8Array): Size => ({
  bytes: contents.length,
  gzip: gzipSync(contents, { level: 9 }).length,
});

/** The sizes of the Worker in such a folder, and of its parts. */
export async function measureSize(folder: string): Promise<Sizes> {
  const { now, parts } = await apiPath();
  return { whole: sizeOf(readFileSync(join(folder, 'index.js'))), apiPath: sizeOf(now), parts };
}

const SETTINGS = {
  entryPoints: [join(ROOT, 'src/index.ts')],
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  write: false as const,
  metafile: true as const,
  format: 'esm' as const,
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
};

/** Everything that is loaded with a file: what it imports, and what those files import, but not what is behind `import()`. */
function loadedWith(
  file: string,
  files: Record<string, { imports: { path: string; kind: string }[] }>,
  loaded = new Set<string>(),
): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const { path, kind } of files[file]?.imports ?? [])
    if (kind !== 'dynamic-import') loadedWith(path, files, loaded);
  return loaded;
}

/**
 * With splitting, esbuild puts what is only loaded later into files of their own; `now` is all the other files. The parts are measured in the one
 * file that wrangler makes with the same esbuild. More may be loaded there: a module brings along everything that it imports, used or not.
 */
export async function apiPath(): Promise<{ now: Buffer; parts: Sizes['parts'] }> {
  const split = await bundle({ ...SETTINGS, outdir: 'split', splitting: true });
  const files = loadedWith('split/index.js', split.metafile.outputs);
  const { metafile } = await bundle({ ...SETTINGS, outfile: 'index.js' });
  const loaded = loadedWith('src/index.ts', metafile.inputs);
  const parts = new Map<string, { now: number; later: number }>();
  for (const [path, { bytesInOutput }] of Object.entries(metafile.outputs['index.js']!.inputs)) {
    const part = parts.get(partOf(path)) ?? { now: 0, later: 0 };
    part[loaded.has(path) ? 'now' : 'later'] += bytesInOutput;
    parts.set(partOf(path), part);
  }
  return {
    now: Buffer.concat(
      split.outputFiles
        .filter(({ path }) => files.has(path.slice(ROOT.length + 1)))
        .map(({ contents }) => contents),
    ),
    parts: [...parts]
      .map(([name, part]) => ({ name, ...part }))
      .filter(({ now, later }) => now + later > 0)
      .sort((one, other) => other.now + other.later - one.now - one.later),
  };
}

const partOf = (path: string) =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? /(src\/[^/.]+)/.exec(path)?.[1] ?? path;
