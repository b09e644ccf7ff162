/** The one log line of each request. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newKey, newTenant, send } from './client.ts';
import { database } from './store.ts';

/** The log line of the one request that is made. */
async function lineOf(request: () => Promise<unknown>): Promise<Record<string, unknown>> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await request();
  const lines = log.mock.calls.map(([line]) => JSON.parse(line));
  log.mockRestore();
  expect(lines).toHaveLength(1);
  return lines[0];
}

it('has ids, the pattern of the route, the outcome and its cost', async () => {
  const { id } = await newTenant();
  const { id: keyId, key } = await newKey(id, ['ingest']);
  const json = { email: 'jane@example.com' };
  const line = await lineOf(() => send('PUT', '/api/v1/ingest/contacts/C-1', { key, json }));
  expect(line).toEqual({
    level: 'info',
    requestId: expect.any(String),
    tenant: id,
    key: keyId,
    method: 'PUT',
    route: '/api/v1/ingest/contacts/{reference}',
    status: 201,
    ms: expect.any(Number),
    roundTrips: 1,
    rowsRead: expect.any(Number),
    rowsWritten: expect.any(Number),
  });
  expect(line.ms).toBeLessThan(60_000);
  const read = await lineOf(() => send('GET', '/api/v1/ingest/contacts/C-1', { key }));
  expect(read).toMatchObject({ method: 'GET', status: 200, rowsWritten: 0 });
  for (const rows of [line.rowsRead, line.rowsWritten, read.rowsRead]) expect(rows).toBeGreaterThan(0);
});

it('has why a request was refused, each kind of fault once', async () => {
  const { ingest } = await newTenant();
  const faults = { email: 'no address', language: 'xx', country: 'XX', phone: 1, fax: 2 };
  expect(await lineOf(() => ingest('PUT', '/contacts/C-1', faults))).toMatchObject({
    status: 422,
    code: 'validation.failed',
    faults: ['email.invalid', 'field.type', 'language.unknown', 'country.unknown'],
  });
  const missing = await lineOf(() => ingest('GET', '/contacts/C-2'));
  expect(missing).toMatchObject({ status: 404, code: 'contact.not_found' });
  expect(missing).not.toHaveProperty('faults');
  expect(await lineOf(() => send('GET', '/nowhere'))).toMatchObject({
    route: 'none',
    status: 404,
    code: 'route.not_found',
  });
});

describe('the line of an error that nobody caused', () => {
  /** What a write leaves among the errors, and its answer, when the store answers in this way. */
  async function errorOf(DB: D1Database) {
    const { key } = await newTenant();
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const reply = await send('PUT', '/api/v1/ingest/contacts/C-1', { key, json: {}, bindings: { DB } });
    const lines = error.mock.calls.map(([line]) => JSON.parse(line));
    error.mockRestore();
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', requestId: reply.headers.get('X-Request-Id') }),
    ]);
    return { reply, line: lines[0] };
  }
  const failing = (message: string) =>
    database(async () => {
      throw new Error(message);
    });

  it('gives the place in the code, and no text that could be somebody’s', async () => {
    const prepare = () => {
      throw new TypeError('ada@example.com\n    at is no function');
    };
    const { reply, line } = await errorOf({ prepare } as unknown as D1Database);
    expect([reply.status, reply.body.code]).toEqual([500, 'internal']);
    expect(line).toMatchObject({ code: 'internal', name: 'TypeError' });
    expect(line).not.toHaveProperty('words');
    expect(line.frames.length).toBeGreaterThan(1);
    for (const frame of line.frames) expect(frame).toMatch(/^at .*[:\d]\)?$/);
    expect(JSON.stringify(line)).not.toContain('ada@example.com');
  });

  it('gives what SQLite says of the tables', async () => {
    const broken = env.DB.prepare('INSERT INTO tenants (id) VALUES (NULL)');
    const { reply, line } = await errorOf(database((_, go) => go([broken])));
    expect([reply.status, reply.headers.get('Retry-After')]).toEqual([503, '1']);
    expect(line).toMatchObject({ code: 'store.unavailable', name: 'Error' });
    expect(line.words).toBe('D1_ERROR: NOT NULL constraint failed: tenants.id: SQLITE_CONSTRAINT');
    expect(line.frames.length).toBeGreaterThan(0);
  });

  it('gives the place in the code, too, where it was nothing else that failed', async () => {
    const { line } = await errorOf(undefined as unknown as D1Database);
    expect(line).toMatchObject({ code: 'store.unavailable', name: 'Error' });
    expect(line.frames.length).toBeGreaterThan(0);
  });

  it.each([
    ['D1_ERROR: database or disk is full: SQLITE_FULL', 'D1_ERROR: database or disk is full: SQLITE_FULL'],
    ["D1_ERROR: JSON path error near 'lovelace@example.com': SQLITE_ERROR", undefined],
    ['D1_ERROR: malformed: lovelace: SQLITE: x', undefined],
    ['lovelace: D1_ERROR: out of memory: SQLITE_NOMEM', undefined],
  ])('has of %j the words %j', async (message, words) => {
    const { line } = await errorOf(failing(message));
    expect(line.words).toBe(words);
    expect(JSON.stringify(line)).not.toContain('lovelace');
  });
});
