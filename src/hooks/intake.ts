/**
 * `POST /hooks/{tenantId}/{provider}`: verifies where a request comes from, puts it on the queue, and answers. The consumer finds out what it means.
 * So a provider never waits for the book, and the book never waits for a provider.
 */
import type { Context } from 'hono';
import { Failure } from '../core/failure.ts';
import { ok, respond } from '../platform/answer.ts';
import { readBytes } from '../platform/body.ts';
import type { Env } from '../platform/env.ts';
import { log } from '../platform/log.ts';
import { networkOf } from '../platform/network.ts';
import { Problem } from '../platform/problem.ts';
import { acceptOnce, unaccept } from '../storage/hook-receipts.ts';
import { secretsOf } from '../storage/hooks.ts';
import { requireSchema } from '../storage/schema-version.ts';
import { inTurn, isWithinLimit } from './limit.ts';
import type { Incoming, Letter, Provider, Voucher } from './provider.ts';
import { providers } from './providers.ts';
import { send } from './queue.ts';

/** SendGrid sends up to 768 KB at once, more than any other provider. */
const MOST_BYTES = 1024 * 1024;
/** How many milliseconds an isolate relies on the secrets it knows. */
const REMEMBERED_MS = 5_000;
const MOST_REMEMBERED = 1_000;

const remembered = new Map<string, { secrets: string[]; until: number }>();

/** Makes this isolate look the hook's secrets up again at its next request. */
export const forgetSecrets = (tenantId: string, provider: string) =>
  void remembered.delete(`${tenantId}/${provider}`);

/**
 * 200 when the queue has the request. Throws 400 for what is not JSON, 401 (and keeps nothing), 404 for an unknown provider, 413, 429, 503. 1 round
 * trip for a request with a nonce, and 1 for the secrets: every five seconds, for an unknown hook at each request.
 */
export async function intake(c: Context<Env>): Promise<Response> {
  const { tenantId = '', provider: name = '' } = c.req.param();
  c.set('route', '/hooks/{tenantId}/{provider}');
  const provider = providers.get(name);
  if (!provider) throw new Problem('route.not_found');
  const secrets = await secretsFor(c, tenantId, name, Date.now());
  const bytes = await readBytes(c.req.raw, MOST_BYTES);
  // the time at which all of it is there: whoever holds a body back could else replay a request that is forgotten by then
  const now = Date.now();
  const incoming: Incoming = { headers: c.req.raw.headers, bytes, body: jsonIn(bytes), now };
  const voucher = await vouched(provider, incoming, secrets);
  if (!voucher) {
    // only for a hook that exists, or everybody's guesses would fill the log
    if (secrets.length > 0) log('warn', { code: 'hook.unauthorized', tenant: tenantId, provider: name });
    throw unauthorized();
  }
  if (incoming.body === undefined) throw new Problem('body.malformed_json');
  const settled = await provider.settle?.(incoming);
  if (settled) {
    log('warn', { code: settled, tenant: tenantId, provider: name });
    return respond(c.req.raw.headers, ok({ queued: 0 }), true);
  }
  await requireSchema(c.get('payer'));
  const letter = {
    tenantId,
    provider: name,
    receivedAt: new Date(now).toISOString(),
    id: provider.idOf?.(incoming),
  };
  const queued = enqueueOnce(c, provider, letter, incoming.body, voucher);
  // goes on when the provider hangs up: a request that was accepted but not queued would count as a replay when it is sent again
  c.executionCtx.waitUntil(queued.catch(() => {}));
  return respond(c.req.raw.headers, ok({ queued: await queued }), true);
}

const unauthorized = () =>
  new Problem('hook.unauthorized', { headers: { 'WWW-Authenticate': 'Basic realm="diglot hooks"' } });

/**
 * The secrets that are good now; none for an unknown hook. Before the look-up, requests for hooks that this isolate does not know share one limit for
 * each address that they come from.
 */
async function secretsFor(c: Context<Env>, tenantId: string, name: string, now: number): Promise<string[]> {
  const hook = `${tenantId}/${name}`;
  const known = remembered.get(hook);
  if (!isWithinLimit(known ? hook : (networkOf(c.req.raw.headers) ?? ''), now))
    throw new Problem('hook.busy', { headers: { 'Retry-After': '5' } });
  if (known && known.until > now) return known.secrets;
  const secrets = await secretsOf(c.get('payer'), tenantId, name);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  if (secrets.length > 0) remembered.set(hook, { secrets, until: now + REMEMBERED_MS });
  return secrets;
}

async function vouched(provider: Provider, incoming: Incoming, secrets: string[]): Promise<Voucher | null> {
  const vouchers = await Promise.all(secrets.map((secret) => provider.authenticate(incoming, secret)));
  return vouchers.find((voucher) => voucher !== null) ?? null;
}

/**
 * Puts the request on the queue, and refuses one that was accepted before. One that could not be queued, or whose acceptance the store has not
 * confirmed, does not count as accepted: the provider sends the same request again. Returns the number of messages.
 */
async function enqueueOnce(
  c: Context<Env>,
  provider: Provider,
  letter: Letter & { tenantId: string },
  body: unknown,
  { nonce }: Voucher,
): Promise<number> {
  const payer = c.get('payer');
  const receipt = nonce === null ? null : { ...letter, nonce };
  try {
    if (receipt && !(await inTurn(() => acceptOnce(payer, receipt)))) throw unauthorized();
    return await send(c.env.DELIVERIES, provider, letter, body);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (receipt) await unaccept(payer, receipt);
    throw error instanceof Failure ? error : new Problem('store.unavailable');
  }
}

/** The body's JSON; undefined when it is not JSON. */
function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}
