/** What local runs take from the environment. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

const ROOT = join(import.meta.dirname, '..');

/** The folder of the local databases: `DIGLOT_STATE`, else wrangler's own default. */
export const stateFolder = (): string => resolve(ROOT, process.env.DIGLOT_STATE || '.wrangler/state');

/** The port of local runs: `PORT`, else 8787. 0 takes any free port. */
export function localPort(): number {
  const text = process.env.PORT || '8787';
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`PORT=${text} is no port: that is a whole number from 0 to 65535.`);
  return Number(text);
}

/** The admin token of local runs: from the environment, else `.dev.vars`, else the published example. */
export function localAdminToken(): string {
  const token = givenAdminToken().trim(); // as a header carries it
  if (!isAdminToken(token))
    throw new Error(
      'ADMIN_TOKEN cannot be sent to the service: it may have only printable ASCII, and no space.',
    );
  return token;
}

/** Can a caller send this as a token? */
export const isAdminToken = (token: string): boolean => /^[\x21-\x7e]+$/.test(token);

function givenAdminToken(): string {
  if (process.env.ADMIN_TOKEN?.trim()) return process.env.ADMIN_TOKEN;
  for (const file of ['.dev.vars', '.dev.vars.example']) {
    const path = join(ROOT, file);
    const token = existsSync(path) && parseEnv(readFileSync(path, 'utf8')).ADMIN_TOKEN;
    if (token) return token;
  }
  throw new Error('There is no ADMIN_TOKEN: set it in the environment or in .dev.vars.');
}
