/** Part of `npm run check`: Redocly (recommended-strict) and Spectral (its OpenAPI rules) find nothing in the documents, not even a hint. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { dialects } from './documents.ts';

const ROOT = join(import.meta.dirname, '..');
const documents = ['/openapi.json', ...dialects.map(({ path }) => path)].map((path) => `build/public${path}`);

/** Neither of them may report usage or ask for a newer version of itself. */
const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
const options = { cwd: ROOT, env, stdio: 'inherit', shell: process.platform === 'win32' } as const;

execFileSync(process.execPath, ['scripts/pages.ts'], options);
try {
  execFileSync('redocly', ['lint', ...documents], options);
  execFileSync('spectral', ['lint', ...documents, '--fail-severity=hint'], options);
} catch {
  process.exit(1);
}
