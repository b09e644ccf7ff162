/** "OpenAPI 3.1 from the schemas: one for all, one for each dialect, public." Whether they are valid is checked by `npm run check`. */
import { type Schema, Validator } from '@cfworker/json-schema';
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

/** Every schema of a document, with the schemas in it, by its place. */
function schemasOf(part: unknown, place = ''): [place: string, schema: Record<string, unknown>][] {
  if (typeof part !== 'object' || part === null) return [];
  const within = Object.entries(part)
    .filter(([name]) => !['example', 'examples', 'enum', 'default'].includes(name))
    .flatMap(([name, value]) => schemasOf(value, `${place}/${name}`));
  return /\/(schema|schemas\/\w+|properties\/\w+|items|additionalProperties|(any|one|all)Of\/\d+)$/.test(
    place,
  )
    ? [[place, part as Record<string, unknown>], ...within]
    : within;
}

describe.each(['', ...bases])(
  '%s/openapi.json is written so that typed languages can have a client of it',
  (base) => {
    const places = async (
      wrong: (types: unknown[], schema: Record<string, unknown>, place: string) => boolean,
    ) => {
      const all = schemasOf((await send('GET', `${base}/openapi.json`)).body);
      expect(all.length).toBeGreaterThan(100);
      return all
        .filter(([place, schema]) => wrong([schema.type].flat(), schema, place))
        .map(([place]) => place);
    };

    it('gives a schema one type besides null, as both generators for Go demand', async () => {
      expect(await places((types) => types.filter((type) => type !== 'null').length > 1)).toEqual([]);
    });

    it('has no field that can only be null, for which Java has no type', async () => {
      const isAlternative = (place: string) => /Of\/\d+$/.test(place);
      expect(await places((types, _, place) => types.join() === 'null' && !isAlternative(place))).toEqual([]);
    });

    it('says that numbers are doubles: Go would read them as 32-bit floats', async () => {
      expect(await places((types, { format }) => types.includes('number') && format !== 'double')).toEqual(
        [],
      );
      expect(whole.components.schemas.IngestAccount.properties.credit_limit.format).toBe('double');
    });

    it('never lets lists and maps be alternatives, of which Java makes code that does not compile', async () => {
      const isContainer = ({
        type,
        additionalProperties,
      }: {
        type?: unknown;
        additionalProperties?: unknown;
      }) => type === 'array' || additionalProperties !== undefined;
      expect(await places((_, { anyOf = [] }) => (anyOf as object[]).some(isContainer))).toEqual([]);
    });

    it('names no schema as Go names the function that makes another: NewKey makes a Key', async () => {
      const names = Object.keys((await send('GET', `${base}/openapi.json`)).body.components.schemas);
      expect(names.filter((name) => names.includes(`New${name}`))).toEqual([]);
    });
  },
);

it.each([
  ['IngestContact', [true, 1, 'a']],
  ['IngestContactInput', [true, 1, 'a', null]],
])(
  'says which values the custom fields of %s have, without alternatives: Java would read "007" as 7, and 1 as true',
  (name, values) => {
    const { custom_fields } = whole.components.schemas[name].properties;
    const { anyOf, oneOf, type, ...value } = custom_fields.properties.collections.additionalProperties;
    expect([anyOf, oneOf, type]).toEqual([undefined, undefined, undefined]);
    const taken = [true, 1, 'a', null, [], {}].filter(
      (one) => new Validator(value as Schema, '2020-12').validate(one).valid,
    );
    expect(taken).toEqual(values);
  },
);
