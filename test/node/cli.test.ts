/** `npm run diglot --` as an operator uses it, against a service that gives the answers of the test. */
import { execFile } from 'node:child_process';
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

/** Runs the command against a service with one tenant, whose DELETE gives these answers one after another. */
async function diglot(words: string[], answers: [status: number, body?: object][] = []) {
  const asked: string[] = [];
  const server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url?.split('?')[0]}`);
    const [status, body] = method === 'DELETE' ? answers.shift()! : [200, { items: [acme], next: null }];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body && JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const result = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [CLI, '--url', url, '--admin-token', 'x', ...words],
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin!.end();
  });
  server.close();
  return { ...result, asked };
}

it('removes no tenant where nobody is there to be asked', async () => {
  const { code, stderr, asked } = await diglot(['tenants', 'delete', 'acme']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Add --yes to confirm')]);
  expect(asked).toEqual(['GET /admin/v1/tenants']);
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

it.each([
  ['--url', 'localhost:8787', 'localhost:8787 is no URL such as https://'],
  ['--url', 'http://', 'http: is no URL such as https://'],
  ['--admin-token', 'a…', 'That cannot be an admin token'],
])('says what is wrong with a %s that cannot be right, and asks nobody', async (option, text, reason) => {
  const { code, stderr, asked } = await diglot(['tenants', 'list', option, text]);
  expect([code, stderr, asked]).toEqual([1, expect.stringContaining(reason), []]);
});
