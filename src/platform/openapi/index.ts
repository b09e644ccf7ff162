/**
 * The OpenAPI 3.1 documents. Each operation describes itself; this adds what is true of all of them. scripts/pages.ts builds the documents into
 * static files, and the Worker never loads this code.
 */
import type * as z from 'zod/mini';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Answers, AnyDialect, Operation as ServedOperation } from '../dialect.ts';
import { otherViews, queryOf, viewType } from '../views.ts';
import { type Example, withExamples } from './examples.ts';
import { commonHeaders, headers, headersNamed, parameters, reference } from './headers.ts';
import { problemSchema, schemes } from './parts.ts';
import { refusalExamples, refused } from './refusals.ts';
import { SchemaWriter } from './schemas.ts';

/** What a face says of itself in the document. */
export interface Documentation {
  title: string;
  description: string;
  tag: string;
  /** Names of the security schemes, any one of which suffices. */
  security: readonly (keyof typeof schemes)[];
}

export interface Operation extends ServedOperation {
  /** For an operation that no face serves: it has no common headers, refusals or idempotency. */
  outsideFaces?: { requestHeaders: z.ZodMiniObject; types: readonly string[] };
}

/** As much of a face as its document needs. */
export interface Face
  extends Pick<AnyDialect, 'base' | 'documentation' | 'answers' | 'wording' | 'view' | 'scopes'> {
  operations: readonly Operation[];
}

/** The schemas that an answer can have, by media type. */
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
          description: 'Not Modified: the version that `If-None-Match` names is still the latest.',
          headers: { ...commonHeaders(face, operation), ...headersNamed(['ETag']) },
        },
      ]);
  }
  return responses;
}

/** The request headers that the operation heeds. */
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
  const { path, operationId, summary, description, params, body, outsideFaces } = operation;
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
      ...refused(face, operation),
    ]),
  };
}

/** The document of one or more faces, with these examples of their calls. Takes a tenth of a second. */
export async function documentOf(
  { title, faces }: { title: string; faces: readonly Face[] },
  examples: readonly Example[],
) {
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
        contact: { name: 'The operator of this service' },
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
