import { describe, expect, it } from 'vitest';
import { headers, parameters } from '../src/platform/openapi/headers.ts';
import { type Call, newTenant, send } from './client.ts';
import { operations } from './faces.ts';
import { database } from './store.ts';

const PAGE = 'https://collections.example.com';

/** Sends a request from a page of an origin, where the operator has named these origins. */
const fromPage = (
  allowed: string | undefined,
  path: string,
  { method = 'GET', ...call }: Call & { method?: string },
) =>
  send(method, path, { ...call, bindings: allowed === undefined ? undefined : { ALLOWED_ORIGINS: allowed } });

const corsHeaders = (headers: Headers) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('headers of every answer', () => {
  it.each(['/health', '/nowhere', '/api/v1/ingest/contacts/X', '/admin/v1/tenants'])('%s', async (path) => {
    const { headers } = await send('GET', path);
    expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('X-Request-Id')).toBeTruthy();
  });

  it.each(['/health', '/openapi.json', '/api/public/v1/openapi.json', '/api/public/v1/status', '/nowhere'])(
    'say of JSON that it is UTF-8: %s',
    async (path) => {
      for (const method of ['GET', 'HEAD'])
        expect((await send(method, path)).headers.get('Content-Type')).toMatch(
          /^application\/(problem\+)?json; charset=utf-8$/,
        );
    },
  );

  it('Server-Timing says how long the database took, and in how many round trips', async () => {
    const { key, ingest } = await newTenant();
    await ingest('PUT', '/contacts/C1', { name: 'Ada' });
    const DB = database(async (_, go) => {
      await scheduler.wait(50);
      return go();
    });
    const { headers } = await send('GET', '/api/v1/ingest/contacts/C1', { key, bindings: { DB } });
    const [, dur] = /^db;dur=(\d+);desc="round trips: 1"$/.exec(headers.get('Server-Timing')!)!;
    expect(Number(dur)).toBeGreaterThanOrEqual(40);
    expect((await send('GET', '/nowhere')).headers.get('Server-Timing')).toBeNull();
  });
});

describe('Accept', () => {
  it.each([
    [200, 'application/problem+json'],
    [200, ''],
    [200, 'text/html,application/json'],
    [200, 'text/html , application/json ; q=0.5'],
    [200, 'application/json;q=0.01'],
    [200, 'text/html;level=1,application/problem+json'],
    [406, 'text/html;application/json'],
    [406, 'application/json; q=0'],
    [406, 'application/json;q=0.'],
    [406, 'application/json ;q=0 , text/html'],
    [406, 'text/html, application/* ;q=0.000'],
    [406, 'application/json;q=0, */*'],
    [406, '*/*, Application/JSON; q=0.0'],
    [406, 'application/*;q=0, */*;q=1'],
    [406, 'application/json;charset=utf-8;q=0'],
    [200, 'application/json, */*;q=0'],
    [200, 'application/*;q=0.1, */*;q=0'],
    [200, 'application/json;q=0, application/problem+json'],
    [200, 'application/json;v=1;q=0, application/json'],
    [200, 'application/json, application/json;v=1;q=0'],
  ])('is answered with %i: %s', async (status, Accept) => {
    expect((await send('GET', '/health', { headers: { Accept } })).status).toBe(status);
  });
});

it('Idempotency-Key takes every printable character of ASCII', async () => {
  const { ingest } = await newTenant();
  const printable = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at)).join('');
  for (const key of [`!${printable}~`, `~${printable}!`, '~', '!']) {
    const write = () => ingest('PUT', '/contacts/1', { name: key }, { 'Idempotency-Key': key });
    const [first, again] = [await write(), await write()];
    expect([first.status < 300, again.headers.get('Idempotent-Replayed')], key).toEqual([true, 'true']);
  }
});

