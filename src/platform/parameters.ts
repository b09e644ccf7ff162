/** The parameters of paths and queries that more than one face takes. */
import * as z from 'zod/mini';
import { described } from './described.ts';
import { fault, instant, type Meta } from './fields.ts';

/** `first`: the size of the page, in digits. */
export const firstParameter = (meta: Meta) =>
  described(
    z.pipe(
      z.optional(z.string()).check(
        z.superRefine((text, context) => {
          if (text !== undefined && !(/^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= 100)) {
            fault(context, ['first.out_of_range', 'This must be a whole number from 1 to 100.']);
          }
        }),
      ),
      z.transform((text) => (text === undefined ? 20 : Number(text))),
    ),
    { type: 'integer', minimum: 1, maximum: 100, default: 20, ...meta },
  );

/** `after`: the cursor that the previous page gave. */
export const afterParameter = () =>
  described(z.optional(z.string()), {
    description: 'The cursor of the previous page. Opaque.',
    example: undefined,
  });

/** A flag as a query parameter: exactly `true` or `false`. */
export const flagParameter = (meta: Meta) =>
  described(
    z.pipe(
      z.optional(z.enum(['true', 'false'])),
      z.transform((text) => text === 'true'),
    ),
    { type: 'boolean', default: false, ...meta },
  );

export const notUtf8 = ['parameter.encoding', 'This is not percent-encoded UTF-8.'] as const;

/** A text to look for. It need not be a valid value of its field: then it is not found. */
export const filterParameter = (meta: Meta) =>
  described(
    z.optional(
      z.string().check(
        z.superRefine((text, context) => {
          if (!text.isWellFormed()) fault(context, notUtf8);
        }),
      ),
    ),
    meta,
  );

/** An instant as a query parameter, in RFC 3339; normalised to UTC with milliseconds. */
export const instantParameter = (meta: Meta) => instant(z.optional(z.string()), { type: 'string', ...meta });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id in the path. A malformed one becomes an id that nothing has, so that the answer is 404. */
export const idParameter = (meta: Meta) =>
  described(
    z.pipe(
      z.string(),
      z.transform((value) => {
        const id = value.toLowerCase();
        return UUID.test(id) ? id : '';
      }),
    ),
    { type: 'string', format: 'uuid', ...meta },
  );

/** True for an `idParameter`, whatever its name. A malformed id is no fault of the input: it names nothing, so the answer is 404. */
export const isId = (parameter: z.core.$ZodType): boolean =>
  z.globalRegistry.get(parameter)?.format === 'uuid';
