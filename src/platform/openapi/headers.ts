/** The headers of requests and of answers, as the OpenAPI documents have them. */
import type { Face, Operation } from './index.ts';

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
    '1–255 printable ASCII characters of your choice (a UUID, say), new for each write and the same for each retry of it. For 24 hours the same request with it answers what the first one was answered, and does nothing again.',
  ),
  Prefer: headerParameter(
    'Prefer',
    '`explain` asks for what `?explain=true` asks for (RFC 7240); the query goes first.',
  ),
};

/** True when a tenant's key opens the operation, so that the call counts towards that key's limit. */
export const isMetered = ({ scopes }: Face, { public: isPublic }: Operation) =>
  !isPublic && scopes !== undefined;

/** A reference to a component. */
export const reference = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
/** References to headers of answers. */
export const headersNamed = (names: readonly (keyof typeof headers)[]) =>
  Object.fromEntries(names.map((name) => [name, reference('headers', name)]));
const limits = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit-Policy',
  'RateLimit',
] as const;

/** The headers that every answer of this operation has. */
export const commonHeaders = (face: Face, operation: Operation) =>
  headersNamed([
    'X-Request-Id',
    ...(isMetered(face, operation) ? limits : []),
    ...(operation.method === 'get' || operation.outsideFaces ? [] : (['Idempotent-Replayed'] as const)),
  ]);