describe('CORS', () => {
  it('lets a page use every method, and send and read every header that the documents speak of', async () => {
    const preflighted = await fromPage(PAGE, '/api/v1/ingest/contacts/X', preflight);
    const allowed = preflighted.headers.get('Access-Control-Allow-Headers')?.split(',');
    const documented = Object.values(parameters).map(({ name }) => name);
    expect(allowed).toEqual(
      expect.arrayContaining([...documented, 'Authorization', 'Content-Type', 'X-API-Key']),
    );
    const methods = preflighted.headers.get('Access-Control-Allow-Methods')?.split(',');
    expect(methods).toEqual(expect.arrayContaining(['HEAD', ...operations.map(({ method }) => method)]));
    const called = await fromPage(PAGE, '/health', { headers: { Origin: PAGE } });
    const exposed = called.headers.get('Access-Control-Expose-Headers')?.split(',');
    expect(exposed).toEqual(expect.arrayContaining(Object.keys(headers)));
  });

  const preflight = { method: 'OPTIONS', headers: { Origin: PAGE, 'Access-Control-Request-Method': 'PUT' } };

  it('is off unless origins are named', async () => {
    const { key } = await newTenant();
    for (const init of [preflight, { headers: { Origin: PAGE }, key }]) {
      const { headers } = await fromPage(undefined, '/api/v1/ingest/contacts', init);
      expect(corsHeaders(headers)).toEqual([]);
    }
  });

  it('answers only preflights: an OPTIONS without a method in mind gets those that a path takes', async () => {
    for (const headers of [{}, { Origin: PAGE }] as Record<string, string>[]) {
      const asked = await fromPage(PAGE, '/api/v1/ingest/contacts/X', { method: 'OPTIONS', headers });
      expect([asked.status, asked.headers.get('Allow')]).toEqual([
        204,
        'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      ]);
      const page = await fromPage(PAGE, '/health', { method: 'OPTIONS', headers });
      expect(page.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
      expect((await fromPage(PAGE, '/nowhere', { method: 'OPTIONS', headers })).status).toBe(404);
    }
  });

  it('lets a page read refusals, the documents, and that it has an answer already', async () => {
    const { key, ingest } = await newTenant();
    const etag = (await ingest('PUT', '/contacts/X', {})).headers.get('ETag')!;
    for (const [status, path, call] of [
      [304, '/api/v1/ingest/contacts/X', { key, headers: { 'If-None-Match': etag } }],
      [401, '/api/v1/ingest/contacts/X', {}],
      [404, '/api/v1/ingest/contacts/Y', { key }],
      [404, '/nowhere', {}],
      [405, '/health', { method: 'POST' }],
      [406, '/api/v1/ingest/contacts/X', { key, headers: { Accept: 'text/html' } }],
      [401, '/admin/v1/tenants', {}],
      [200, '/openapi.json', {}],
    ] as [number, string, Call & { method?: string }][]) {
      const headers = { ...call.headers, Origin: PAGE };
      const answer = await fromPage(PAGE, path, { ...call, headers });
      expect([answer.status, answer.headers.get('Access-Control-Allow-Origin')], path).toEqual([
        status,
        PAGE,
      ]);
      expect(answer.headers.get('Access-Control-Expose-Headers'), path).toContain('X-Request-Id');
      expect(answer.headers.get('Vary'), path).toContain('Origin');
    }
  });

  it('answers the origins that are named, and no other', async () => {
    const { key } = await newTenant();
    const allowed = `https://other.example.com, ${PAGE},, `;
    const asked = await fromPage(allowed, '/api/v1/ingest/contacts/X', preflight);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('Access-Control-Allow-Origin')).toBe(PAGE);
    expect(asked.headers.get('Access-Control-Allow-Headers')).toContain('Idempotency-Key');
    expect(asked.headers.get('Access-Control-Max-Age')).toBe('600');
    const called = await fromPage(allowed, '/api/v1/ingest/contacts', {
      headers: { Origin: PAGE },
      key,
    });
    expect(called.headers.get('Access-Control-Allow-Origin')).toBe(PAGE);
    expect(called.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(called.headers.get('Vary')).toContain('Origin');
    expect(called.headers.get('Access-Control-Expose-Headers')).toContain('ETag');
    for (const Origin of [
      '',
      'https://evil.example.com',
      PAGE.slice(0, -1),
      `${PAGE}.evil.example.com`,
      PAGE.replace('https', 'http'),
      `${PAGE}:8443`,
      'https://',
      ',',
      'null',
    ]) {
      const foreign = await fromPage(allowed, '/api/v1/ingest/contacts', { headers: { Origin }, key });
      expect(foreign.headers.get('Access-Control-Allow-Origin'), Origin).toBeNull();
    }
  });
});
