/** The kinds of field that are numbers and objects: what JSON can hold, kept exactly. */
import * as z from 'zod/mini';
import { type CustomFields, MOST_CUSTOM_FIELDS } from '../core/custom-fields.ts';
import { codePoints, stringFault } from '../core/text.ts';
import { described } from './described.ts';
import { type Context, checkText, fault, type Meta, type Path, textFaults } from './fields.ts';

const tooLarge = [
  'number.out_of_range',
  'This number cannot be kept exactly. It is beyond ±(2^53 − 1).',
] as const;
const isExact = (number: number) =>
  Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));

/** A number that JavaScript and SQLite keep exactly. */
export const numberField = (meta: Meta) =>
  described(
    z.optional(
      z.nullable(
        z.union([z.number(), z.literal([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])]).check(
          z.superRefine((number, context) => {
            if (!isExact(number)) fault(context, tooLarge);
          }),
        ),
      ),
    ),
    { type: ['number', 'null'], ...meta },
  );

const notAnObject = ['field.type', 'This must be of type object.'] as const;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checks that the name of a member can be kept exactly as sent. */
function checkKey(key: string, context: Context, path: Path): void {
  const wrong = stringFault(key, { newlines: false });
  if (wrong) fault(context, textFaults[wrong], path);
}

function checkCustomField(key: string, value: unknown, context: Context): void {
  const path = ['collections', key];
  if (key === '' || codePoints(key) > 64)
    fault(context, ['custom_fields.key_length', 'A key must have 1 to 64 characters.'], path);
  checkKey(key, context, path);
  if (typeof value === 'string') checkText(value, 1_000, context, { newlines: true, path });
  else if (typeof value === 'number') {
    if (!isExact(value)) fault(context, tooLarge, path);
  } else if (value !== null && typeof value !== 'boolean') {
    fault(context, ['field.type', 'This must be a string, a number, a boolean or null.'], path);
  }
}

/**
 * The schema of a custom field's value, which is of none of these types. It names no types: from alternatives, openapi-generator makes Java that
 * reads the text "007" as the number 7, and the number 1 as true.
 */
export const customField = (never: string[]) => ({
  description: 'Text, a number or a boolean.',
  not: { type: never, items: {} },
});

/** `{"collections": {key: value}}`. The value is taken as it was parsed: zod would rebuild it, and drop a key named `__proto__`. */
export const customFields = (meta: Meta) =>
  described(
    z.optional(
      z.custom<{ collections?: CustomFields | null } | null | undefined>().check(
        z.superRefine((value, context) => {
          if (value === null || value === undefined) return;
          if (!isObject(value)) return fault(context, notAnObject);
          const { collections } = value;
          if (collections === undefined || collections === null) return;
          if (!isObject(collections)) return fault(context, notAnObject, ['collections']);
          const entries = Object.entries(collections);
          if (entries.filter(([, field]) => field !== null && field !== '').length > MOST_CUSTOM_FIELDS) {
            fault(
              context,
              ['custom_fields.too_many', `This must have at most ${MOST_CUSTOM_FIELDS} custom fields.`],
              ['collections'],
            );
          }
          for (const [key, field] of entries) checkCustomField(key, field, context);
        }),
      ),
    ),
    {
      type: ['object', 'null'],
      properties: {
        collections: {
          type: ['object', 'null'],
          additionalProperties: customField(['object', 'array']),
        },
      },
      ...meta,
    },
  );

/** An object that is kept as it was sent, provided that it can be kept exactly. */
export const passedThrough = (meta: Meta) =>
  described(
    z.optional(
      z.custom<Record<string, unknown> | null | undefined>().check(
        z.superRefine((value, context) => {
          if (value === null || value === undefined) return;
          if (!isObject(value)) return fault(context, notAnObject);
          checkDeep(value, context, []);
        }),
      ),
    ),
    { type: ['object', 'null'], additionalProperties: true, ...meta },
  );

function checkDeep(value: unknown, context: Context, path: Path): void {
  if (typeof value === 'string') checkText(value, 10_000, context, { newlines: true, path });
  else if (typeof value === 'number' && !isExact(value)) fault(context, tooLarge, path);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      checkKey(key, context, [...path, key]); // the key of an array is an index, in which nothing is wrong
      checkDeep(part, context, [...path, key]);
    }
  }
}
