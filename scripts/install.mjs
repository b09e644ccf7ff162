// Installs the packages of package-lock.json when they are not there. It runs before every script of package.json, so it
// is plain JavaScript for whatever Node the machine has, and says nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
  } catch {
    return {};
  }
}

// What npm recorded after its last install. It is compared by content, because git changes the time of a file that did not change.
const installed = packagesOf('node_modules/.package-lock.json');
const missing = Object.entries(packagesOf('package-lock.json')).filter(
  ([path, wanted]) =>
    path !== '' &&
    (installed[path] ? installed[path].version !== wanted.version : !wanted.optional && !wanted.devOptional),
);

if (missing.length > 0) {
  console.log(`Installing ${missing.length} missing or changed packages (npm ci) …`);
  // npm replaces node_modules, so it must not run on the Node inside it.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const { status } = spawnSync(
    'npm',
    ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      env: { ...process.env, PATH: path.join(delimiter) },
      stdio: 'inherit',
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) {
    console.error('npm ci failed: see above. Is the npm registry reachable?');
    process.exit(1);
  }
}
