/** "OpenAPI 3.1 from the schemas: one for all, one for each dialect, public." Whether they are valid is checked by `npm run check`. */
import { describe, expect, it } from 'vitest';
import { dialects } from '../src/dialects/index.ts';
import { everything } from '../src/faces.ts';
import { send } from './client.ts';

const bases = dialects.map(({ base }) => base);
const whole = (await send('GET', '/openapi.json')).body;

/** All references within a part of a document. */
const references = (part: unknown): string[] =>
  typeof part !== 'object' || part === null
    ? []
    : Object.entries(part).flatMap(([name, value]) => (name === '$ref' ? [value] : references(value)));

describe.each(['', ...bases])('%s/openapi.json', (base) => {
  it('is an OpenAPI 3.1 document in which every reference leads somewhere', async () => {
    const { status, body, headers } = await send('GET', `${base}/openapi.json`);
    expect([status, body.openapi]).toEqual([200, expect.stringMatching(/^3\.1\.\d$/)]);
    expect(headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(references(body).length).toBeGreaterThan(20);
    for (const reference of new Set(references(body))) {
      const [, ...path] = reference.split('/');
      expect(
        path.reduce((place, name) => place?.[name], body),
        reference,
      ).toBeDefined();
    }
  });
});

it.each(bases)('%s/openapi.json lists the operations of this dialect as the whole does', async (base) => {
  const { body } = await send('GET', `${base}/openapi.json`);
  const own = Object.entries(whole.paths).filter(([path]) => path.startsWith(`${base}/`));
  expect(own.length).toBeGreaterThan(0);
  expect(body.paths).toEqual(Object.fromEntries(own));
});

it('lists every operation that is served, once', () => {
  const served = everything.flatMap(({ base, operations }) =>
    operations.map(({ method, path, operationId }) => `${method} ${base}${path} ${operationId}`),
  );
  const listed = Object.entries<Record<string, { operationId: string }>>(whole.paths).flatMap(
    ([path, item]) =>
      Object.entries(item).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
  );
  expect(listed.sort()).toEqual(served.sort());
  expect(new Set(listed.map((line) => line.split(' ')[2])).size).toBe(listed.length);
  expect(served.length).toBeGreaterThan(30);
});
