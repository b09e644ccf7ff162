/** Parameters of a path, in a face of their own: which of them are ids is told by their kind, not by their name. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ok } from '../../src/platform/answer.ts';
import { newApp } from '../../src/platform/app.ts';
import { described, ID } from '../../src/platform/described.ts';
import { defineDialect, mount } from '../../src/platform/dialect.ts';
import { identifierParameter } from '../../src/platform/fields.ts';
import { documentOf } from '../../src/platform/openapi/index.ts';
import { idParameter } from '../../src/platform/parameters.ts';
import { plainWording } from '../../src/platform/problem.ts';
import { newMeter } from '../../src/storage/database.ts';
import { ORIGIN } from '../client.ts';

const own = { description: 'A key of the caller’s own.', example: 'C-1' };
const ours = { description: 'An id of ours.', example: ID };
const name = described(z.string(), { description: 'What was asked for.', example: 'C-1' });

const shelf = defineDialect({
  base: '/api/shelf/v1',
  wording: plainWording,
  answers: async () => ({ book: z.object({ name }) }),
  documentation: { title: 'shelf', tag: 'Shelf', description: 'A face of this test.', security: [] },
  open: async () => ({ db: env.DB, meter: newMeter(), scope: 'shelf', attempt: null }),
});
for (const [path, params] of [
  ['/own/{customerId}', z.object({ customerId: identifierParameter(own) })],
  ['/ours/{book}', z.object({ book: idParameter(ours) })],
] as const) {
  shelf.serve(
    {
      method: 'get',
      path,
      operationId: `shelf.get${path.length}`,
      summary: 'Get a book',
      public: true,
      params,
      answers: { 200: { description: 'The book.', schema: 'book' } },
    },
    async ({ params }) => ok({ name: Object.values<string>(params)[0]! }),
  );
}
const app = newApp();
mount(app, shelf);

const get = async (path: string) => {
  const request = new Request(`${ORIGIN}/api/shelf/v1${path}`);
  const answer = await app.fetch(request, env, createExecutionContext());
  return { status: answer.status, body: await answer.json<{ name?: string; errors?: { code: string }[] }>() };
};

it('that are the caller’s own and not UTF-8 are refused, and never read as another key', async () => {
  const { status, body } = await get('/own/%FF');
  expect([status, body.errors?.[0]?.code]).toEqual([422, 'parameter.encoding']);
  expect(await get('/own/%C3%A9')).toEqual({ status: 200, body: { name: 'é' } });
});

it('that are our ids and malformed name nothing', async () => {
  for (const id of ['%FF', 'nonsense'])
    expect(await get(`/ours/${id}`)).toEqual({ status: 200, body: { name: '' } });
});

it('are documented with the refusal that they can meet', async () => {
  const { paths } = await documentOf({ title: 'test', faces: [shelf] }, []);
  const statuses = Object.entries<Record<string, { responses: object }>>(paths).map(([path, { get }]) => [
    path,
    '422' in get!.responses,
  ]);
  expect(statuses).toEqual([
    ['/api/shelf/v1/own/{customerId}', true],
    ['/api/shelf/v1/ours/{book}', false],
  ]);
});
