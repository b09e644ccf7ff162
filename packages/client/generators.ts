/**
 * `npm run check:generators`: clients in other hands. openapi-typescript and @hey-api/openapi-ts each make a client of each document,
 * say nothing but that they did, and what they make type-checks.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { documents } from '../../scripts/documents.ts';

const require = createRequire(import.meta.url);
/** The command of a package, whichever node_modules it is in. */
const command = (name: string, path: string) => join(dirname(require.resolve(`${name}/package.json`)), path);

/** Here, so that what is generated finds its types in node_modules. */
const folder = mkdtempSync(join(import.meta.dirname, '.generated-'));
try {
  for (const [index, [path, document]] of Object.entries(await documents()).entries()) {
    const source = join(folder, `${index}.json`);
    writeFileSync(source, JSON.stringify(document));
    const target = join(folder, `${index}`);
    mkdirSync(target);
    generate(path, command('openapi-typescript', 'bin/cli.js'), [source, '-o', join(target, 'types.ts')]);
    generate(path, command('@hey-api/openapi-ts', 'bin/run.js'), [
      '-i',
      source,
      '-o',
      join(target, 'hey'),
      '--no-log-file',
    ]);
  }
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
    },
    include: ['**/*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(process.execPath, [command('typescript', 'bin/tsc'), '-p', folder], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}

/** Throws when the generator fails, or has anything to say of the document. */
function generate(path: string, script: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  const said = `${stdout}${stderr}`;
  if (status !== 0 || /warn|deprecat|error|unsupported|could not|⚠|✗/i.test(said))
    throw new Error(`${script} on ${path}:\n${said}`);
}
