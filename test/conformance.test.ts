/**
 * What every operation of every face owes its callers, whatever it does. A new route is tested as soon as the document lists it. isolation.test.ts
 * tests that tenants are kept apart.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { checksum } from '../src/core/key.ts';
import { problems } from '../src/platform/problems.ts';
import { type Call, fetchWorker, newKey, newTenant, ORIGIN, type Reply, send } from './client.ts';
import {
  apiKey,
  bearer,
  bodyOf,
  credentialOf,
  type Face,
  faces,
  lacking,
  newWorld,
  type Operation,
  operations,
  pathOf,
  queryOf,
  resolved,
  type World,
  withNameFree,
} from './faces.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** A well-formed key that belongs to nobody. */
const UNKNOWN = `dgl_${'NobodysKey'.repeat(3)}00_${checksum(`${'NobodysKey'.repeat(3)}00`)}`;
const LIMIT = 256 * 1024;
const bytes = (text: string) => new TextEncoder().encode(text);

interface Ask {
  method?: string;
  path?: string;
  query?: string;
  /** Used instead of the credential that may do everything; null for none. */
  as?: Record<string, string> | null;
  headers?: Record<string, string>;
  /** Sent instead of the sample body. */
  raw?: BodyInit;
  json?: unknown;
  bindings?: Call['bindings'];
}

/** Calls an operation with everything right except what is given, and checks what every answer carries. */
async function ask(
  operation: Operation,
  world: World,
  { as, method, path, query = '', headers, raw, json, bindings }: Ask = {},
): Promise<Reply> {
  const body =
    raw ??
    (json === undefined
      ? operation.body
        ? JSON.stringify(bodyOf(operation, world))
        : undefined
      : JSON.stringify(json));
  const reply = await send(
    method ?? operation.method,
    (path ?? pathOf(operation, world.values)) + queryOf(operation, world, query),
    {
      headers: { ...(as === null ? {} : (as ?? credentialOf(operation.face, world))), ...headers },
      bindings,
      ...(body !== undefined && (method ?? operation.method) !== 'GET' && method !== 'HEAD' && { raw: body }),
    },
  );
  expectAnswer(reply, operation.face);
  const isHere = method === undefined && template(operation).test(path ?? pathOf(operation, world.values));
  if (isHere) expect(operation.statuses).toContain(reply.status);
  return reply;
}

/** A world in which a call succeeds: this one, if the call can be repeated; else a new one. */
const worldFor = async (operation: Operation, world: World): Promise<World> =>
  ['GET', 'PUT', 'PATCH'].includes(operation.method) ? world : withNameFree(operation, await newWorld());

/** Calls an operation so that it succeeds. */
async function succeed(
  operation: Operation,
  shared: World,
  asked: Ask | ((world: World) => Ask) = {},
): Promise<Reply> {
  const world = await worldFor(operation, shared);
  const reply = await ask(operation, world, typeof asked === 'function' ? asked(world) : asked);
  expect(reply.status, reply.text).toBeLessThan(300);
  return reply;
}

/** "Every answer": its headers, and the one shape of errors. */
function expectAnswer({ status, headers, body, text }: Reply, face?: Face): void {
  expect(headers.get('X-Request-Id')).toMatch(/^[\x21-\x7e]{1,128}$/);
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(headers.get('Cache-Control')).toBe(headers.has('ETag') ? 'no-store, no-transform' : 'no-store');
  if (status === 204 || status === 304) expect(text).toBe('');
  else
    expect(headers.get('Content-Type')).toBe(
      `application/${status < 400 ? '' : 'problem+'}json; charset=utf-8`,
    );
  if (status < 400 || text === '') return;
  expect(status).toBeLessThan(500);
  const { errors, ...members } = body;
  const problem = problems[body.code as keyof typeof problems];
  expect(problem?.[0]).toBe(status);
  expect(members).toEqual({
    type: `/docs/errors#${body.code}`,
    title: problem[1],
    status,
    detail: expect.any(String),
    message: body.detail,
    code: expect.stringMatching(/^[a-z_]+(\.[a-z_]+)*$/),
    requestId: headers.get('X-Request-Id'),
  });
  if (face?.base === '/api/public/v1') expect(body.message.startsWith('404')).toBe(status === 404);
  if (status !== 422) expect(errors).toBeUndefined();
  else {
    expect(errors.length).toBeGreaterThan(0);
    for (const fault of errors) {
      expect(fault).toEqual({
        pointer: expect.any(String),
        code: expect.stringMatching(/^[a-z_]+\.[a-z_]+$/),
        message: expect.stringMatching(/./),
      });
    }
  }
}

