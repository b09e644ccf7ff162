/** What can be wrong with one field or parameter: the closed list of codes in `errors[].code`, beside those of problem.ts. docs/errors.md has a paragraph for each. */
export const faultCodes = [
  'body.too_deep',
  'country.unknown',
  'currency.unknown',
  'cursor.invalid',
  'custom_fields.key_length',
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
  'time.invalid',
] as const;

export type FaultCode = (typeof faultCodes)[number];
