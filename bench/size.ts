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
  /** What is loaded at once: all but what stands behind `import()`. */
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

/** esbuild, told to split, puts into files of their own what is only loaded later; wrangler bundles with the same esbuild. */
export async function apiPath(): Promise<{ now: Buffer; parts: Sizes['parts'] }> {
  const { outputFiles, metafile } = await bundle({
    entryPoints: [join(ROOT, 'src/index.ts')],
    absWorkingDir: ROOT,
    outdir: 'split',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
  });
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.outputs[file]?.imports ?? [])
      if (kind === 'import-statement') load(path);
  };
  load('split/index.js');
  const parts = new Map<string, { now: number; later: number }>();
  for (const [file, { inputs }] of Object.entries(metafile.outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const part = parts.get(partOf(path)) ?? { now: 0, later: 0 };
      part[loaded.has(file) ? 'now' : 'later'] += bytesInOutput;
      parts.set(partOf(path), part);
    }
  return {
    now: Buffer.concat(
      outputFiles
        .filter(({ path }) => loaded.has(path.slice(ROOT.length + 1)))
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