const dialects = (operation: Operation) => operation.face.scopes !== null && !operation.isPublic;
const table = (wanted: (operation: Operation) => unknown) =>
  operations.filter(wanted).map((operation) => ({ operation, title: operation.title }));

it('has operations of every face in its table', () => {
  for (const face of faces)
    expect(operations.filter((operation) => operation.face === face).length).toBeGreaterThan(0);
});

describe.each(faces)('$base', ({ base, credential, scopes }) => {
  it.each(['', '/', '/nowhere', '/nowhere/at/all', '/openapi.json/', '/%6Fpenapi.json'])(
    'has nothing at %s',
    async (path) => {
      const world = await newWorld();
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        expect((await send(method, base + path)).status).toBe(401);
        const reply = await send(method, base + path, {
          headers: credential(scopes ? world.tenant.key : env.ADMIN_TOKEN),
        });
        expect(reply.status).toBe(404);
        if (method !== 'HEAD') expect(reply.body.code).toBe('route.not_found');
      }
    },
  );
});

describe.each(table(() => true))('$title', ({ operation }) => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
  });

  it('answers what it documents when everything is right', async () => {
    await succeed(operation, world);
  });

  if (!operation.isPublic)
    describe('authentication', () => {
      it.each([
        ['no credential', () => ({})],
        ['an unknown key', () => bearer(UNKNOWN)],
        ['a malformed key', () => bearer('secret')],
        ['an empty key', () => apiKey('')],
        ['an empty token', () => ({ Authorization: 'Bearer ' })],
        [
          'a typo',
          ({ tenant: { key } }: World) => bearer(key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')),
        ],
        ['600 bytes', () => apiKey(`dgl_${'0'.repeat(596)}`)],
        ['the key under another scheme', ({ tenant: { key } }: World) => ({ Authorization: `Basic ${key}` })],
        ['the bare key as Authorization', ({ tenant: { key } }: World) => ({ Authorization: key })],
        [
          'the key of the other kind of face',
          ({ tenant: { key } }: World) => bearer(operation.face.scopes ? env.ADMIN_TOKEN : key),
        ],
      ])('refuses %s with 401', async (_, credential) => {
        const reply = await ask(operation, world, { as: credential(world) });
        expect([reply.status, reply.body.code]).toEqual([401, 'auth.unauthorized']);
        expect(reply.headers.get('WWW-Authenticate')).toMatch(
          new RegExp(`^${operation.face.challenge} realm="`),
        );
      });

      it('says 429 where an address has guessed too often', async () => {
        const UNKNOWN_KEYS = { limit: async () => ({ success: false }) } as RateLimit;
        const { status, body } = await ask(operation, world, {
          as: operation.face.credential(UNKNOWN),
          headers: { 'CF-Connecting-IP': '192.0.2.1' },
          bindings: { UNKNOWN_KEYS },
        });
        expect([status, body.code]).toEqual([429, 'rate_limit.exceeded']);
      });

      it('takes no key from the query', async () => {
        const key = operation.face.scopes ? world.tenant.key : env.ADMIN_TOKEN;
        const query = `?api_key=${key}&apiKey=${key}&access_token=${key}&X-API-Key=${key}&key=${key}`;
        expect((await ask(operation, world, { as: null, query })).status).toBe(401);
        await succeed(operation, world, { query: '?api_key=other' });
      });

      it('says 401 before it says anything else', async () => {
        const nowhere = Object.fromEntries(Object.keys(world.values).map((name) => [name, 'nowhere']));
        const reply = await ask(operation, world, {
          as: null,
          path: pathOf(operation, nowhere),
          query: '?first=0',
          headers: { 'Content-Type': 'text/plain', Accept: 'text/html', 'If-Match': 'x' },
        });
        expect(reply.status).toBe(401);
      });
    });

  if (dialects(operation))
    describe('keys', () => {
      it('takes the header of the other dialect, and both with one key', async () => {
        for (const header of [
          apiKey,
          bearer,
          (key: string) => ({ ...apiKey(key), ...bearer(key) }),
          (key: string) => ({ Authorization: `bearer   ${key}` }),
        ]) {
          await succeed(operation, world, ({ tenant: { key } }) => ({ as: header(key) }));
        }
      });

      it('refuses two different keys with 400', async () => {
        const other = await world.keyWith(['ingest']);
        for (const as of [
          { ...apiKey(other), ...bearer(world.tenant.key) },
          { ...apiKey(world.tenant.key), ...bearer('x') },
        ]) {
          const { status, body } = await ask(operation, world, { as });
          expect([status, body.code]).toEqual([400, 'auth.ambiguous']);
        }
      });

      it('says 403 to a key without the scope, before it says whether anything exists or the input is good', async () => {
        expect(operation.statuses.includes(403)).toBe(lacking(operation).length > 0);
        for (const scope of lacking(operation)) {
          const as = operation.face.credential(await world.keyWith([scope]));
          const nowhere = Object.fromEntries(Object.keys(world.values).map((name) => [name, 'nowhere']));
          const asks: Ask[] = [
            {},
            { path: pathOf(operation, nowhere) },
            { query: '?first=0' },
            { headers: { 'Content-Type': 'text/plain' } },
            { headers: { Accept: 'text/html' } },
            { headers: { 'If-Match': 'x' } },
          ];
          for (const asked of asks) {
            const { status, body } = await ask(operation, world, { as, ...asked });
            expect([status, body.code]).toEqual([403, 'auth.forbidden']);
          }
        }
      });

      it('says 429 to a key that is over its limit', async () => {
        const rateLimit = { limit: 1, windowSeconds: 60 };
        const { key } = await newKey(world.tenant.id, ['ingest', 'accounts:all'], { rateLimit });
        const as = operation.face.credential(key);
        await send('GET', `${operation.face.base}/nowhere`, { headers: as });
        const { status, body } = await ask(operation, world, { as });
        expect([status, body.code]).toEqual([429, 'rate_limit.exceeded']);
      });

      it('is satisfied with any one scope that it lists', async () => {
        const scopes = operation.face.scopes!;
        for (const scope of operation.writes ? scopes.writes : scopes.reads) {
          const fresh = await worldFor(operation, world);
          const { status, text } = await ask(operation, fresh, {
            as: operation.face.credential(await fresh.keyWith([scope])),
          });
          expect(status, text).toBeLessThan(300);
        }
      });
    });

  describe('paths and methods', () => {
    const own = () => pathOf(operation, world.values);
    const base = operation.face.base;

    it.each([
      ['a trailing slash', (path: string) => `${path}/`],
      ['two slashes', (path: string) => path.replace(base, `${base}/`)],
      ['two slashes at the end', (path: string) => path.replace(/\/([^/]*)$/, '//$1')],
      ['upper case', (path: string) => base + path.slice(base.length).toUpperCase()],
      ['a segment more', (path: string) => `${path}/x/y`],
    ])('are exact: %s is 404, and 401 without a credential', async (_, change) => {
      const path = change(own());
      const { status, body } = await ask(operation, world, { path });
      expect([status, body.code]).toEqual([404, 'route.not_found']);
      expect((await ask(operation, world, { path, as: null })).status).toBe(401);
    });

    it.each(operation.params)(
      'whose {%s} is not UTF-8 are 404 where it is an id, and 422 where it is not',
      async (name) => {
        const path = pathOf({ ...operation, path: operation.path.replace(`{${name}}`, '%FF') }, world.values);
        const { status, body } = await ask(operation, world, { path });
        if (operation.ids.includes(name)) expect(status).toBe(404);
        else expect([status, body.errors[0].code]).toEqual([422, 'parameter.encoding']);
      },
    );

    it('are exact: upper case in the base is nowhere', async () => {
      const path = own();
      expect((await send(operation.method, path.replace(base, base.toUpperCase()))).status).toBe(404);
    });

    it('list their methods in Allow, for OPTIONS and with 405', async () => {
      const methods = methodsAt(own());
      const Allow = [...methods].sort().join(', ');
      const options = await ask(operation, world, { method: 'OPTIONS', as: null });
      expect([options.status, options.headers.get('Allow')]).toEqual([204, Allow]);
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY']) {
        if (methods.has(method)) continue;
        const refused = await ask(operation, world, { method });
        expect([refused.status, refused.headers.get('Allow')], method).toEqual([405, Allow]);
        if (method !== 'HEAD') expect(refused.body.code).toBe('method.not_allowed');
        expect((await ask(operation, world, { method, as: null })).status).toBe(401);
      }
    });

    it('heed no header or parameter that names another method', async () => {
      await succeed(operation, world, {
        query: '?_method=BREW',
        headers: { 'X-HTTP-Method-Override': 'BREW', 'X-Method-Override': 'BREW' },
      });
    });

    if (operation.method === 'GET')
      it('answer HEAD as GET without the body', async () => {
        const [got, head] = [await ask(operation, world), await ask(operation, world, { method: 'HEAD' })];
        expect([head.status, head.text]).toEqual([got.status, '']);
        for (const name of ['Content-Type', 'ETag', 'Cache-Control'])
          expect(head.headers.get(name)).toBe(got.headers.get(name));
      });
  });

  describe('headers', () => {
    it.each([
      'text/html',
      'application/jsonp',
      'image/png;q=0.5, text/*',
      'application/json;q=0',
      'text/html, */*;q=0.0',
    ])('refuses Accept: %s with 406', async (Accept) => {
      const { status, body } = await ask(operation, world, { headers: { Accept } });
      expect([status, body.code]).toEqual([406, 'not_acceptable']);
    });

    it.each(['*/*', 'application/*', 'APPLICATION/JSON; charset=utf-8', 'text/html, */*;q=0.1'])(
      'accepts Accept: %s',
      async (Accept) => {
        await succeed(operation, world, { headers: { Accept } });
      },
    );

    it.each(['x', '!', 'order-66', '0'.repeat(128), '{"a":1}'])('keeps the request id %s', async (id) => {
      const reply = await ask(operation, world, { as: null, headers: { 'X-Request-Id': id } });
      expect(reply.headers.get('X-Request-Id')).toBe(id);
    });

    it.each(['', '0'.repeat(129), 'two words', 'tab\there'])('replaces the request id %j', async (id) => {
      const reply = await ask(operation, world, { as: null, headers: { 'X-Request-Id': id } });
      expect(reply.headers.get('X-Request-Id')).toMatch(UUID_V7);
    });

    it('answers no other origin', async () => {
      const reply = await succeed(operation, world, { headers: { Origin: 'https://elsewhere.example' } });
      expect(reply.headers.get('Access-Control-Allow-Origin')).toBeNull();
    });

    it('believes no header about the tenant', async () => {
      const headers = {
        'X-Tenant-Id': (await newTenant()).id,
        'X-Forwarded-Host': 'elsewhere.example',
        Forwarded: 'host=elsewhere.example',
      };
      const [one, other] = [await worldFor(operation, world), await worldFor(operation, world)];
      await ask(operation, await worldFor(operation, world));
      const answers = [await ask(operation, one), await ask(operation, other, { headers })];
      expect(plain(answers[1]!, Object.values(other.values))).toEqual(
        plain(answers[0]!, Object.values(one.values)),
      );
    });
  });

  if (operation.body)
    describe('bodies', () => {
      const text = (from: World) => JSON.stringify(bodyOf(operation, from));

      it('refuses a body without a Content-Type with 415', async () => {
        const response = await fetchWorker(
          new Request(ORIGIN + pathOf(operation, world.values), {
            method: operation.method,
            headers: credentialOf(operation.face, world),
            body: bytes(text(world)),
          }),
        );
        expect([response.status, ((await response.json()) as Reply['body']).code]).toEqual([
          415,
          'media_type.unsupported',
        ]);
      });

      it.each<Record<string, string>>([
        { 'Content-Type': '' },
        { 'Content-Type': 'text/plain' },
        { 'Content-Type': 'application/x-www-form-urlencoded' },
        { 'Content-Type': 'multipart/form-data; boundary=x' },
        { 'Content-Type': 'application/jsonp' },
        { 'Content-Type': 'application/json-seq' },
        { 'Content-Type': 'text/json' },
        { 'Content-Type': 'application/json; charset=iso-8859-1' },
        { 'Content-Type': 'application/json; charset=utf-16' },
        { 'Content-Type': 'application/json; odata=verbose; charset=latin1' },
        ...(operation.method === 'PATCH' ? [] : [{ 'Content-Type': 'application/merge-patch+json' }]),
        { 'Content-Encoding': 'gzip' },
        { 'Content-Encoding': 'br' },
      ])('refuses %j with 415', async (headers) => {
        const { status, body } = await ask(operation, world, { headers });
        expect([status, body.code]).toEqual([415, 'media_type.unsupported']);
      });

      it.each([
        'application/json',
        'Application/JSON',
        'application/json;charset=utf-8',
        'application/json; charset="UTF-8"',
        'application/json; charset=utf8',
        'application/json;',
        'application/json; odata=verbose; charset=utf-8',
        ...(operation.method === 'PATCH' ? ['application/merge-patch+json'] : []),
      ])('takes Content-Type: %s', async (type) => {
        await succeed(operation, world, { headers: { 'Content-Type': type } });
      });

      it.each(['identity', 'Identity'])('takes Content-Encoding: %s', async (encoding) => {
        await succeed(operation, world, { headers: { 'Content-Encoding': encoding } });
      });

      it('takes 256 KiB and refuses one byte more with 413, with and without a Content-Length', async () => {
        for (const [size, tooLarge] of [
          [LIMIT, false],
          [LIMIT + 1, true],
        ] as const) {
          const fresh = await worldFor(operation, world);
          const padded = bytes(text(fresh).padEnd(size));
          const stream = new ReadableStream({
            start(controller) {
              for (let at = 0; at < size; at += 65_536) controller.enqueue(padded.slice(at, at + 65_536));
              controller.close();
            },
          });
          for (const asked of [
            { raw: stream },
            { raw: padded, headers: { 'Content-Length': String(size) } },
          ]) {
            const { status, body } = await ask(operation, fresh, asked);
            if (tooLarge) expect([status, body.code]).toEqual([413, 'body.too_large']);
            else expect(status === 409 || status < 300).toBe(true);
          }
        }
      });

      it('says 413 before it looks for JSON, and 415 before that', async () => {
        const raw = bytes('x'.repeat(LIMIT + 1));
        expect((await ask(operation, world, { raw })).status).toBe(413);
        expect((await ask(operation, world, { raw, headers: { 'Content-Type': 'text/plain' } })).status).toBe(
          415,
        );
      });

      it.each([
        ['an empty body', ''],
        ['white space', ' \n'],
        ['an open brace', '{'],
        ['a trailing comma', '{"x":1,}'],
        ['two documents', '{}{}'],
        ['NaN', '{"x":NaN}'],
        ['a bare word', 'undefined'],
        ['a comment', '{}/**/'],
        ['single quotes', "{'x':1}"],
        ['a raw newline in a string', '{"x":"\n"}'],
      ])('refuses %s with 400', async (_, raw) => {
        const { status, body } = await ask(operation, world, { raw: bytes(raw) });
        expect([status, body.code]).toEqual([400, 'body.malformed_json']);
      });

      it('drops a UTF-8 byte order mark', async () => {
        await succeed(operation, world, (fresh) => ({ raw: bytes(`\ufeff${text(fresh)}`) }));
      });

      it.each([
        ['UTF-16 with a byte order mark', [0xff, 0xfe, 0x7b, 0, 0x7d, 0]],
        ['big-endian UTF-16', [0xfe, 0xff, 0, 0x7b, 0, 0x7d]],
        ['a stray octet', [0x7b, 0x22, 0x78, 0x22, 0x3a, 0x22, 0xe9, 0x22, 0x7d]],
        ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
        ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
      ])('refuses %s with 400', async (_, octets) => {
        const { status, body } = await ask(operation, world, { raw: Uint8Array.from(octets) });
        expect([status, body.code]).toEqual([400, 'body.invalid_encoding']);
      });

      it.each([
        '{"x":1,"x":1}',
        '{"x":{"y":1,"y":2}}',
        '{"x":[{"y":[{"z":1,"\\u007a":2}]}]}',
        '{"name":"a","name":"a"}',
      ])('refuses the duplicate key of %s with 400', async (raw) => {
        const { status, body } = await ask(operation, world, { raw });
        expect([status, body.code]).toEqual([400, 'body.duplicate_key']);
      });

      it.each([
        ['arrays', '['.repeat(5_000) + ']'.repeat(5_000)],
        ['arrays in an unknown field', `{"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
        ['objects', `${'{"x":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
      ])('refuses 5 000 nested %s', async (_, raw) => {
        const { status, body } = await ask(operation, world, { raw });
        expect([status, body.errors]).toEqual([
          422,
          [expect.objectContaining({ pointer: '', code: 'body.too_deep' })],
        ]);
      });

      it.each(['null', '[]', '"x"', '1', 'true', '[{}]'])('refuses the body %s with 422', async (raw) => {
        const { status, body } = await ask(operation, world, { raw });
        expect([status, body.errors]).toEqual([
          422,
          [expect.objectContaining({ pointer: '', code: 'field.type' })],
        ]);
      });

      it('ignores keys that it does not know, and those that only answers have', async () => {
        const unknown = {
          unknown_field: { deep: [1] },
          tenant_id: 'x',
          tenantId: 'x',
          version: 7,
          created_at: 'x',
          createdAt: 'x',
          updated_at: 1,
          key: 'x',
        };
        const reply = await succeed(operation, world, (fresh) => ({
          json: { ...unknown, ...bodyOf(operation, fresh) },
        }));
        expect(reply.text).not.toContain('unknown_field');
      });
    });

  if (operation.method === 'DELETE')
    it('heeds no body', async () => {
      await succeed(operation, world, { raw: '{"name":' });
      await succeed(operation, world, { raw: 'x', headers: { 'Content-Type': 'text/plain' } });
    });

  it('repeats nothing that was sent in a refusal', async () => {
    const replies = [
      await ask(operation, world, {
        path: pathOf(operation, missing(world.values)),
        headers: { 'If-Match': '"SECRET.1"' },
      }),
      await ask(operation, world, { headers: { 'If-Match': 'SECRET', 'If-None-Match': 'SECRET' } }),
      await ask(operation, world, { headers: { Accept: 'text/SECRET' } }),
      await ask(operation, world, { as: bearer('SECRET') }),
      await ask(operation, world, { as: { ...apiKey('SECRET1'), ...bearer('SECRET2') } }),
      await ask(operation, world, { path: `${pathOf(operation, world.values)}/SECRET/SECRET` }),
    ];
    for (const name of operation.query)
      replies.push(await ask(operation, world, { query: `?${name}=SECRET%00` }));
    if (operation.body) {
      replies.push(await ask(operation, world, { headers: { 'Content-Type': 'text/SECRET' } }));
      for (const raw of ['SECRET', '{"SECRET":1,"SECRET":2}', '"SECRET\\ud800"', '"SECRET"'])
        replies.push(await ask(operation, world, { raw }));
      for (const secret of [
        'SECRET\u0000',
        '\ud800SECRET',
        `SECRET${'x'.repeat(2_000)}`,
        ['SECRET'],
        { SECRET: 'SECRET' },
      ]) {
        const reply = await ask(operation, world, { json: everywhere(operation.body, secret) });
        expect([422, 404]).toContain(reply.status);
        replies.push(reply);
      }
    }
    for (const { status, text } of replies) {
      if (status >= 400) expect(text).not.toContain('SECRET');
    }
  });
});

