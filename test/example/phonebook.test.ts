/** The worked example of CONTRIBUTING.md: a third dialect, mounted as any other, on the book that the other two write. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import contributing from '../../CONTRIBUTING.md?raw';
import { newApp } from '../../src/platform/app.ts';
import { mount } from '../../src/platform/dialect.ts';
import { documentOf } from '../../src/platform/openapi/index.ts';
import { newTenant, ORIGIN } from '../client.ts';
import { documentedBy } from '../documented.ts';
import answersText from './phonebook/answers.ts?raw';
import dialectText from './phonebook/dialect.ts?raw';
import { phonebook } from './phonebook/index.ts';
import indexText from './phonebook/index.ts?raw';
import mappingText from './phonebook/mapping.ts?raw';
import schemasText from './phonebook/schemas.ts?raw';

const app = newApp();
mount(app, phonebook);

const document = JSON.parse(JSON.stringify(await documentOf({ title: 'test', faces: [phonebook] }, [])));
const requireDocumented = documentedBy(document);

async function call(key: string, method: string, path: string, json?: unknown) {
  const context = createExecutionContext();
  const request = new Request(`${ORIGIN}/api/phonebook/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const answer = await app.fetch(request, env, context);
  await waitOnExecutionContext(context);
  await requireDocumented(request, answer);
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of a body, it asserts
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
}

describe('the example of CONTRIBUTING.md', () => {
  it('reads and writes what the other dialects do', async () => {
    const { key, ingest } = await newTenant();
    await ingest('PUT', '/contacts/doe-john', {
      first_name: 'John',
      last_name: 'Doe',
      email: 'jdoe@acmecorp.com',
    });
    const found = await call(key, 'GET', '/entries/doe-john');
    expect(found.body).toEqual({ key: 'doe-john', called: 'John Doe', dial: null });
    const changed = await call(key, 'PATCH', '/entries/doe-john', {
      called: 'Jack Doe',
      dial: '404-555-0100',
    });
    expect([changed.status, changed.body]).toEqual([
      200,
      { key: 'doe-john', called: 'Jack Doe', dial: '404-555-0100' },
    ]);
    const { body } = await ingest('GET', '/contacts/doe-john');
    expect(body).toMatchObject({ name: 'Jack Doe', phone: '404-555-0100', email: 'jdoe@acmecorp.com' });
  });

  it('has what every dialect has: keys, faults, 404, 405, ETags and a document', async () => {
    const { key, ingest } = await newTenant();
    await ingest('PUT', '/contacts/doe-john', { name: 'John Doe' });
    expect((await call('dgl_nobody', 'GET', '/entries/doe-john')).body.code).toBe('auth.unauthorized');
    expect((await call(key, 'GET', '/entries/nobody')).body.code).toBe('contact.not_found');
    expect((await call(key, 'POST', '/entries/doe-john', {})).headers.get('Allow')).toBe(
      'GET, HEAD, OPTIONS, PATCH',
    );
    const { body } = await call(key, 'PATCH', '/entries/doe-john', { called: ' ', dial: 5 });
    expect(body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])).toEqual([
      ['/called', 'field.required'],
      ['/dial', 'field.type'],
    ]);
    expect((await call(key, 'GET', '/entries/doe-john')).headers.get('ETag')).toMatch(/^"[^"]+"$/);
    expect(Object.keys(document.paths)).toEqual(['/api/phonebook/v1/entries/{key}']);
  });

  it.each([
    ['dialect.ts', dialectText],
    ['schemas.ts', schemasText],
    ['answers.ts', answersText],
    ['mapping.ts', mappingText],
    ['index.ts', indexText],
  ])('is quoted as it is: %s', (_name, text) => {
    expect(contributing).toContain(text.replaceAll('../../../src/', '../../'));
  });
});
