/**
 * The OpenAPI 3.1 documents: each operation describes itself, this adds what is true of all of them. Built by scripts/pages.ts into
 * static files; the Worker never loads it.
 */
import type * as z from 'zod/mini';
import packageJson from '../../package.json' with { type: 'json' };
import { SCOPES } from '../storage/keys.ts';
import type { Answers, AnyDialect, Operation as ServedOperation } from './dialect.ts';
import { checkBody, checkParameters } from './faults.ts';
import { isId } from './input.ts';
import { type Example, withExamples } from './openapi-examples.ts';
import { headers, parameters, problemSchema, schemes } from './openapi-parts.ts';
import { SchemaWriter } from './openapi-schemas.ts';
import { type Fault, invalid, type ProblemCode, problemBody, problems } from './problem.ts';
import { otherViews, queryOf, viewType } from './views.ts';

/** What a face says of itself in the document. */
export interface Documentation {
  title: string;
  description: string;
  tag: string;
  /** Names of the security schemes, any one of which suffices. */
  security: readonly (keyof typeof schemes)[];
}

interface Operation extends ServedOperation {
  /** Of an operation that no face serves: it has no common headers, refusals or idempotency. */
  outsideFaces?: { requestHeaders: z.ZodMiniObject; types: readonly string[] };
}

/** As much of a face as its document needs. */
export interface Face
  extends Pick<AnyDialect, 'base' | 'documentation' | 'answers' | 'wording' | 'view' | 'scopes'> {
  operations: readonly Operation[];
}

/** A key of a tenant opens it, so that it counts towards that key's limit. */
const isMetered = ({ scopes }: Face, { public: isPublic }: Operation) => !isPublic && scopes !== undefined;

/** There is a scope that does not suffice for it, and every key has one at least: so there can be a key that may not. */
const canBeForbidden = ({ scopes }: Face, { method }: Operation) =>
  !SCOPES.every((scope) => scopes?.[method === 'get' ? 'reads' : 'writes'].includes(scope));

/** The refusals that an operation can give besides its own. */
function commonRefusals(face: Face, operation: Operation): ProblemCode[] {
  const { method, body, params, answers, public: isPublic, outsideFaces } = operation;
  if (outsideFaces) return ['internal'];
  const tagged = Object.values(answers).some(({ etag }) => etag);
  return [
    'not_acceptable',
    'internal',
    ...(isPublic ? [] : (['auth.unauthorized', 'store.unavailable'] as const)),
    ...(isMetered(face, operation)
      ? ([
          'auth.ambiguous',
          'key.revoked',
          'rate_limit.exceeded',
          ...(canBeForbidden(face, operation) ? (['auth.forbidden'] as const) : []),
        ] as const)
      : []),
    ...(method !== 'get'
      ? ([
          'header.malformed',
          'idempotency.invalid_key',
          'idempotency.key_reused',
          'idempotency.known',
          'store.outdated',
        ] as const)
      : tagged
        ? (['header.malformed'] as const)
        : []),
    ...(body
      ? ([
          'body.malformed_json',
          'body.invalid_encoding',
          'body.duplicate_key',
          'body.too_large',
          'media_type.unsupported',
        ] as const)
      : []),
    ...(body || queryOf(operation) || !Object.keys(params?.shape ?? {}).every(isId)
      ? (['validation.failed'] as const)
      : []),
  ];
}

const reference = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const headersNamed = (names: readonly (keyof typeof headers)[]) =>
  Object.fromEntries(names.map((name) => [name, reference('headers', name)]));
const limits = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit-Policy',
  'RateLimit',
] as const;

/** What an answer of this operation carries, whatever it is. */
const commonHeaders = (face: Face, operation: Operation) =>
  headersNamed([
    'X-Request-Id',
    ...(isMetered(face, operation) ? limits : []),
    ...(operation.method === 'get' || operation.outsideFaces ? [] : (['Idempotent-Replayed'] as const)),
  ]);