/** Values of the right shape that name nothing. */
const missing = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.keys(values).map((name) => [
      name,
      name.match(/id$/i) ? '019a0000-0000-7000-8000-000000000000' : `SECRET-${name}`,
    ]),
  );

/** An answer without what differs from one call to the next: ids, times, and the values that were asked for. */
function plain({ status, text, headers }: Reply, values: string[]) {
  const blank = (words: string) =>
    values
      .toSorted((a, b) => b.length - a.length)
      .reduce((rest, value) => rest.replaceAll(value, '…'), words)
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
      .replaceAll(/"sequence":\d+/g, 'sequence')
      .replaceAll(/(?<=owner|Owner |Other person of |ACCT-|CONTACT-|S-|dgl_)\w+/g, '#');
  const shown = ['Allow', 'Content-Type', 'WWW-Authenticate', 'Location'].map((name) =>
    blank(headers.get(name) ?? ''),
  );
  return { status, text: blank(text), shown };
}

/** A pattern of the paths of an operation. */
const template = ({ path }: Operation) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);

/** The methods of the path: more than one template may match it. */
function methodsAt(path: string): Set<string> {
  const found = operations.filter((operation) => template(operation).test(path)).map(({ method }) => method);
  return new Set([...found, ...(found.includes('GET') ? ['HEAD'] : []), 'OPTIONS']);
}

/** A body with the same value in every field, at every depth. The names of custom fields are the caller's, and pointers repeat them. */
function everywhere(reference: unknown, value: unknown): unknown {
  const schema = resolved(reference);
  if (schema.items && schema.items.type !== 'string' && !schema.items.enum)
    return [everywhere(schema.items, value)];
  if (schema.example?.collections) return { collections: { field: value } };
  if (!schema.properties) return value;
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => [name, everywhere(property, value)]),
  );
}
