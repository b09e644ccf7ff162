/** `npm run tables`: asks this code what its writes do to a field, and writes the result into docs/contract.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal } from './local.ts';
import { migrate } from './migrate.ts';
import { newKey } from './new-key.ts';
import { localAdminToken } from './settings.ts';
import { threeByThree, withTables } from './three-by-three.ts';

const PAGE = join(import.meta.dirname, '../docs/contract.md');

const local = await startLocal({ port: 0 });
try {
  await migrate(await local.database());
  const caller =
    (base: string, credential: Record<string, string>) =>
    async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${local.url}${base}${path}`, {
        method,
        headers: { ...credential, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    };
  const key = await newKey(local.url, localAdminToken(), 'tables');
  const ingest = caller('/api/v1/ingest', { 'X-API-Key': key });
  const agent = caller('/api/public/v1', { Authorization: `Bearer ${key}` });
  const { body: account } = await ingest('PUT', '/accounts/ACCT-001', { name: 'Acme Corporation' });
  const tables = await threeByThree({ ingest, agent, account: { id: account.id, number: 'ACCT-001' } });
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), tables));
  execFileSync('biome', ['format', '--write', PAGE], { shell: process.platform === 'win32' });
} finally {
  await local.stop();
}
