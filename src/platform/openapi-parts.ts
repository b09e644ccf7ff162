/** What the OpenAPI documents share: headers, the form of a problem, how to show a key; and the one operation outside all faces. */
import * as z from 'zod/mini';
import { SCHEMA_VERSION } from '../storage/schema-version.ts';
import { described } from './described.ts';
import { faultCodes } from './fault-codes.ts';
import { healthOf } from './health.ts';
import { plainWording, problems } from './problem.ts';

const text = { type: 'string' as const };
const count = { type: 'integer' as const, minimum: 0 };

/** Headers of answers. */
export const headers = {
  'X-Request-Id': {
    description:
      'Names this request in the log; your own, if you sent one of 1–128 visible ASCII characters.',
    required: true,
    schema: { ...text, example: '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4aff' },
  },
  'X-RateLimit-Limit': {
    description:
      'How many requests the key has in its sliding window; 300 in 60 seconds if nothing else was agreed. Absent, as the others, while what counts is away.',
    schema: { ...count, example: 300 },
  },
  'X-RateLimit-Remaining': {
    description: 'How many of them are left.',
    schema: { ...count, example: 299 },
  },
  'X-RateLimit-Reset': {
    description: 'When the oldest of them stops counting, in Unix seconds.',
    schema: { ...count, example: 1769860800 },
  },
  'RateLimit-Policy': {
    description: 'The same limit, as the IETF draft words it.',
    schema: { ...text, example: '"key";q=300;w=60' },
  },
  RateLimit: {
    description: 'What is left, as the IETF draft words it.',
    schema: { ...text, example: '"key";r=299;t=60' },
  },
  ETag: {
    description:
      'Names this version: for `If-Match` when you write, for `If-None-Match` when you read again. Opaque.',
    required: true,
    schema: { ...text, example: '"019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01.1.1x5kd0e"' },
  },
  Location: {
    description: 'Where the new resource stands.',
    required: true,
    schema: { ...text, format: 'uri-reference', example: '/api/v1/ingest/contacts/CONTACT-001' },
  },
  'Retry-After': {
    description: 'Seconds to wait before the next attempt.',
    required: true,
    schema: { ...count, example: 1 },
  },
  'WWW-Authenticate': {
    description: 'Which credential is due (RFC 9110).',
    required: true,
    schema: { ...text, example: 'Bearer realm="diglot"' },
  },
  'X-Diglot-Hidden': {
    description:
      'The fields that are set on the contact and that this answer cannot show, in the words of the dialect that can. Absent when there are none.',
    schema: { ...text, example: 'phone, notes' },
  },
  'Preference-Applied': {
    description: 'The preference of `Prefer` that this answer honours.',
    schema: { ...text, example: 'explain' },
  },
  'Idempotent-Replayed': {
    description:
      '`true` when this is the answer that an earlier request with the same `Idempotency-Key` was given.',
    schema: { ...text, const: 'true', example: 'true' },
  },
};

const headerParameter = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: false,
  description,
  schema: text,
});

/** Headers of requests. */
export const parameters = {
  'If-Match': headerParameter(
    'If-Match',
    'Write only if the resource is still this version: the `ETag` of an earlier answer, or `*` for any. 412 otherwise.',
  ),
  'If-None-Match': headerParameter('If-None-Match', 'Answer 304 if this `ETag` is still the latest.'),
  'If-None-Match-Any': headerParameter(
    'If-None-Match',
    '`*`: write only if there is no such resource yet. 412 otherwise.',
  ),
  'Idempotency-Key': headerParameter(
    'Idempotency-Key',
    '1–255 visible ASCII characters of your choice (a UUID, say), new for each write and the same for each retry of it. For 24 hours the same request with it answers what the first one was answered, and does nothing again.',
  ),
  Prefer: headerParameter(
    'Prefer',
    'Asks for what the query parameter of the same name asks for (RFC 7240); the query goes first.',
  ),
};

export const schemes = {
  apiKey: {
    type: 'apiKey' as const,
    in: 'header' as const,
    name: 'X-API-Key',
    description: 'A key of your tenant.',
  },
  bearer: { type: 'http' as const, scheme: 'bearer', description: 'A key of your tenant.' },
  adminToken: { type: 'http' as const, scheme: 'bearer', description: "The operator's ADMIN_TOKEN." },
};

const codes = Object.keys(problems);

export const problemSchema = described(
  z.object({
    type: described(z.string(), {
      format: 'uri-reference',
      description: 'Where the problem is explained (RFC 9457).',
      example: '/docs/errors#contact.not_found',
    }),
    title: described(z.string(), { description: 'For people.', example: 'Contact not found' }),
    status: described(z.int(), { description: 'The status of the answer.', example: 404 }),
    detail: described(z.string(), { description: 'For people.', example: 'There is no such contact.' }),
    message: described(z.string(), {
      description: 'The same text as `detail`.',
      example: 'There is no such contact.',
    }),
    code: described(z.enum(codes as [string, ...string[]]), {
      description: 'Stable: decide by it. More may be added.',
      example: 'contact.not_found',
    }),
    requestId: described(z.string(), {
      description: 'The same as `X-Request-Id`.',
      example: '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4aff',
    }),
    errors: described(
      z.optional(
        z.array(
          z.object({
            pointer: described(z.string(), {
              description: 'RFC 6901 pointer into the body, or the name of a parameter.',
              example: '/email',
            }),
            code: described(z.enum([...faultCodes, ...codes] as [string, ...string[]]), {
              description: 'Stable: decide by it. More may be added.',
              example: 'email.invalid',
            }),
            message: described(z.string(), {
              description: 'For people.',
              example: 'This is not one email address with a dotted domain.',
            }),
          }),
        ),
      ),
      { description: 'With `validation.failed`: every fault of the input.' },
    ),
  }),
  { id: 'Problem', description: 'Why a request was refused (RFC 9457).' },
);

const version = (description: string) => described(z.string(), { description, example: SCHEMA_VERSION });
const health = described(
  z.object({
    status: described(z.enum(['ok', 'unavailable']), {
      description: 'Whether all checks are ok.',
      example: 'ok',
    }),
    schemaVersion: z.nullable(
      version('The last migration that the database has; null when it does not say.'),
    ),
    expectedSchemaVersion: version('The last migration that this version was written for.'),
    checks: described(
      z.object({
        database: described(z.enum(['ok', 'outdated', 'unavailable']), { description: 'D1.', example: 'ok' }),
        keys: described(z.enum(['ok', 'unavailable']), { description: 'KV.', example: 'ok' }),
      }),
      { description: 'What the Worker stands on.' },
    ),
  }),
  { id: 'Health' },
);

/** What the Worker answers outside all faces. */
export const service = {
  base: '',
  wording: plainWording,
  documentation: {
    title: 'diglot',
    tag: 'Service',
    description:
      'diglot is one book of contacts for accounts-receivable teams that speaks two vendors’ APIs: what one dialect writes, the other reads in its next request. The contract, with every decision that no vendor publishes marked as ours, is at `/docs/contract`; every error code is explained at `/docs/errors`.',
    security: [],
  },
  answers: async () => ({ health }),
  operations: [
    {
      method: 'get' as const,
      path: '/health',
      operationId: 'service.getHealth',
      summary: 'Whether the service and what it stands on answer',
      public: true as const,
      answers: {
        200: { description: 'D1 and KV answer, and the tables are up to date.', schema: 'health' },
        503: {
          description: '`checks` says which does not.',
          schema: 'health',
          example: healthOf('unavailable', 'ok', null),
        },
      },
    },
  ],
};
