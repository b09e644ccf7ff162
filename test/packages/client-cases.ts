/** What @diglot/client promises, tried against the real Worker: in workerd by client.test.ts, from Node by test/node/client.test.ts. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Agent,
  createDiglot,
  DiglotProblem,
  type Fetch,
  type Options,
} from '../../packages/client/src/index.ts';

export interface World {
  baseUrl: string;
  /** Calls the Worker directly. */
  fetch: Fetch;
  /** Makes a key of a fresh tenant, with this limit. */
  newKey(rateLimit?: { limit: number; windowSeconds: number }): Promise<string>;
}

export function clientCases(world: () => World): void {
  /** A client of a fresh tenant, the requests that it has made, and a way to let the next of them fail. */
  async function newClient(
    options: Partial<Options> & { limit?: { limit: number; windowSeconds: number } } = {},
  ) {
    const { limit, ...rest } = options;
    const { baseUrl, fetch, newKey } = world();
    const requests: Request[] = [];
    const faults: ((request: Request) => Promise<Response>)[] = [];
    const heard: Fetch = (request) => {
      requests.push(request.clone());
      return (faults.shift() ?? fetch)(request);
    };
    const key = await newKey(limit);
    return { ...createDiglot({ baseUrl, key, fetch: heard, ...rest }), requests, faults, fetch };
  }
  const refused =
    (status: number, headers: Record<string, string> = {}) =>
    async () =>
      Response.json(
        { code: 'store.unavailable' },
        { status, headers: { 'Content-Type': 'application/problem+json', ...headers } },
      );
  const away = refused(503, { 'Retry-After': '0' });
  const lost = async () => {
    throw new TypeError('network connection lost');
  };
  /** An answer whose connection breaks within its body. */
  const brokenOff: Fetch = async () => {
    const body = new ReadableStream({
      start: (answer) => answer.enqueue(new TextEncoder().encode('{"na')),
      pull: (answer) => answer.error(new TypeError('network connection lost')),
    });
    return new Response(body, { headers: { 'Content-Type': 'application/json' } });
  };
  const asInBrowser = (answer: Response): Response => {
    const opaque = { status: { value: 0 }, type: { value: 'opaqueredirect' } };
    return Object.defineProperties(answer, { ...opaque, clone: { value: () => new Response() } });
  };
  const caught = (call: Promise<unknown>): Promise<DiglotProblem> =>
    call.then(
      () => expect.unreachable(),
      (error) => {
        expect(error).toBeInstanceOf(DiglotProblem);
        return error;
      },
    );
  const reference = (value: string) => ({ path: { reference: value } });

  describe('calls', () => {
    it('reach both dialects, with their own types', async () => {
      const { ingest, agent } = await newClient();
      const { data: made, response } = await ingest.POST('/contacts/{reference}', {
        params: reference('CONTACT/001'),
        body: {
          account_number: 'ACCT-001',
          first_name: 'John',
          last_name: 'Doe',
          email: 'jdoe@acmecorp.com',
        },
      });
      expect([response.status, made.reference, made.first_name]).toEqual([201, 'CONTACT/001', 'John']);
      const { data: accounts } = await agent.GET('/accounts');
      const path = { accountId: accounts.nodes[0]!.id, contactId: made.id };
      const { data: contact } = await agent.GET('/accounts/{accountId}/contacts/{contactId}', {
        params: { path },
      });
      const shown: Agent['AgentContact'] = contact;
      expect([shown.fullName, shown.email?.address]).toEqual(['John Doe', 'jdoe@acmecorp.com']);
      const { data: foretold } = await agent.PUT('/accounts/{accountId}/contacts/upsert', {
        params: { path, query: { dryRun: true } },
        body: { fullName: 'Jon Doe' },
      });
      expect([foretold.id, foretold.explanation.rule]).toEqual([made.id, 'name']);
      const { data: explained } = await agent.PUT('/accounts/{accountId}/contacts/upsert', {
        params: { path, query: { explain: true } },
        body: { fullName: 'Jon Doe' },
      });
      expect(explained.explanation.outcome).toBe('updated');
      const { data: plain } = await agent.PUT('/accounts/{accountId}/contacts/upsert', {
        params: { path, query: { explain: false } },
        body: { fullName: 'Jon Doe' },
      });
      expectTypeOf<undefined>().toExtend<typeof plain.explanation>();
      expect(plain.explanation).toBeUndefined();
      const { response: gone } = await agent.DELETE('/accounts/{accountId}/contacts/{contactId}', {
        params: { path },
      });
      expect(gone.status).toBe(204);
    });

    it('are typed by the view they ask for', async () => {
      const { ingest } = await newClient();
      const params = reference('CONTACT-001');
      await ingest.PUT('/contacts/{reference}', {
        params,
        body: { account_number: 'ACCT-001', name: 'John Doe', phone: '1' },
      });
      const { data, response } = await ingest.GET('/contacts/{reference}', {
        params: { ...params, query: { view: 'agent' } },
      });
      const name: string = data.fullName;
      expect([name, response.headers.get('X-Diglot-Hidden')]).toEqual(['John Doe', 'phone']);
    });

    it('answer what the documents name, with the fields that are always null', async () => {
      const { agent } = await newClient();
      const { data: made } = await agent.POST('/accounts', { body: { fullName: 'Acme' } });
      const { data: listed } = await agent.GET('/accounts');
      const accounts: Agent['AgentAccount'][] = [made, ...listed.nodes];
      for await (const account of agent.each('/accounts')) accounts.push(account);
      expect(accounts.map(({ readOnlyReason }) => readOnlyReason)).toEqual([null, null, null]);
      const { data: text } = await agent.GET('/accounts', { parseAs: 'text' });
      expectTypeOf(text).toEqualTypeOf<string>();
      expect(JSON.parse(text)).toEqual(listed);
    });

    it('take a base URL with a slash at its end, and headers of their own', async () => {
      const { baseUrl } = world();
      const { ingest, requests } = await newClient({ baseUrl: `${baseUrl}/` });
      const params = reference('CONTACT-001');
      const { response } = await ingest.PUT('/contacts/{reference}', { params, body: { name: 'John Doe' } });
      const tag = response.headers.get('ETag')!;
      const again = await ingest.GET('/contacts/{reference}', { params, headers: { 'If-None-Match': tag } });
      expect([again.response.status, again.data]).toEqual([304, undefined]);
      expect(requests.map(({ url }) => url)).toEqual(
        Array(2).fill(`${baseUrl}/api/v1/ingest/contacts/CONTACT-001`),
      );
    });

    it('have no data where nothing has changed, and the type says so', async () => {
      const { ingest } = await newClient();
      const params = reference('CONTACT-001');
      const { response } = await ingest.PUT('/contacts/{reference}', { params, body: { name: 'John Doe' } });
      const header = { 'If-None-Match': response.headers.get('ETag')! };
      const { data } = await ingest.GET('/contacts/{reference}', { params: { ...params, header } });
      expectTypeOf<undefined>().toExtend<typeof data>();
      expect(data).toBeUndefined();
    });
  });

  describe('problems', () => {
    it('are thrown, with code, status, request id and the text for people', async () => {
      const { ingest } = await newClient();
      const problem = await caught(ingest.GET('/contacts/{reference}', { params: reference('NOBODY') }));
      expect(problem).toMatchObject({
        name: 'DiglotProblem',
        message: 'There is no such contact.',
        title: 'Contact not found',
        status: 404,
        code: 'contact.not_found',
        errors: [],
      });
      expect(problem.requestId).toBe(problem.response.headers.get('X-Request-Id'));
    });

    it('name every fault of the input', async () => {
      const { ingest, requests } = await newClient();
      const body = { email: 'no address', country: 'Atlantis', phone: '1' };
      const problem = await caught(ingest.PUT('/contacts/{reference}', { params: reference('C'), body }));
      expect([problem.status, problem.code]).toEqual([422, 'validation.failed']);
      expect(problem.errors.map(({ pointer, code }) => [pointer, code])).toEqual([
        ['/email', 'email.invalid'],
        ['/country', 'country.unknown'],
      ]);
      expect(requests).toHaveLength(1);
    });

    it.each([
      ['what a proxy says', 'text/html', '<h1>Oops</h1>'],
      ['what was cut short', 'application/problem+json', '{"code":"store.un'],
      ['a problem that says nothing', 'application/problem+json', 'null'],
    ])('are also %s', async (_, type, body) => {
      const { ingest, faults } = await newClient({ retries: 0 });
      const init = { headers: { 'Content-Type': type }, status: 502, statusText: 'Bad Gateway' };
      faults.push(async () => new Response(body, init));
      const problem = await caught(ingest.GET('/contacts'));
      expect(problem).toMatchObject({
        status: 502,
        code: 'unknown',
        message: '502 Bad Gateway',
        requestId: null,
      });
    });

    it.each([
      ['a page', '<h1>Welcome</h1>', { 'Content-Type': 'text/html' }],
      ['nothing at all', '', { 'Content-Length': '0' }],
    ])('are %s where a write says that it is done: somebody else has answered', async (_, body, headers) => {
      const { ingest, faults, requests } = await newClient();
      faults.push(async () => new Response(body, { headers }));
      const problem = await caught(
        ingest.PUT('/contacts/{reference}', { params: reference('C'), body: { name: 'John Doe' } }),
      );
      expect(problem).toMatchObject({
        status: 200,
        code: 'unknown',
        message: 'This is no answer of diglot. Is the baseUrl right?',
      });
      expect(requests).toHaveLength(1);
    });

    it('are redirects, which are not followed: a POST would arrive as a GET, and the key at somebody else', async () => {
      const { ingest, faults, requests } = await newClient();
      const Location = 'https://elsewhere.example/api/v1/ingest/contacts/C';
      for (const [status, message] of [
        [301, `This leads to ${Location}, and is not followed. Is the baseUrl right?`],
        [0, 'This leads elsewhere, and is not followed. Is the baseUrl right?'], // all that a browser says
      ] as const) {
        const answer = new Response(null, { status: 301, headers: status ? { Location } : {} });
        faults.push(async () => (status ? answer : asInBrowser(answer)));
        const body = { name: 'John Doe' };
        const problem = await caught(ingest.POST('/contacts/{reference}', { params: reference('C'), body }));
        expect(problem).toMatchObject({ status, code: 'unknown', message });
      }
      expect(requests.map(({ redirect }) => redirect)).toEqual(['manual', 'manual']);
    });
  });

  describe('lists', () => {
    async function withPeople(count: number) {
      const client = await newClient();
      const { data: account } = await client.agent.POST('/accounts', {
        body: {
          fullName: 'Acme Corporation',
          contacts: Array.from({ length: count }, (_, index) => ({
            fullName: `Person ${index}`,
            language: 'en',
          })),
        },
      });
      client.requests.length = 0;
      return { ...client, path: { accountId: account.id } };
    }

    it('are walked to their end in both dialects, page after page', async () => {
      const { ingest, agent, requests, path } = await withPeople(25);
      const names: string[] = [];
      for await (const contact of agent.each('/accounts/{accountId}/contacts', {
        params: { path, query: { first: 10 } },
      }))
        names.push(contact.fullName);
      expect([new Set(names).size, requests.length]).toEqual([25, 3]);
      const references: string[] = [];
      for await (const contact of ingest.each('/contacts', { params: { query: { first: 10 } } }))
        references.push(contact.reference);
      expect([new Set(references).size, requests.length]).toEqual([25, 6]);
    });

    it('ask for as few pages as can be', async () => {
      const { ingest, requests } = await withPeople(25);
      let count = 0;
      for await (const _ of ingest.each('/contacts')) count += 1;
      expect([count, requests.length]).toEqual([25, 1]);
      for await (const _ of ingest.each('/contacts', { params: { query: { first: 10 } } })) break;
      expect(requests).toHaveLength(2);
      for await (const _ of ingest.each('/contacts', { params: { query: { email: 'nobody@example.com' } } }))
        count += 1;
      expect([count, requests.length]).toEqual([25, 3]);
    });

    it('end with the signal that they were given', async () => {
      const { ingest, requests } = await withPeople(3);
      const controller = new AbortController();
      const list = ingest.each('/contacts', {
        signal: controller.signal,
        params: { query: { first: 2 } },
      });
      await list.next();
      await list.next();
      controller.abort(new Error('changed my mind'));
      await expect(list.next()).rejects.toThrow('changed my mind');
      expect(requests.length).toBeLessThan(3);
    });
  });

  describe('retries', () => {
    const body = { name: 'John Doe' };

    it('do a write once, though its answer is lost', async () => {
      const { ingest, faults, fetch, requests } = await newClient();
      faults.push(async (request) => {
        await fetch(request);
        return lost();
      });
      const { data, response } = await ingest.POST('/contacts/{reference}', { params: reference('C'), body });
      expect([response.status, response.headers.get('Idempotent-Replayed'), data.name]).toEqual([
        201,
        'true',
        'John Doe',
      ]);
      const [first, second] = requests.map(({ headers }) => headers.get('Idempotency-Key'));
      expect(first).toMatch(/^[0-9a-f]{32}$/);
      expect(second).toBe(first);
      await ingest.PUT('/contacts/{reference}', { params: reference('C'), body });
      expect(requests[2]!.headers.get('Idempotency-Key')).not.toBe(first);
      await ingest.GET('/contacts/{reference}', { params: reference('C') });
      expect(requests[3]!.headers.has('Idempotency-Key')).toBe(false);
    });

    it('keep a key that was given', async () => {
      const { ingest, requests } = await newClient();
      const params = { ...reference('C'), header: { 'Idempotency-Key': 'mine' } };
      await ingest.PUT('/contacts/{reference}', { params, body });
      expect(requests[0]!.headers.get('Idempotency-Key')).toBe('mine');
    });

    it.each([
      ['a service that is away', away],
      ['a limit', refused(429, { 'Retry-After': '0' })],
      ['a moment that has passed', refused(503, { 'Retry-After': 'Sat, 31 Jan 2026 12:00:00 GMT' })],
      ['no word of when', refused(503)],
      ['a gateway that got no good answer', refused(502)],
      ['a gateway that got no answer in time', refused(504)],
      ['a broken line', lost],
      ['an answer that breaks off', brokenOff],
    ])('go on after %s', async (_, fault) => {
      const { ingest, faults, requests } = await newClient();
      faults.push(fault);
      const { data } = await ingest.PUT('/contacts/{reference}', { params: reference('C'), body });
      expect([data.name, requests.length]).toEqual(['John Doe', 2]);
      expect(await requests[1]!.text()).toBe(JSON.stringify(body));
    });

    it('wait as long as the service asks, when its limit is used up', async () => {
      const { ingest, requests } = await newClient({ limit: { limit: 2, windowSeconds: 1 } });
      const started = Date.now();
      for (const name of ['1', '2', '3'])
        await ingest.PUT('/contacts/{reference}', { params: reference(name), body });
      expect(requests.length).toBeGreaterThan(3);
      expect(Date.now() - started).toBeGreaterThan(900);
    });

    it('of many calls at once stand in line, so that each gets through', async () => {
      const { agent, ingest } = await newClient({ limit: { limit: 5, windowSeconds: 1 } });
      const calls = Array.from({ length: 13 }, () => [
        ingest.GET('/contacts'),
        agent.GET('/accounts'),
      ]).flat();
      for (const { response } of await Promise.all(calls)) expect(response.status).toBe(200);
    });

    it('in line do not wait again for what was asked of them before they stood there', async () => {
      const { ingest, faults, requests } = await newClient();
      faults.push(refused(429, { 'Retry-After': '0' }), refused(429, { 'Retry-After': '30' }));
      const started = Date.now();
      await Promise.all([ingest.GET('/contacts'), ingest.GET('/contacts')]);
      expect(requests).toHaveLength(4);
      expect(Date.now() - started).toBeLessThan(20_000);
    });

    it('in line go on behind one that gives up, and behind one that is called off', async () => {
      const { ingest, faults, requests } = await newClient({ longestWait: 5 });
      const controller = new AbortController();
      const over = (seconds: number) => refused(429, { 'Retry-After': String(seconds) });
      faults.push(over(1), over(0), over(0), over(6));
      const first = ingest.GET('/contacts');
      const second = ingest.GET('/contacts', { signal: controller.signal });
      const third = ingest.GET('/contacts');
      setTimeout(() => controller.abort(new Error('changed my mind')), 50);
      await expect(second).rejects.toThrow('changed my mind');
      expect(requests).toHaveLength(3);
      expect((await caught(first)).status).toBe(429);
      expect((await third).response.status).toBe(200);
      expect(requests).toHaveLength(5);
    });

    it('end: three, or as many as were agreed', async () => {
      for (const [options, calls] of [
        [{}, 4],
        [{ retries: 1 }, 2],
        [{ retries: 0 }, 1],
      ] as const) {
        const { ingest, faults, requests } = await newClient(options);
        faults.push(...Array(9).fill(away));
        expect((await caught(ingest.GET('/contacts'))).status).toBe(503);
        expect(requests).toHaveLength(calls);
      }
      const { ingest, faults, requests } = await newClient({ retries: 1 });
      faults.push(lost, brokenOff);
      await expect(ingest.GET('/contacts')).rejects.toThrow('network connection lost');
      expect(requests).toHaveLength(2);
    });

    it('are not made where the wait would be too long, or nothing would be different', async () => {
      const { ingest: hurried, faults: passing } = await newClient({ longestWait: 0 });
      passing.push(away); // after 0 seconds
      expect((await hurried.GET('/contacts')).response.status).toBe(200);
      const { ingest, faults, requests } = await newClient({ longestWait: 5 });
      faults.push(refused(429, { 'Retry-After': '6' }));
      expect((await caught(ingest.GET('/contacts'))).status).toBe(429);
      for (const status of [400, 401, 404, 409, 422, 500]) {
        faults.push(refused(status, { 'Retry-After': '0' }));
        expect((await caught(ingest.GET('/contacts'))).status).toBe(status);
      }
      expect(requests).toHaveLength(7);
    });

    it('are all made where nobody says when, and wait no longer than the longest wait', async () => {
      for (const fault of [refused(503), lost]) {
        const { ingest, faults, requests } = await newClient({ retries: 4, longestWait: 0.05 });
        faults.push(...Array(4).fill(fault));
        const started = Date.now();
        await ingest.GET('/contacts');
        expect(requests).toHaveLength(5);
        expect(Date.now() - started).toBeLessThan(1_000);
      }
    });

    it.each(['1.5', '5, 5'])('take a Retry-After of %s, which says nothing, for none', async (header) => {
      const { ingest, faults } = await newClient({ retries: 2 });
      faults.push(...Array(2).fill(refused(503, { 'Retry-After': header })));
      const started = Date.now();
      await ingest.GET('/contacts');
      expect(Date.now() - started).toBeGreaterThan(740);
    });

    it('wait for a far moment, where any wait will do', async () => {
      const { ingest, faults, requests } = await newClient({ longestWait: Infinity });
      faults.push(refused(503, { 'Retry-After': '99999999' })); // longer than a timer can be set to
      const signal = AbortSignal.timeout(300);
      await expect(ingest.GET('/contacts', { signal })).rejects.toThrow();
      expect(requests).toHaveLength(1);
    });

    it('are not made of what is called off while it is asked', async () => {
      const { ingest, faults, requests } = await newClient();
      const controller = new AbortController();
      faults.push(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      );
      const call = ingest.GET('/contacts', { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('changed my mind')), 50);
      await expect(call).rejects.toThrow('changed my mind');
      expect(requests).toHaveLength(1);
    });

    it('stop when they are called off', async () => {
      const { ingest, faults, requests } = await newClient();
      const controller = new AbortController();
      faults.push(refused(503, { 'Retry-After': '50' }));
      const call = ingest.GET('/contacts', { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('changed my mind')), 50);
      await expect(call).rejects.toThrow('changed my mind');
      expect(requests).toHaveLength(1);
    });
  });
}