const exampleName = ({ documentation }: Face, code: ProblemCode) =>
  `${documentation.tag.toLowerCase().replaceAll(/\W+/g, '-')}.${code}`;

function refused(face: Face, operation: Operation, codes: readonly ProblemCode[]) {
  const byStatus = Map.groupBy([...new Set(codes)].sort(), (code) => problems[code][0]);
  return [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${problems[code][1]}.`).join(' '),
      headers: {
        ...(status === 401
          ? headersNamed(['X-Request-Id', 'WWW-Authenticate'])
          : commonHeaders(face, operation)),
        ...(status === 429 || status === 503 ? headersNamed(['Retry-After']) : {}),
      },
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(
            codes.map((code) => [
              code,
              code === 'validation.failed'
                ? exampleOf(face, code, [exampleFault(operation)])
                : reference('examples', exampleName(face, code)),
            ]),
          ),
        },
      },
    },
  ]);
}

/** What its answers can show, by media type. */
async function contents(face: Face, answers: Answers, operation: Operation, name: string) {
  const shown: [type: string, schema: z.ZodMiniType][] = [['application/json', answers[name]!]];
  for (const view of otherViews(face.view, operation)) shown.push([viewType(view.name), await view.schema()]);
  return shown;
}

async function answered(face: Face, operation: Operation, schemas: SchemaWriter) {
  const answers: Answers = await face.answers();
  const responses: [status: string, response: object][] = [];
  for (const [status, { description, schema, etag, example }] of Object.entries(operation.answers)) {
    responses.push([
      status,
      {
        description,
        headers: {
          ...commonHeaders(face, operation),
          ...(status === '201' ? headersNamed(['Location']) : {}),
          ...(status === '503' ? headersNamed(['Retry-After']) : {}),
          ...(etag === true ? headersNamed(['ETag']) : {}),
          ...(etag === 'usually' ? { ETag: { ...headers.ETag, required: false } } : {}),
          ...(operation.contact && schema ? headersNamed(['X-Diglot-Hidden']) : {}),
          ...(operation.preference ? headersNamed(['Preference-Applied']) : {}),
        },
        ...(schema && {
          content: Object.fromEntries(
            (await contents(face, answers, operation, schema)).map(([type, shown]) => [
              type,
              {
                schema: schemas.write(shown),
                ...(example !== undefined && {
                  examples: { example: { summary: description, value: example } },
                }),
              },
            ]),
          ),
        }),
      },
    ]);
    if (etag && operation.method === 'get')
      responses.push([
        '304',
        {
          description: 'Not Modified: the one that `If-None-Match` names is still the latest.',
          headers: { ...commonHeaders(face, operation), ...headersNamed(['ETag']) },
        },
      ]);
  }
  return responses;
}

/** The request headers that mean something to it. */
function headerParameters({ method, answers, preference, refusals = [], outsideFaces }: Operation) {
  if (outsideFaces) return [];
  const conditional = refusals.includes('precondition.failed');
  const tagged = Object.values(answers).some(({ etag }) => etag);
  const names = [
    ...(conditional ? ['If-Match'] : []),
    ...(conditional && 201 in answers ? ['If-None-Match-Any'] : []),
    ...(method === 'get' && tagged ? ['If-None-Match'] : []),
    ...(method === 'get' ? [] : ['Idempotency-Key']),
    ...(preference ? ['Prefer'] : []),
  ];
  return names.map((name) => reference('parameters', name));
}

const tagOf = ({ documentation: { tag } }: Face, path: string) =>
  `${tag} ${path.split('/')[1]?.replaceAll('-', ' ')}`;

const contentOf = (schema: object, types: readonly string[] = ['application/json']) =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

async function pathItem(face: Face, operation: Operation, schemas: SchemaWriter) {
  const { path, operationId, summary, description, params, body, refusals = [], outsideFaces } = operation;
  const codes = [...commonRefusals(face, operation), ...refusals];
  return {
    operationId,
    summary: summary.replace(/\.$/, ''),
    description: description ?? `${summary.replace(/\.$/, '')}.`,
    tags: [tagOf(face, path)],
    security: operation.public ? [] : face.documentation.security.map((scheme) => ({ [scheme]: [] })),
    parameters: [
      ...headerParameters(operation),
      ...schemas.parameters('path', params),
      ...schemas.parameters('query', queryOf(operation)),
      ...schemas.parameters('header', outsideFaces?.requestHeaders),
    ],
    ...(body && {
      requestBody: { required: true, content: contentOf(schemas.write(body), outsideFaces?.types) },
    }),
    responses: Object.fromEntries([
      ...(await answered(face, operation, schemas)),
      ...refused(face, operation, codes),
    ]),
  };
}

const exampleOf = (face: Face, code: ProblemCode, faults: Fault[] = []) => ({
  summary: problems[code][1],
  value: problemBody(code, faults, '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4aff', face.wording),
});

/** An example of each refusal, in the words of the face. */
const refusalExamples = (face: Face) =>
  (Object.keys(problems) as ProblemCode[]).map((code) => [exampleName(face, code), exampleOf(face, code)]);

/** A fault that the operation's own check finds where one thing is wrong: an address, a field, a parameter, or its encoding. */
function exampleFault(operation: Operation): Fault {
  const { params, body } = operation;
  const query = queryOf(operation);
  const namesOf = (schema: z.ZodMiniType | undefined) =>
    Object.keys((schema as z.ZodMiniObject | undefined)?.shape ?? {});
  const inBody = (name: string, value: unknown) => checkBody(body!, { [name]: value }).faults;
  const faults = [
    ...(namesOf(body).includes('email') ? inBody('email', 'nobody') : []),
    ...namesOf(body).flatMap((name) => inBody(name, [])),
    ...namesOf(query).flatMap((name) => checkParameters(query!, { [name]: '0' }).faults),
    ...namesOf(params).flatMap((name) => checkParameters(params!, { [name]: '' }).faults),
  ];
  return (
    faults.find(({ code }) => code !== 'field.required') ??
    invalid(namesOf(params).at(-1)!, 'parameter.encoding', 'This is not percent-encoded UTF-8.').errors[0]!
  );
}

export interface Scope {
  title: string;
  faces: readonly Face[];
}

/** The document of one or more faces, with these examples of their calls. Takes a tenth of a second. */
export async function documentOf({ title, faces }: Scope, examples: readonly Example[]) {
  const schemas = new SchemaWriter();
  schemas.write(problemSchema);
  const paths: Record<string, Record<string, object>> = {};
  for (const face of faces)
    for (const operation of face.operations) {
      const path = `${face.base}${operation.path}`;
      paths[path] = { ...paths[path], [operation.method]: await pathItem(face, operation, schemas) };
    }
  const tags = faces.flatMap((face) =>
    [...new Set(face.operations.map(({ path }) => path.split('/')[1]!))].map((collection) => ({
      name: tagOf(face, `/${collection}`),
      description: `\`${face.base}/${collection}\``,
    })),
  );
  const security = new Set(faces.flatMap(({ documentation }) => documentation.security));
  return withExamples(
    {
      openapi: '3.1.0',
      info: {
        title,
        version: packageJson.version,
        description: faces.map(({ documentation }) => documentation.description).join('\n\n'),
        contact: { name: 'Whoever runs this service' },
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/', description: 'This service.' }],
      tags,
      components: {
        schemas: Object.fromEntries(Object.entries(schemas.components).sort()),
        headers: { ...headers },
        parameters: { ...parameters },
        examples: Object.fromEntries(faces.flatMap(refusalExamples)),
        securitySchemes: Object.fromEntries([...security].map((name) => [name, schemes[name]])),
      },
      paths,
    },
    examples,
  );
}
