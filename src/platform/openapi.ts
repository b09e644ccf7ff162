/** The OpenAPI 3.1 documents: each operation describes itself, this adds what is true of all of them. */
import { OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { Operation } from './dialect.ts';
import { type ProblemCode, problems } from './problem.ts';

/** What a face says of itself in the document. */
export interface Documentation {
  title: string;
  description: string;
  tag: string;
  /** Names of the security schemes, any one of which suffices. */
  security: readonly ('apiKey' | 'bearer' | 'adminToken')[];
}

type Registry = OpenAPIHono['openAPIRegistry'];

const problemSchema = z
  .object({
    type: z.string().meta({
      description: 'Where the problem is explained (RFC 9457).',
      example: '/docs/errors#contact.not_found',
    }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    message: z.string().meta({ description: 'The same text as `detail`.' }),
    code: z.string().meta({ description: 'Stable; see docs/errors.md.', example: 'contact.not_found' }),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({
            description: 'RFC 6901 pointer into the body, or the name of a parameter.',
            example: '/email',
          }),
          code: z.string().meta({ example: 'email.invalid' }),
          message: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'With 422: every fault of the input.' }),
  })
  .openapi('Problem');

const requestIdHeader = {
  'X-Request-Id': {
    description: 'Names this request in the log; your own, if you sent one.',
    schema: { type: 'string' as const },
  },
};

/** The refusals that an operation can give besides its own. */
function commonRefusals({ method, body, params, query, public: isPublic }: Operation): ProblemCode[] {
  return [
    'not_acceptable',
    'internal',
    ...(isPublic
      ? []
      : (['auth.ambiguous', 'auth.unauthorized', 'auth.forbidden', 'store.unavailable'] as const)),
    ...(method === 'get' ? [] : (['header.malformed', 'store.outdated'] as const)),
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

function problemResponses(codes: readonly ProblemCode[]) {
  const byStatus = Map.groupBy([...new Set(codes)].sort(), (code) => problems[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${problems[code][1]}`).join('; '),
        headers: requestIdHeader,
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}

/** Adds an operation to a face's registry. */
export function register(
  registry: Registry,
  base: string,
  { tag, security }: Documentation,
  operation: Operation,
): void {
  const {
    method,
    path,
    operationId,
    summary,
    description,
    params,
    query,
    body,
    answers,
    refusals = [],
  } = operation;
  const answered = Object.entries(answers).map(([status, { description: meaning, schema }]) => [
    status,
    {
      description: meaning,
      headers: requestIdHeader,
      ...(schema && { content: { 'application/json': { schema } } }),
    },
  ]);
  registry.registerPath({
    method,
    path: `${base}${path}`,
    operationId,
    summary,
    description: description ?? summary,
    tags: [tag],
    security: operation.public ? [] : security.map((scheme) => ({ [scheme]: [] })),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...Object.fromEntries(answered),
      ...problemResponses([...commonRefusals(operation), ...refusals]),
    },
  });
}

const schemes = {
  apiKey: {
    type: 'apiKey' as const,
    in: 'header' as const,
    name: 'X-API-Key',
    description: 'A key of your tenant.',
  },
  bearer: { type: 'http' as const, scheme: 'bearer', description: 'A key of your tenant.' },
  adminToken: { type: 'http' as const, scheme: 'bearer', description: "The operator's ADMIN_TOKEN." },
};

/** The document of one or more faces, as JSON text. Takes tens of milliseconds: build it once. */
export function document(
  title: string,
  parts: { documentation: Documentation; registry: Registry }[],
): string {
  const app = new OpenAPIHono();
  for (const { registry } of parts) {
    for (const definition of registry.definitions) {
      if (definition.type === 'route') app.openAPIRegistry.registerPath(definition.route);
    }
  }
  for (const name of new Set(parts.flatMap(({ documentation }) => documentation.security))) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, schemes[name]);
  }
  return JSON.stringify(
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title,
        version: '0.1.0',
        description: parts.map(({ documentation }) => documentation.description).join('\n\n'),
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/' }],
      tags: parts.map(({ documentation: { tag, description } }) => ({ name: tag, description })),
    }),
  );
}
