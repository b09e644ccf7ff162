/**
 * What can be wrong with one field or parameter: with `failuresOfFields`, the closed list of codes in `errors[].code`. docs/errors.md has a paragraph
 * for each.
 */
import type { FailureCode } from '../core/failure.ts';

export const faultCodes = [
  'body.too_deep',
  'country.unknown',
  'currency.unknown',
  'cursor.invalid',
  'custom_fields.key_length',
  'domain.invalid',
  'email.invalid',
  'field.invalid',
  'field.invalid_characters',
  'field.invalid_unicode',
  'field.required',
  'field.too_long',
  'field.type',
  'field.value',
  'first.out_of_range',
  'language.unknown',
  'name.ambiguous',
  'number.out_of_range',
  'parameter.encoding',
  'parameter.repeated',
  'reference.invalid',
  'reference.length',
  'reference.mismatch',
  'secret.invalid',
  'time.invalid',
] as const;

export type FaultCode = (typeof faultCodes)[number];

/** Failures that always name fields. An answer has them in `errors[].code`, and its own code is `validation.failed`. */
export const failuresOfFields: readonly string[] = [
  'account.parent_flag_required',
  'contact.incomplete',
  'currency.locked',
  'custom_fields.too_many',
  'hook.secret_taken',
] satisfies FailureCode[];
