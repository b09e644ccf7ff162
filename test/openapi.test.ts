/** The OpenAPI documents as they are served: every example in them is valid, complete, and what the service really answers. */
import { createMessageBatch } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type Schema, Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import examples from '../scripts/openapi/examples.json';
import { record } from '../scripts/openapi/record.ts';
import { dialects } from '../src/dialects/index.ts';
import { everything, faces } from '../src/faces.ts';
import worker from '../src/index.ts';
import type { Example } from '../src/platform/openapi/examples.ts';
import { documentOf } from '../src/platform/openapi/index.ts';
import { fetchWorker, ORIGIN, send } from './client.ts';
import { faces as known } from './faces.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document, as JSON
type Json = any;

const paths = ['', ...dialects.map(({ base }) => base)].map((base) => `${base}/openapi.json`);
const documents: [string, Json][] = await Promise.all(
  paths.map(async (path): Promise<[string, Json]> => [path, (await send('GET', path)).body]),
);
const [[, whole]] = documents as [[string, Json]];

const operationsOf = (document: Json) =>
  Object.values<Json>(document.paths).flatMap((item) => Object.values<Json>(item));

const followed = (document: Json, part: Json): Json =>
  part.$ref
    ? part.$ref
        .split('/')
        .slice(1)
        .reduce((at: Json, name: string) => at[name], document)
    : part;

const batchOf = (letters: object[]) =>
  createMessageBatch(
    'diglot-deliveries-dead',
    letters.map((body, index) => ({ id: String(index), timestamp: new Date(), attempts: 1, body })),
  );

it.each(documents)('%s is what the modules of the Worker say of themselves', async (path, served) => {
  const face = faces.find(({ base }) => path === `${base}/openapi.json`);
  const scope = face
    ? { title: face.documentation.title, faces: [face] }
    : { title: 'diglot', faces: everything };
  const made = await documentOf(scope, examples as Example[]);
  expect(JSON.parse(JSON.stringify(made))).toEqual(served);
});

it.each(dialects.map(({ base }) => [base]))(
  'the document of %s shows no path or challenge of another',
  async (base) => {
    const { text } = await send('GET', `${base}/openapi.json`);
    for (const other of dialects) if (other.base !== base) expect(text).not.toContain(other.base);
    const challenges = [...text.matchAll(/\w+(?= realm=)/g)].map(([challenge]) => challenge);
    const { challenge } = known.find((face) => face.base === base)!;
    expect(challenges.filter((shown) => shown !== challenge)).toEqual([]);
  },
);

describe('the examples', () => {
  it('are what an empty book answers to the calls of scripts/openapi/calls.ts, in their order', async () => {
    const recorded = await record(whole, {
      send: (request) => fetchWorker(request),
      bury: (letters) => worker.queue(batchOf(letters), env),
      origin: ORIGIN,
      adminToken: env.ADMIN_TOKEN,
    });
    // to record them again, run `npm run examples`
    expect(recorded).toEqual(examples);
  });

  it('show the body of each request and of each success', () => {
    const lacking = operationsOf(whole).flatMap(({ operationId, requestBody, responses }) => {
      const statuses = Object.keys(responses).filter((status) => status.startsWith('2'));
      const places = statuses.map((status) => [status, responses[status].content?.['application/json']]);
      if (requestBody) places.push(['request', requestBody.content['application/json']]);
      return places
        .filter(([, content]) => content && !content.examples)
        .map(([place]) => `${operationId}: ${place}`);
    });
    expect(lacking).toEqual([]);
  });
});

describe.each(documents)('%s', (_path, document) => {
  const validate = (schema: Json, value: unknown) => {
    const { valid, errors } = new Validator(
      { ...schema, components: document.components } as Schema,
      '2020-12',
    ).validate(value);
    return valid ? [] : errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
  };

  it('says of every operation who it is, what it does, and every answer', () => {
    for (const operation of operationsOf(document)) {
      const { operationId, summary, description, tags, security, responses } = operation;
      for (const text of [operationId, summary, description, tags[0]])
        expect(text, operationId).toMatch(/\S/);
      // Code generators and language models take it as the name of a function.
      expect(operationId).toMatch(/^[a-z][A-Za-z]{1,63}$/);
      expect(security, operationId).toBeInstanceOf(Array);
      expect(Object.keys(responses), operationId).toContain('500');
      if (operationId !== 'hooksReceiveEvents') expect(Object.keys(responses), operationId).toContain('406');
      for (const [status, { content, headers, description }] of Object.entries<Json>(responses)) {
        const where = `${operationId} ${status}`;
        expect(description, where).toMatch(/\S/);
        expect(headers, where).toHaveProperty('X-Request-Id');
        if (Number(status) >= 400 && operationId !== 'serviceGetHealth')
          expect(Object.keys(content['application/problem+json'].examples).length, where).toBeGreaterThan(0);
      }
    }
  });

  it('has a recorded call of every operation, for each of its successes', () => {
    const successes = operationsOf(document).flatMap(({ operationId, responses }) =>
      Object.keys(responses)
        .filter((status) => status.startsWith('2'))
        .map((status) => `${operationId} ${status}`),
    );
    const recorded = new Set(examples.map(({ operation, status }) => `${operation} ${status}`));
    expect(successes.filter((success) => !recorded.has(success))).toEqual([]);
    // so that the list above is not empty by mistake
    expect(successes.length).toBeGreaterThanOrEqual(operationsOf(document).length);
    expect(operationsOf(document).length).toBeGreaterThan(0);
  });

  it('has examples that its schemas take', () => {
    let checked = 0;
    for (const { operationId, parameters = [], requestBody, responses } of operationsOf(document)) {
      const contents = [requestBody, ...Object.values<Json>(responses)].flatMap((part) =>
        Object.values<Json>(part?.content ?? {}),
      );
      for (const { schema, examples = {} } of [
        ...contents,
        ...parameters.map((part: Json) => followed(document, part)),
      ])
        for (const [name, example] of Object.entries<Json>(examples)) {
          expect(validate(schema, followed(document, example).value), `${operationId} ${name}`).toEqual([]);
          checked += 1;
        }
    }
    expect(checked).toBeGreaterThanOrEqual(operationsOf(document).length);
  });
});

it('lists every problem that an operation can throw, with its own status', () => {
  const { responses } = whole.paths['/api/v1/ingest/contacts/{reference}'].put;
  expect(Object.keys(responses)).toEqual([
    '200',
    '201',
    '400',
    '401',
    '403',
    '406',
    '412',
    '413',
    '415',
    '422',
    '429',
    '500',
    '503',
  ]);
});

it('says which numbers the flag of a parent account may be', () => {
  const flag = whole.components.schemas.IngestAccountPatch.properties.is_parent_account;
  const taken = [true, false, null, 0, 1, -1, 2, '1'].filter(
    (value) => new Validator(flag, '2020-12').validate(value).valid,
  );
  expect(taken).toEqual([true, false, null, 0, 1]);
});
