/** The headers of requests and of answers, as the OpenAPI documents have them. */
import type { Face, Operation } from './index.ts';

const text = { type: 'string' as const };
const count = { type: 'integer' as const, minimum: 0 };

/** Headers of answers. */
export const headers = {
  'X-Request-Id': {
    description:
      'The id of this request in the log. Your own, if you sent one of 1–128 visible ASCII characters.',
    required: true,
    schema: { ...text, example: '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4aff' },
  },
  'X-RateLimit-Limit': {
    description:
      'How many requests the key has in its sliding window: 300 in 60 seconds unless it has its own limit. Absent, like the other limit headers, while the counter is unavailable.',
    schema: { ...count, example: 300 },
  },
  'X-RateLimit-Remaining': {
    description: 'How many requests are left.',
    schema: { ...count, example: 299 },
  },
  'X-RateLimit-Reset': {
    description: 'When the oldest request stops counting, in Unix seconds.',
    schema: { ...count, example: 1769860800 },
  },
  'RateLimit-Policy': {
    description: 'The same limit, in the form of the IETF draft.',
    schema: { ...text, example: '"key";q=300;w=60' },
  },
  RateLimit: {
    description: 'What is left, in the form of the IETF draft.',
    schema: { ...text, example: '"key";r=299;t=60' },
  },
  ETag: {
    description:
      'The version of the resource. Send it as `If-Match` when you write, and as `If-None-Match` when you read again. Opaque.',
    required: true,
    schema: { ...text, example: '"019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01.1.1x5kd0e"' },
  },
  Location: {
    description: 'The path of the new resource.',
    required: true,
    schema: { ...text, format: 'uri-reference' },
  },
  'Retry-After': {
    description: 'Seconds to wait before the next attempt.',
    required: true,
    schema: { ...count, example: 1 },
  },
  'WWW-Authenticate': {
    description: 'Which credential is required (RFC 9110).',
    required: true,
    schema: text,
  },
  'X-Diglot-Hidden': {
    description:
      'The fields that are set on the contact but that this answer cannot show, by their names in the dialect that can. Absent if there are none.',
    schema: { ...text, example: 'phone, notes' },
  },
  'Preference-Applied': {
    description: 'The preference of `Prefer` that was applied to this answer.',
    schema: { ...text, example: 'explain' },
  },
  'Idempotent-Replayed': {
    description: '`true` if this is the answer to an earlier request with the same `Idempotency-Key`.',
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
    '1–255 printable ASCII characters of your choice, such as a UUID. Use a new key for each write, and the same key for each retry of that write. For 24 hours, the same request with the same key gets the answer of the first one, and does nothing again.',
  ),
  Prefer: headerParameter(
    'Prefer',
    '`explain` asks for the same as `?explain=true` (RFC 7240). The query takes precedence.',
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
