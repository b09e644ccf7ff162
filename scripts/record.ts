/** `npm run examples`: makes the calls of scripts/openapi/calls.ts against this code, and keeps the answers as the documents' examples. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal } from './local.ts';
import { migrate } from './migrate.ts';
import { record } from './openapi/record.ts';
import { localAdminToken } from './settings.ts';

const ROOT = join(import.meta.dirname, '..');

const local = await startLocal({ port: 0 });
try {
  await migrate(await local.database());
  const document = JSON.parse(readFileSync(join(ROOT, 'build/public/openapi.json'), 'utf8'));
  const examples = await record(document, {
    send: fetch,
    bury: (letters) => local.deliver('diglot-deliveries-dead', letters),
    origin: local.url,
    adminToken: localAdminToken(),
  });
  const file = join(ROOT, 'scripts/openapi/examples.json');
  writeFileSync(file, JSON.stringify(examples));
  execFileSync('biome', ['format', '--write', file], { shell: process.platform === 'win32' });
} finally {
  await local.stop();
}
