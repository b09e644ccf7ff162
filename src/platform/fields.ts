/** The kinds of field that more than one face takes. `""` and `null` mean "not set" wherever a field is optional. */
import * as z from 'zod/mini';
import { isAddress } from '../core/address.ts';
import { isCountry, isCurrency, isLanguage } from '../core/codes.ts';
import { codePoints, identifierFault, stringFault } from '../core/text.ts';
import { described } from './described.ts';
import type { FaultCode } from './fault-codes.ts';
import type { ProblemCode } from './problems.ts';

export type Context = z.core.$RefinementCtx;
export type Path = PropertyKey[];

/** Adds a fault with one of our codes. */
export const fault = (
  context: Context,
  [code, message]: readonly [code: FaultCode | ProblemCode, message: string],
  path: Path = [],
) => context.addIssue({ code: 'custom', params: { code }, message, path: [...path] }); // zod writes into it

/** What `stringFault` of the core finds, as faults. */
export const textFaults = {
  unicode: ['field.invalid_unicode', 'This has half of a surrogate pair, which is not Unicode text.'],
  characters: ['field.invalid_characters', 'This has control characters, which cannot be kept.'],
} as const;

/** What any string must be to be kept exactly as sent. */
export function checkText(
  text: string,
  most: number,
  context: Context,
  { newlines = false, path = [] as Path } = {},
): void {
  const wrong = stringFault(text, { newlines });
  if (wrong) fault(context, textFaults[wrong], path);
  if (text.length > most && codePoints(text) > most) {
    fault(context, ['field.too_long', `This is longer than ${most} characters.`], path);
  }
}

const empty = ['field.required', 'This must not be empty.'] as const;

export type Meta = { description: string; example: unknown } & Record<string, unknown>;
type Check = (text: string, context: Context) => void;
const checked = (check: Check) => z.string().check(z.superRefine(check));
/** A text that must not be empty, and in which `check` finds no fault. */
const required = (check: Check, meta: Meta) =>
  described(
    checked((text, context) => {
      check(text, context);
      if (text === '') fault(context, empty);
    }),
    meta,
  );
const optional = (schema: z.ZodMiniType<string>, meta: Meta) =>
  described(z.optional(z.nullable(schema)), meta);

/** Text of at most `most` code points; longer is refused, never cut. */
export const textField = (most: number, meta: Meta, { newlines = false } = {}) =>
  optional(
    checked((text, context) => checkText(text, most, context, { newlines })),
    {
      maxLength: most,
      ...meta,
    },
  );

/** Text that is required and must not be blank. */
export const requiredText = (most: number, meta: Meta) =>
  described(
    checked((text, context) => {
      checkText(text, most, context);
      if (text.trim() === '') fault(context, empty);
    }),
    { minLength: 1, maxLength: most, ...meta },
  );

const checkAddress = (text: string, context: Context) => {
  checkText(text, 254, context);
  if (text !== '' && !isAddress(text)) {
    fault(context, ['email.invalid', 'This is not one email address with a dotted domain.']);
  }
};

/** One RFC 5321/5322 addr-spec, international ones included; kept as typed. */
export const emailField = (meta: Meta) => optional(checked(checkAddress), { maxLength: 254, ...meta });

/** One address, which is required. */
export const requiredEmail = (meta: Meta) => required(checkAddress, { maxLength: 254, ...meta });

/** Checks that a code is known. Codes are ASCII: in upper case, `ß` would be the code of South Sudan. */
const checkCode =
  (isKnown: (code: string) => boolean, wrong: readonly [FaultCode, string]) =>
  (text: string, context: Context) => {
    if (text !== '' && !(/^[A-Za-z]*$/.test(text) && isKnown(text))) fault(context, wrong);
  };

const checkLanguage = checkCode(
  (code) => isLanguage(code.toLowerCase()),
  ['language.unknown', 'This is not an ISO 639-1 code, such as "en".'],
);
const checkCountry = checkCode(
  (code) => isCountry(code.toUpperCase()),
  ['country.unknown', 'This is not an ISO 3166-1 alpha-2 code, such as "US".'],
);
const checkCurrency = checkCode(
  (code) => isCurrency(code.toUpperCase()),
  ['currency.unknown', 'This is not an ISO 4217 code, such as "USD".'],
);

/** ISO 639-1 in any case. */
export const languageField = (meta: Meta) => optional(checked(checkLanguage), meta);

/** ISO 639-1 in any case, required. */
export const requiredLanguage = (meta: Meta) => required(checkLanguage, meta);

/** ISO 3166-1 alpha-2 in any case. */
export const countryField = (meta: Meta) => optional(checked(checkCountry), meta);

/** ISO 4217 in any case. */
export const currencyField = (meta: Meta) => optional(checked(checkCurrency), meta);

/** An RFC 3339 time. JavaScript also takes other forms, and 24:00 as an hour; whether the rest is a time is for isDate to say. */
const INSTANT = /^\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** An RFC 3339 instant, or nothing. Gives UTC with milliseconds. */
export function instant(schema: z.ZodMiniType<string | null | undefined>, meta: Meta) {
  return described(
    z.pipe(
      schema.check(
        z.superRefine((text, context) => {
          if (text != null && !(INSTANT.test(text) && isDate(text))) {
            fault(context, ['time.invalid', 'This is not an RFC 3339 time, such as 2026-01-31T12:00:00Z.']);
          }
        }),
      ),
      z.transform((text) => (text == null ? undefined : new Date(text).toISOString())),
    ),
    { format: 'date-time', ...meta },
  );
}

const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** True for a date that the calendar has: JavaScript rolls February 30 over. The year has four digits, because times are compared as texts. */
function isDate(text: string): boolean {
  const time = Date.parse(text);
  if (!(time >= FIRST && time <= LAST)) return false;
  return new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(text.slice(0, 10));
}

/** An instant in a body; normalised to UTC with milliseconds. */
export const instantField = (meta: Meta) =>
  instant(z.nullish(z.string()), { type: ['string', 'null'], ...meta });

const identifierFaults = {
  length: ['reference.length', 'This must have 1 to 255 characters.'],
  unprintable: ['reference.invalid', 'This has characters that are not printable.'],
  folded: ['reference.invalid', 'This must not be "." or "..", which URLs drop.'],
} as const;

function checkIdentifier(text: string, context: Context): void {
  const wrong = identifierFault(text);
  if (wrong) fault(context, identifierFaults[wrong]);
}

/** A caller's own identifier in the path: 1–255 code points of printable Unicode, compared byte for byte. */
export const identifierParameter = (meta: Meta) =>
  described(checked(checkIdentifier), { minLength: 1, maxLength: 255, ...meta });

/** The same as a field that may be left out. */
export const identifierField = (meta: Meta) =>
  optional(
    checked((text, context) => {
      if (text !== '') checkIdentifier(text, context);
    }),
    { maxLength: 255, ...meta },
  );
