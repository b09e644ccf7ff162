/**
 * The OpenAPI 3.1 documents: each operation describes itself, this adds what is true of all of them. Built by scripts/pages.ts into
 * static files; the Worker never loads it.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { ZodObject, ZodType } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import type { Dialect, Operation as ServedOperation } from './dialect.ts';
import { type Example, withExamples } from './openapi-examples.ts';
import { headers, parameters, problemSchema, schemes } from './openapi-parts.ts';
import { type ProblemCode, problemBody, problems } from './problem.ts';
import { queryOf, viewContents } from './views.ts';

/** What a face says of itself in the document. */
export interface Documentation {
  title: string;
  description: string;
  tag: string;
  /** Names of the security schemes, any one of which suffices. */
  security: readonly (keyof typeof schemes)[];
}

interface Operation extends ServedOperation {
  /** Of one that no face serves: nothing that a face does to every call happens to it. */
  apart?: { requestHeaders: ZodObject; types: readonly string[] };
}

/** As much of a face as its document needs. */
// biome-ignore lint/suspicious/noExplicitAny: what a face opens concerns its own handlers alone
export interface Face extends Pick<Dialect<any>, 'base' | 'documentation' | 'wording' | 'view'> {
  operations: readonly Operation[];
}

/** A key of a tenant opens it, so that it counts towards that key's limit. */
const isMetered = ({ documentation }: Face, { public: isPublic }: Operation) =>
  !isPublic && documentation.security.includes('apiKey');

/** The refusals that an operation can give besides its own. */
function commonRefusals(face: Face, operation: Operation): ProblemCode[] {
  const { method, body, params, query, answers, public: isPublic, apart } = operation;
  if (apart) return ['internal'];
  const tagged = Object.values(answers).some(({ etag }) => etag);
  return [
    'not_acceptable',
    'internal',
    ...(isPublic ? [] : (['auth.unauthorized', 'store.unavailable'] as const)),
    ...(isMetered(face, operation)
      ? (['auth.ambiguous', 'auth.forbidden', 'key.revoked', 'rate_limit.exceeded'] as const)
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
    ...(body || params || query ? (['validation.failed'] as const) : []),
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
    ...(operation.method === 'get' || operation.apart ? [] : (['Idempotent-Replayed'] as const)),
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
          schema: problemSchema,
          examples: Object.fromEntries(
            codes.map((code) => [code, reference('examples', exampleName(face, code))]),
          ),
        },
      },
    },
  ]);
}

function answered(face: Face, operation: Operation) {
  return Object.entries(operation.answers).flatMap(([status, { description, schema, etag }]) => [
    [
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
          content: { 'application/json': { schema }, ...viewContents(face.view, operation) },
        }),
      },
    ],
    ...(etag && operation.method === 'get'
      ? [
          [
            '304',
            {
              description: 'Not Modified: the one that `If-None-Match` names is still the latest.',
              headers: { ...commonHeaders(face, operation), ...headersNamed(['ETag']) },
            },
          ],
        ]
      : []),
  ]);
}

/** The request headers that mean something to it. */
function headerParameters({ method, answers, preference, refusals = [], apart }: Operation) {
  if (apart) return [];
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

const contentOf = (schema: ZodType, types: readonly string[] = ['application/json']) =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

function register(registry: OpenAPIHono['openAPIRegistry'], face: Face, operation: Operation): void {
  const { method, path, operationId, summary, description, params, body, refusals = [], apart } = operation;
  const query = queryOf(operation);
  const codes = [...commonRefusals(face, operation), ...refusals];
  for (const code of codes) {
    const name = exampleName(face, code);
    registry.registerComponent('examples', name, {
      summary: problems[code][1],
      value: problemBody(code, exampleFaults(code), '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4aff', face.wording),
    });
  }
  registry.registerPath({
    method,
    path: `${face.base}${path}`,
    operationId,
    summary: summary.replace(/\.$/, ''),
    description: description ?? `${summary.replace(/\.$/, '')}.`,
    tags: [tagOf(face, path)],
    security: operation.public ? [] : face.documentation.security.map((scheme) => ({ [scheme]: [] })),
    parameters: headerParameters(operation),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(apart && { headers: apart.requestHeaders }),
      ...(body && { body: { required: true, content: contentOf(body, apart?.types) } }),
    },
    responses: Object.fromEntries([...answered(face, operation), ...refused(face, operation, codes)]),
  });
}

const exampleFaults = (code: ProblemCode) =>
  code === 'validation.failed'
    ? [
        {
          pointer: '/email',
          code: 'email.invalid' as const,
          message: 'This is not one email address with a dotted domain.',
        },
      ]
    : [];

export interface Scope {
  title: string;
  faces: readonly Face[];
}

/** The document of one or more faces, with these examples of their calls. Takes a tenth of a second. */
export function documentOf({ title, faces }: Scope, examples: readonly Example[]) {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  for (const [name, header] of Object.entries(headers)) registry.registerComponent('headers', name, header);
  for (const [name, parameter] of Object.entries(parameters))
    registry.registerComponent('parameters', name, parameter);
  for (const name of new Set(faces.flatMap(({ documentation }) => documentation.security)))
    registry.registerComponent('securitySchemes', name, schemes[name]);
  for (const face of faces) for (const operation of face.operations) register(registry, face, operation);
  const tags = faces.flatMap((face) =>
    [...new Set(face.operations.map(({ path }) => path.split('/')[1]!))].map((collection) => ({
      name: tagOf(face, `/${collection}`),
      description: `\`${face.base}/${collection}\``,
    })),
  );
  const document = app.getOpenAPI31Document({
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
  });
  return withExamples(document, examples);
}
