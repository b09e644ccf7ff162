/** `npm run diglot -- …`: tenants and their keys, over the admin face of a local or a deployed service. */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { localAdminToken } from './settings.ts';

const HELP = `Usage: npm run diglot -- <command>

  tenants create <name> [--default-language fr]
  tenants list
  tenants delete <tenant> [--yes]
  keys create <tenant> --scope ingest [--scope accounts:all] [--name "Nightly sync"]
                       [--expires-at 2027-01-31T00:00:00Z] [--rate-limit 300/60]
  keys list <tenant>
  keys revoke <tenant> <key id>

A tenant is named by its name or its id. Scopes: ingest (the ingest dialect), accounts:read (reads), accounts:all
(reads and writes). A rate limit is requests/seconds.

  --url          the service; default DIGLOT_URL, else http://localhost:8787
  --admin-token  default ADMIN_TOKEN, else for localhost the one in .dev.vars or .dev.vars.example
  --json         answers as JSON
  --help`;

interface Tenant {
  id: string;
  name: string;
  defaultLanguage: string;
  createdAt: string;
}

interface Key {
  id: string;
  key?: string;
  name: string;
  scopes: string[];
  rateLimit: { limit: number; windowSeconds: number } | null;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

interface Problem {
  detail?: string;
  code?: string;
  requestId?: string;
  errors?: { pointer: string; message: string }[];
}

/** Something to tell the person at the keyboard, with what to do next. */
class Refusal extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

const commands: Record<string, (...names: string[]) => Promise<void>> = {
  async 'tenants create'(name) {
    const tenant = await call<Tenant>('POST', '/tenants', {
      name,
      defaultLanguage: options['default-language'],
    });
    print(tenant, [
      `Tenant ${tenant.name} was made, with the id ${tenant.id}.`,
      `It needs a key: npm run diglot -- keys create ${tenant.id} --scope ingest`,
    ]);
  },
  async 'tenants list'() {
    const tenants = await allTenants();
    const rows = tenants.map(({ id, name, defaultLanguage, createdAt }) => [
      id,
      name,
      defaultLanguage,
      createdAt,
    ]);
    print(tenants, table(['ID', 'NAME', 'LANGUAGE', 'CREATED'], rows));
  },
  async 'tenants delete'(tenant) {
    const { id, name } = await findTenant(tenant);
    await confirm(`Remove ${name} (${id}) with all its keys, accounts and contacts?`);
    await remove(id);
    print({ id }, [`Tenant ${name} is gone.`]);
  },
  async 'keys create'(tenant) {
    const { scope: scopes, name = scopes?.join(' '), 'expires-at': expiresAt } = options;
    if (!scopes) throw new Refusal('A key needs a scope, for example: --scope ingest');
    const { id } = await findTenant(tenant);
    const key = await call<Key>('POST', `/tenants/${id}/keys`, {
      name,
      scopes,
      expiresAt,
      rateLimit: rateLimit(),
    });
    print(key, [
      `${key.key}`,
      '',
      `This is key ${key.id}. Keep it now: it is stored nowhere and not shown again.`,
    ]);
  },
  async 'keys list'(tenant) {
    const { id } = await findTenant(tenant);
    const { items } = await call<{ items: Key[] }>('GET', `/tenants/${id}/keys`);
    const rows = items.map((key) => [
      key.id,
      key.name,
      key.scopes.join(' '),
      key.rateLimit ? `${key.rateLimit.limit}/${key.rateLimit.windowSeconds}` : 'default',
      key.expiresAt ?? 'never',
      key.lastUsedAt ?? 'never',
    ]);
    print(items, table(['ID', 'NAME', 'SCOPES', 'LIMIT', 'EXPIRES', 'LAST USED'], rows));
  },
  async 'keys revoke'(tenant, keyId) {
    const { id } = await findTenant(tenant);
    await call('DELETE', `/tenants/${id}/keys/${encodeURIComponent(keyId ?? '')}`);
    print({ id: keyId }, [`Key ${keyId} is revoked.`]);
  },
};

const ARGUMENTS: Record<string, number> = { 'tenants list': 0, 'keys revoke': 2 };

const { values: options, positionals } = readArguments();
const base = (options.url || process.env.DIGLOT_URL || 'http://localhost:8787').replace(/\/+$/, '');

try {
  const name = positionals.slice(0, 2).join(' ');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (options.help || positionals.length === 0) {
    console.log(HELP);
  } else if (command && positionals.length - 2 === (ARGUMENTS[name] ?? 1)) {
    await command(...positionals.slice(2));
  } else {
    const reason = command ? `Too few or too many words after "${name}".` : `"${name}" is not a command.`;
    throw new Refusal(`${reason}\n\n${HELP}`);
  }
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  fail(error.message);
}

function readArguments() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'admin-token': text,
        'default-language': text,
        'expires-at': text,
        help: { ...flag, short: 'h' },
        json: flag,
        name: text,
        'rate-limit': text,
        scope: { ...text, multiple: true },
        url: text,
        yes: flag,
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  if (!/^https?:\/\/./i.test(base))
    throw new Refusal(`${base} is no URL such as https://contacts.example.com or http://localhost:8787.`);
  const headers = { Authorization: `Bearer ${adminToken()}`, 'Content-Type': 'application/json' };
  const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${base}/admin/v1${path}`, request).catch((error: Error) => {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new Refusal(
      `Nothing answers at ${base} (${reason}).\nStart it with npm start, or name the service with --url or DIGLOT_URL.`,
    );
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(explain(response.status, text), (parse(text) as Problem)?.code);
  return (text === '' ? undefined : parse(text)) as Answer;
}

function adminToken(): string {
  const token = options['admin-token'] || process.env.ADMIN_TOKEN;
  if (token && !/^[\x21-\x7e]+$/.test(token.trim()))
    throw new Refusal(
      'That cannot be an admin token: it has only printable ASCII, and no space. See --admin-token.',
    );
  if (token) return token;
  if (/^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(base)) return localAdminToken();
  throw new Refusal(`${base} needs its admin token: give --admin-token or set ADMIN_TOKEN.`);
}

/** A refusal of the service (RFC 9457), in words for a terminal. */
function explain(status: number, text: string): string {
  const { detail, code, requestId, errors = [] } = (parse(text) ?? {}) as Problem;
  if (!code) return `${base} answered ${status}, but not as diglot does. Is --url right?`;
  const advice: Record<string, string> = {
    'auth.unauthorized':
      'That is not its admin token: see --admin-token. A deployed service has it from `npx wrangler secret put ADMIN_TOKEN`.',
    'tenant.not_found': 'See which there are: npm run diglot -- tenants list',
    'key.not_found': 'See which there are: npm run diglot -- keys list <tenant>',
  };
  const faults = errors.map((fault) => `${fault.pointer.replace(/^\//, '')}: ${fault.message}`);
  const next = advice[code] ?? (faults.length > 0 ? [] : `(${status} ${code}, request ${requestId})`);
  const opening = code === 'auth.unauthorized' || faults.length > 0 ? [] : (detail ?? code);
  return [opening, faults, next].flat().join('\n');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function allTenants(): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  let after = '';
  for (;;) {
    const page = await call<{ items: Tenant[]; next: string | null }>('GET', `/tenants?first=100${after}`);
    tenants.push(...page.items);
    if (page.next === null) return tenants;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

/** A large book takes more than one request. */
async function remove(id: string): Promise<void> {
  for (;;) {
    try {
      return await call('DELETE', `/tenants/${id}`);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'tenant.removing')) throw error;
      console.error('The book is large. Its keys are gone; removing more …');
    }
  }
}

/** The tenant of that id, or else the only one of that name. */
async function findTenant(nameOrId = ''): Promise<Tenant> {
  const tenants = await allTenants();
  const found = tenants.filter((tenant) => tenant.id === nameOrId.toLowerCase());
  if (found.length === 0) found.push(...tenants.filter((tenant) => tenant.name === nameOrId));
  const [tenant, ...others] = found;
  if (!tenant) {
    throw new Refusal(`There is no tenant ${nameOrId}.\nSee which there are: npm run diglot -- tenants list`);
  }
  if (others.length > 0) {
    const ids = found.map(({ id, createdAt }) => `  ${id}  made ${createdAt}`).join('\n');
    throw new Refusal(`${found.length} tenants are called ${nameOrId}. Say which, by its id:\n${ids}`);
  }
  return tenant;
}

function rateLimit(): Key['rateLimit'] {
  const text = options['rate-limit'];
  if (text === undefined) return null;
  const [, limit, windowSeconds] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (!limit || !windowSeconds)
    throw new Refusal('A rate limit is requests/seconds, for example: --rate-limit 300/60');
  return { limit: Number(limit), windowSeconds: Number(windowSeconds) };
}

/** Asks; where nobody is there to answer, only --yes will do. */
async function confirm(question: string): Promise<void> {
  if (options.yes) return;
  if (!process.stdin.isTTY)
    throw new Refusal('Nobody is here to be asked. Nothing was changed; say --yes if you mean it.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} Type yes: `);
  terminal.close();
  if (answer.trim().toLowerCase() !== 'yes') throw new Refusal('Nothing was changed.');
}

function print(answer: unknown, lines: string[]): void {
  console.log(options.json ? JSON.stringify(answer, null, 2) : lines.join('\n'));
}

function table(titles: string[], rows: string[][]): string[] {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  return [titles, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
