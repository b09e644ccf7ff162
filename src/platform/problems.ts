/** The closed list of problems. docs/errors.md has a paragraph for each. No text here repeats what a caller sent. */
import type { FailureCode } from '../core/failure.ts';

type WireCode =
  | 'auth.ambiguous'
  | 'auth.forbidden'
  | 'auth.unauthorized'
  | 'contact.not_shown'
  | 'body.duplicate_key'
  | 'body.invalid_encoding'
  | 'body.malformed_json'
  | 'body.too_large'
  | 'header.malformed'
  | 'hook.busy'
  | 'hook.unauthorized'
  | 'idempotency.invalid_key'
  | 'internal'
  | 'media_type.unsupported'
  | 'method.not_allowed'
  | 'not_acceptable'
  | 'organization.not_found'
  | 'rate_limit.exceeded'
  | 'route.not_found'
  | 'simulator.unavailable'
  | 'validation.failed';

export type ProblemCode = FailureCode | WireCode;

type Text = readonly [status: number, title: string, detail: string];

/** Code → status, title, detail. A 422 that names fields is answered as `validation.failed`, with those fields in its `errors`. */
export const problems: Record<ProblemCode, Text> = {
  'account.changed': [
    503,
    'Account busy',
    'The account kept changing while this request ran. Nothing was written. Try again.',
  ],
  'account.exists': [
    409,
    'Account exists',
    'An account with this number exists. Use PUT to replace it or PATCH to change it.',
  ],
  'account.not_found': [404, 'Account not found', 'There is no such account.'],
  'account.parent_flag_required': [
    422,
    'Parent flag required',
    'This is required when the account has a parent.',
  ],
  'address.changed': [503, 'Address busy', 'The address kept changing while this request ran. Try again.'],
  'address.complained': [
    409,
    'Address complained',
    'Somebody at this address has complained about mail. Send `force` to set it back to Valid, only if the person has asked for mail again.',
  ],
  'auth.ambiguous': [
    400,
    'Two credentials',
    'X-API-Key and Authorization carry different keys. Send one of them.',
  ],
  'auth.forbidden': [403, 'Scope missing', 'The key is good, but this operation needs another scope.'],
  'auth.unauthorized': [
    401,
    'Key missing or unknown',
    'Send a valid key, as X-API-Key or as Authorization: Bearer.',
  ],
  'body.duplicate_key': [400, 'Duplicate key', 'An object in the body has the same key twice.'],
  'body.invalid_encoding': [400, 'Not UTF-8', 'The body is not valid UTF-8.'],
  'body.malformed_json': [400, 'Malformed JSON', 'The body is not one JSON document.'],
  'body.too_large': [413, 'Body too large', 'The body is over 256 KiB, or at a hook over 1 MiB.'],
  'contact.exists': [
    409,
    'Contact exists',
    'A contact with this reference exists. Nothing was changed. Use PUT to replace it or PATCH to change it.',
  ],
  'contact.incomplete': [422, 'Contact incomplete', 'No contact matches, and a new one needs this field.'],
  'contact.not_found': [404, 'Contact not found', 'There is no such contact.'],
  'contact.not_shown': [
    404,
    'Contact not shown',
    'The contact exists, but the dialect that `view` names does not show it, because it belongs to no account.',
  ],
  'currency.locked': [
    422,
    'Currency locked',
    'The currency of an account is locked once set. It cannot become a different one.',
  ],
  'custom_fields.too_many': [
    422,
    'Too many custom fields',
    'Together with the stored ones there would be more than 100 custom fields.',
  ],
  'dead_letter.not_found': [404, 'Dead letter not found', 'There is no such dead letter.'],
  'domain.taken': [409, 'Domain taken', 'Another tenant sends from one of these domains.'],
  'header.malformed': [400, 'Malformed header', 'If-Match and If-None-Match take quoted entity tags, or *.'],
  'hook.busy': [
    429,
    'Too many events',
    'More requests arrive at this hook than it takes at once. Retry-After says when to continue.',
  ],
  'hook.not_found': [
    404,
    'Hook not found',
    'There is no such provider, or this tenant has no secret for it.',
  ],
  'hook.secret_taken': [422, 'Secret taken', 'This mailbox cannot be used. Take another one.'],
  'hook.unauthorized': [
    401,
    'Not authentic',
    'The request does not prove that it comes from the provider, is too old, or was accepted before. Nothing was kept.',
  ],
  'idempotency.invalid_key': [
    400,
    'Invalid Idempotency-Key',
    'An Idempotency-Key has 1 to 255 printable ASCII characters, and no space at either end.',
  ],
  'idempotency.key_reused': [
    422,
    'Idempotency-Key reused',
    'This Idempotency-Key came with another request. Use a new key for each request, and the same key only to retry.',
  ],
  internal: [500, 'Internal error', 'Something went wrong on our side. The request id helps to find it.'],
  'key.not_found': [404, 'Key not found', 'There is no such key.'],
  'key.revoked': [401, 'Key revoked', 'This key was revoked, or has expired.'],
  'media_type.unsupported': [
    415,
    'Unsupported media type',
    'Send the body as Content-Type: application/json, in UTF-8, not compressed.',
  ],
  'method.not_allowed': [
    405,
    'Method not allowed',
    'This path does not take this method. The Allow header lists the methods that it takes.',
  ],
  not_acceptable: [406, 'Not acceptable', 'Answers are application/json, which the Accept header excludes.'],
  'organization.not_found': [404, 'Organization not found', 'There is no such organization.'],
  'precondition.failed': [
    412,
    'Precondition failed',
    'The resource is not in the state that If-Match or If-None-Match asks for. Read it again.',
  ],
  'rate_limit.exceeded': [
    429,
    'Too many requests',
    'The rate limit is used up. Retry-After says when to continue.',
  ],
  'route.not_found': [404, 'No such path', 'There is nothing at this path.'],
  'simulator.unavailable': [
    409,
    'No simulator',
    'The simulator works only for tenants marked as test, and in local development.',
  ],
  'source.conflict': [
    409,
    'Source taken',
    'The account has another source, or another account has this one. Unlink it first.',
  ],
  'source.not_found': [404, 'No source', 'The account has no source.'],
  'store.outdated': [
    503,
    'Database outdated',
    'The database lacks a migration of this version. The operator applies it with `npm run deploy`.',
  ],
  'store.unavailable': [
    503,
    'Store unavailable',
    'The store did not answer in time. Nothing was partly written. Try again.',
  ],
  'tenant.not_found': [404, 'Tenant not found', 'There is no such tenant.'],
  'tenant.removing': [
    503,
    'Removal goes on',
    'The book is large, and only a part of it has been removed, the keys first. Send the same request again to continue.',
  ],
  'validation.failed': [422, 'Invalid input', 'The input has faults; see errors.'],
};
