/** How the commands call the admin API. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAdminToken, localAdminToken } from '../settings.ts';
import { baseUrl, givenToken, Refusal } from './program.ts';

interface Problem {
  detail?: string;
  code?: string;
  requestId?: string;
  errors?: { pointer: string; message: string }[];
}

export interface Tenant {
  id: string;
  name: string;
  defaultLanguage: string;
  createdAt: string;
}

/** The service works on no call that long. */
const PATIENCE_MS = 60_000;
/** The milliseconds before each further attempt. */
const WAITS_MS = [250, 1_000, 2_000];

/** An answer that did not arrive, or that says that the service is away: the same call may be answered in a moment. */
class Away extends Refusal {}

/**
 * Calls a path under `/admin/v1` and returns the body of the answer. Throws a Refusal that says what is wrong and what to do. A call whose answer was
 * lost is made again, and does nothing twice: each attempt at a write has the same `Idempotency-Key`.
 */
export async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const url = URL.parse(baseUrl());
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Refusal(
      `${baseUrl()} is no URL such as https://contacts.example.com or http://localhost:8787.`,
    );
  if (url.username || url.password || url.search || url.hash)
    throw new Refusal(
      '--url takes no user, no password and no query: only a service such as https://contacts.example.com.',
    );
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isLocal)
    throw new Refusal(`${baseUrl()} would carry the admin token in clear text. Say https:// in its place.`);
  const headers = {
    Authorization: `Bearer ${adminToken(isLocal)}`,
    'Content-Type': 'application/json',
    ...(method !== 'GET' && { 'Idempotency-Key': crypto.randomUUID() }),
  };
  // A redirect is not followed: fetch takes the token and the method away on its way.
  const request: RequestInit = {
    method,
    headers,
    redirect: 'manual',
    ...(body && { body: JSON.stringify(body) }),
  };
  let again = false;
  for (const wait of WAITS_MS) {
    try {
      return await attempt(path, request, again);
    } catch (error) {
      if (!(error instanceof Away)) throw error;
    }
    await sleep(wait);
    again = true;
  }
  return attempt(path, request, again);
}

async function attempt<Answer>(path: string, request: RequestInit, again: boolean): Promise<Answer> {
  const silence = silenceAt(request.method!, again);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(`${baseUrl()}/admin/v1${path}`, { ...request, signal }).catch(silence);
  const answer = parse(await response.text().catch(silence));
  // What has no request id, or is no JSON, is the answer of something else, such as a proxy or another Worker, whatever its status.
  const isDiglot = response.headers.has('X-Request-Id') && (response.status === 204 || answer);
  if (response.ok && isDiglot) return answer as Answer;
  const code = (answer as Problem)?.code;
  const isAway = [502, 503, 504].includes(response.status) && !LASTING.includes(code ?? '');
  throw new (isAway ? Away : Refusal)(explain(response, answer as Problem), code);
}

/** With these codes a 503 asks for something else than patience. */
const LASTING = ['store.outdated', 'tenant.removing'];
/** The errors of a connection that was there and broke. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** Where this call was made before, the service was there: what it did then is not known, even if nothing is there now. */
const silenceAt = (method: string, again: boolean) => (error: Error) => {
  const cause: NodeJS.ErrnoException = error.cause instanceof Error ? error.cause : error;
  const isLate = error.name === 'TimeoutError';
  const isBroken = !isLate && (again || BROKEN.includes(cause.code ?? ''));
  const isUncertain = method !== 'GET' && (isBroken || isLate);
  const next = isUncertain
    ? 'It may have been done all the same: look before you repeat it.'
    : 'Start it with npm start, or name the service with --url or DIGLOT_URL.';
  throw new (isBroken ? Away : Refusal)(`Nothing answers at ${baseUrl()} (${cause.message}).\n${next}`);
};

/** Returns all items of a paged list. */
export async function callForAll<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  let after = '';
  for (;;) {
    const page = await call<{ items: Item[]; next: string | null }>('GET', `${path}?first=100${after}`);
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

/** Returns the tenant with this id, or else the only tenant with this name. Throws a Refusal when there is none or more than one. */
export async function findTenant(nameOrId: string): Promise<Tenant> {
  const tenants = await callForAll<Tenant>('/tenants');
  const found = tenants.filter((tenant) => tenant.id === nameOrId.toLowerCase());
  if (found.length === 0) found.push(...tenants.filter((tenant) => tenant.name === nameOrId));
  const [tenant, ...others] = found;
  if (!tenant) {
    throw new Refusal(`There is no tenant ${nameOrId}.\nSee which there are: npm run diglot -- tenants list`);
  }
  if (others.length > 0) {
    const ids = found.map(({ id, createdAt }) => `  ${id}  created ${createdAt}`).join('\n');
    throw new Refusal(`${found.length} tenants are called ${nameOrId}. Say which, by its id:\n${ids}`);
  }
  return tenant;
}

function adminToken(isLocal: boolean): string {
  const given = givenToken();
  const token = given?.trim();
  if (given && !isAdminToken(token!))
    throw new Refusal(
      'That cannot be an admin token: it has only printable ASCII, and no space. See --admin-token.',
    );
  if (token) return token;
  if (!isLocal)
    throw new Refusal(`${baseUrl()} needs its admin token: give --admin-token or set ADMIN_TOKEN.`);
  try {
    return localAdminToken();
  } catch (error) {
    throw new Refusal((error as Error).message);
  }
}

const ADVICE: Record<string, string> = {
  'auth.unauthorized':
    'That is not its admin token: see --admin-token. A deployed service has it from `npx wrangler secret put ADMIN_TOKEN`.',
  'route.not_found': 'Is --url right? It names the service alone, such as https://contacts.example.com.',
  'tenant.not_found': 'See which there are: npm run diglot -- tenants list',
  'key.not_found': 'See which there are: npm run diglot -- keys list <tenant>',
  'hook.not_found': 'See which there are: npm run diglot -- hooks list <tenant>',
  'dead_letter.not_found': 'See which there are: npm run diglot -- dead-letters list',
  'address.complained': 'If the person has asked for mail again, add --force.',
};

/** Turns a problem of the service (RFC 9457) into a message for a terminal. */
function explain({ status, headers }: Response, problem?: Problem): string {
  const { detail, code, requestId, errors = [] } = problem ?? {};
  const to = headers.get('Location');
  if (!code)
    return `${baseUrl()} answered ${status}${to ? ` (leads to ${to})` : ''}, but not as diglot does. Is --url right?`;
  const faults = errors.map((fault) => `${fault.pointer.replace(/^\//, '')}: ${fault.message}`);
  const next = ADVICE[code] ?? (faults.length > 0 ? [] : `(${status} ${code}, request ${requestId})`);
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
