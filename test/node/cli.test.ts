/** `npm run diglot --` as an operator uses it, against a service that gives the answers of the test. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const CLI = join(import.meta.dirname, '../../scripts/cli.ts');
const acme = {
  id: '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01',
  name: 'acme',
  defaultLanguage: 'en',
  createdAt: '2026-01-01T00:00:00.000Z',
};
const removing = { code: 'tenant.removing', detail: 'A part of it is removed.', requestId: '1' };

const AT_A_TERMINAL = ['--import', 'data:text/javascript,process.stdin.isTTY=process.stderr.isTTY=true'];

type Answer = [status: number, body?: object | string, headers?: Record<string, string>];

/**
 * Runs the command against a service with one tenant, whose DELETE gives these answers one after another, and from then on the last. Text is sent as it
 * is. Keys are typed.
 */
async function diglot(words: string[], answers: Answer[] = [], keys?: string) {
  const asked: string[] = [];
  const tokens: (string | undefined)[] = [];
  const attempts: unknown[] = [];
  const server = createServer(({ method, url, headers: given, socket }, response) => {
    tokens.push(given.authorization);
    attempts.push(given['idempotency-key']);
    asked.push(`${method} ${url?.split('?')[0]}`);
    const next = () => (answers.length > 1 ? answers.shift()! : answers[0]!);
    const [status, body, headers]: Answer =
      method === 'DELETE' ? next() : [200, { items: [acme], next: null }];
    const ours = { 'Content-Type': 'application/json', 'X-Request-Id': '9' };
    response.writeHead(status, headers ?? ours);
    if (headers?.['Content-Length']) response.write(body, () => socket.destroy());
    else response.end(typeof body === 'object' ? JSON.stringify(body) : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const result = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [...(keys ? AT_A_TERMINAL : []), CLI, '--url', url, '--admin-token', 'x', ...words],
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin!.end(keys);
  });
  server.close();
  return { ...result, asked, tokens, attempts };
}

it('removes no tenant where nobody is there to be asked', async () => {
  const { code, stderr, asked } = await diglot(['tenants', 'delete', 'acme']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Add --yes to confirm')]);
  expect(asked).toEqual(['GET /admin/v1/tenants']);
});

it.each([
  ['tenants delete acme', 'no\r'],
  ['tenants delete acme', '\x03'],
  ['tenants delete acme', '\x04'],
  ['hooks set acme ses', '\x03'],
])('changes nothing when the answer to %s is %j, and says so', async (words, keys) => {
  const { code, stderr, asked } = await diglot(words.split(' '), [], keys);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/\nNothing was changed\.\n$/)]);
  expect(asked).toEqual(['GET /admin/v1/tenants']);
});

it('shows no secret that is typed', async () => {
  const { code, stdout, stderr } = await diglot(['hooks', 'set', 'acme', 'ses'], [], 'hunter2\r');
  expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining('hunter2')]);
});

it('removes a tenant with --yes, and goes on until a large book is gone', async () => {
  const { code, stdout, stderr, asked } = await diglot(
    ['tenants', 'delete', 'acme', '--yes'],
    [[503, removing], [503, removing], [204]],
  );
  expect([code, stdout]).toEqual([0, 'Deleted tenant acme.\n']);
  expect(stderr.match(/deleting the rest/g)).toHaveLength(2);
  expect(asked.filter((line) => line === `DELETE /admin/v1/tenants/${acme.id}`)).toHaveLength(3);
});

it('says what the service says when it refuses', async () => {
  const refusal = { code: 'store.unavailable', detail: 'The store did not answer.', requestId: '7' };
  const { code, stderr } = await diglot(['tenants', 'delete', 'acme', '--yes'], [[503, refusal]]);
  expect([code, stderr]).toEqual([1, 'The store did not answer.\n(503 store.unavailable, request 7)\n']);
});

it.each<[string, string, ...Answer]>([
  [
    'the store was away',
    'The store did not answer.',
    503,
    { code: 'store.unavailable', detail: 'The store did not answer.' },
  ],
  ['a proxy got no answer', 'answered 502, but not as diglot does', 502, '<h1>Bad gateway</h1>'],
  ['the answer was lost', 'It may have been done all the same', 200, '{', { 'Content-Length': '99' }],
])('asks again under the same Idempotency-Key where %s, a few times', async (_, reason, ...fault) => {
  const words = ['dead-letters', 'drop', 'a', '--yes'];
  const soon = await diglot(words, [fault, [204]]);
  expect([soon.code, soon.stdout, soon.stderr]).toEqual([0, 'Deleted: 1\n', '']);
  expect(soon.attempts).toEqual(Array(2).fill(expect.stringMatching(/^[-0-9a-f]{36}$/)));
  expect(new Set(soon.attempts).size).toBe(1);
  const started = Date.now();
  const never = await diglot(words, [fault]);
  expect(Date.now() - started).toBeGreaterThan(3_000);
  expect([never.code, never.stdout, never.stderr]).toEqual([1, '', expect.stringContaining(reason)]);
  expect([never.attempts.length, new Set(never.attempts).size]).toEqual([4, 1]);
});

it('asks once where patience does not help, and never repeats another command’s key', async () => {
  const outdated = { code: 'store.outdated', detail: 'A migration is missing.', requestId: '7' };
  const { asked } = await diglot(['dead-letters', 'drop', 'a', '--yes'], [[503, outdated]]);
  expect(asked).toHaveLength(1);
  const { attempts } = await diglot(['dead-letters', 'drop', 'a', 'b', '--yes'], [[204]]);
  expect([attempts.length, new Set(attempts).size]).toEqual([2, 2]);
  expect((await diglot(['tenants', 'list'])).attempts).toEqual([undefined]);
});

