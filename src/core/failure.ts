/** Every way a call can fail, apart from input that does not fit its schema. platform/problems.ts has the answer to each. */
export type FailureCode =
  | 'account.changed'
  | 'account.exists'
  | 'account.not_found'
  | 'account.parent_flag_required'
  | 'address.changed'
  | 'address.complained'
  | 'contact.exists'
  | 'contact.incomplete'
  | 'contact.not_found'
  | 'currency.locked'
  | 'custom_fields.too_many'
  | 'dead_letter.not_found'
  | 'domain.taken'
  | 'hook.not_found'
  | 'hook.secret_taken'
  | 'idempotency.key_reused'
  | 'key.not_found'
  | 'key.revoked'
  | 'precondition.failed'
  | 'source.conflict'
  | 'source.not_found'
  | 'store.outdated'
  | 'store.unavailable'
  | 'tenant.not_found'
  | 'tenant.removing';

/** Thrown by core and storage, which know causes but no HTTP. `fields` names the input fields at fault, where there are any. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly fields: readonly string[];
  /** What else is at fault in the same call. */
  readonly others: readonly Failure[];

  constructor(
    code: FailureCode,
    fields: readonly string[] = [],
    { others = [], ...options }: ErrorOptions & { others?: readonly Failure[] } = {},
  ) {
    super(code, options);
    this.code = code;
    this.fields = fields;
    this.others = others;
  }
}