it('does not wait for ever, nor ask again what is still being done', async () => {
  const server = createServer(() => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hasty =
    'data:text/javascript,const { timeout } = AbortSignal; AbortSignal.timeout = (ms) => timeout(ms / 100);';
  const said = (words: string[]) =>
    new Promise<string>((resolve) => {
      const args = ['--import', hasty, CLI, '--url', url, '--admin-token', 'x', ...words];
      execFile(process.execPath, args, (_, __, stderr) => resolve(stderr));
    });
  const started = Date.now();
  expect(await said(['tenants', 'create', 'acme'])).toMatch(
    /^Nothing answers at \S+ \(.*timeout\)\.\nIt may have been done all the same/,
  );
  expect(await said(['tenants', 'list'])).toMatch(/timeout\)\.\nStart it with npm start/);
  expect(Date.now() - started).toBeLessThan(15_000);
  server.closeAllConnections();
  server.close();
});

it('lists what stands on further pages, and says of a wrong token only whose it should be', async () => {
  const pages = new Map([
    ['/admin/v1/tenants?first=100', { items: [acme], next: 'a+b=' }],
    ['/admin/v1/tenants?first=100&after=a%2Bb%3D', { items: [{ ...acme, name: 'second' }], next: null }],
  ]);
  const unauthorized = { code: 'auth.unauthorized', detail: 'Send the ADMIN_TOKEN of this service.' };
  const server = createServer(({ url, headers: { authorization } }, response) => {
    const page = authorization === 'Bearer x' && pages.get(url!);
    response.writeHead(page ? 200 : 401, { 'X-Request-Id': '9' });
    response.end(JSON.stringify(page || unauthorized));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const listed = await diglot(['tenants', 'list', '--url', url]);
  const refused = await diglot(['tenants', 'list', '--url', url, '--admin-token', 'y']);
  server.close();
  expect(listed.stdout).toMatch(/\n\S+ +acme .*\n\S+ +second .*\n$/);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/^That is not its admin token: .*\n$/),
  ]);
});

it('says that a write may have been done where the service broke off, and then was gone', async () => {
  const server = createServer(({ method }, response) => {
    if (method === 'GET')
      return response.writeHead(200, { 'X-Request-Id': '9' }).end(`{"items":[],"next":null}`);
    server.close();
    server.closeAllConnections();
    return response;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stderr } = await diglot(['tenants', 'create', 'acme', '--url', url]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/ECONNREFUSED.*\nIt may have been done all the same/),
  ]);
});

it('says at once that nothing is there', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const started = Date.now();
  const { code, stderr } = await diglot(['tenants', 'create', 'acme', '--url', url]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/ECONNREFUSED.*\nStart it with npm start/)]);
  expect(Date.now() - started).toBeLessThan(3_000);
});

it('says at which dead letter it stopped', async () => {
  const missing = { code: 'dead_letter.not_found', detail: 'There is no such dead letter.', requestId: '8' };
  const words = ['dead-letters', 'drop', 'a', 'b', 'c', '--yes'];
  const { code, stderr, asked } = await diglot(words, [[204], [404, missing]]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Stopped at b. Done before it: 1 of 3.')]);
  expect(asked).toHaveLength(2);
});

it.each<[string, string, ...Answer]>([
  ['the page of a proxy', 'answered 200, but not as diglot does', 200, '<h1>Welcome</h1>'],
  ['no content where that is not an answer', 'answered 200, but not as diglot does', 200],
  ['the JSON of another service', 'answered 200, but not as diglot does', 200, { hello: 'you' }, {}],
  [
    'a redirect',
    'answered 301 (leads to https://a.example/), but',
    301,
    '',
    { Location: 'https://a.example/' },
  ],
  ['half an answer', 'Nothing answers at http://127', 200, '{', { 'Content-Length': '99' }],
])('takes %s for no success, and says so', async (_, reason, ...answer) => {
  const { code, stdout, stderr, asked } = await diglot(['dead-letters', 'drop', acme.id, '--yes'], [answer]);
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(reason)]);
  expect(new Set(asked).size).toBe(1);
});

it.each([
  ['--url', 'localhost:8787', 'localhost:8787 is no URL such as https://'],
  ['--url', 'http://', 'http: is no URL such as https://'],
  ['--url', 'http://localhost:99999', 'http://localhost:99999 is no URL such as https://'],
  ['--url', 'https://ann:hunter2@a.example', '--url takes no user, no password'],
  ['--url', 'https://a.example?b=1', '--url takes no user, no password and no query'],
  ['--url', 'http://a.example', 'http://a.example would carry the admin token in clear text'],
  ['--admin-token', 'a…', 'That cannot be an admin token'],
])('says what is wrong with a %s that cannot be right, and asks nobody', async (option, text, reason) => {
  const { code, stderr, asked } = await diglot(['tenants', 'list', option, text]);
  expect([code, stderr, asked]).toEqual([1, expect.stringContaining(reason), []]);
  expect(stderr).not.toContain('hunter2');
});

it.each(['x\n', '\nx', ' x\r\n'])('takes the token %j without what stands around it', async (token) => {
  const { code, stdout, tokens } = await diglot(['tenants', 'list', '--admin-token', token]);
  expect([code, stdout]).toEqual([0, expect.stringContaining(acme.id)]);
  expect(tokens).toEqual(['Bearer x']);
});
