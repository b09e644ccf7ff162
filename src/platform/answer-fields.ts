/** The fields of answers. Only the documents load them: no answer is checked while it is given (test/documented.ts checks them all). */
import * as z from 'zod/mini';
import { described, ID } from './described.ts';

/** An id. */
export const id = (description: string) =>
  described(z.string(), { format: 'uuid', description, example: ID });

/** A time. */
export const instant = (description: string) =>
  described(z.string(), { format: 'date-time', description, example: '2026-01-31T12:00:00.000Z' });

/** The cursor of the next page; `parameter` is what this dialect calls its `afterParameter`. */
export const nextCursor = (parameter: string) =>
  described(z.nullable(z.string()), {
    description: `The cursor of the next page, for \`${parameter}\`. null on the last page.`,
    example: null,
  });

/** The optional text fields of an input as an answer shows them: always there, null where not set. */
export const nullableTexts = <Fields extends Record<string, z.ZodMiniType>>(fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      described(z.nullable(z.string()), { ...z.globalRegistry.get(field) }),
    ]),
  ) as unknown as { [Name in keyof Fields]: z.ZodMiniNullable<z.ZodMiniString> };

const anyValue = described(z.unknown(), { description: 'null means "not set".' });
/** One entry of a history. */
export const entryFields = {
  action: described(z.enum(['created', 'updated', 'deleted']), { example: 'updated' }),
  at: instant('When the change was made.'),
  keyId: described(z.nullable(z.string()), {
    description: 'The id of the key that made the change.',
    example: ID,
  }),
  requestId: described(z.nullable(z.string()), {
    description: 'The X-Request-Id of the request.',
    example: 'nightly-2026-01-31',
  }),
  changes: described(
    z.array(z.object({ field: described(z.string(), { example: 'email' }), old: anyValue, new: anyValue })),
    {
      description:
        'Each field before and after; of custom fields those that changed. Empty if the person was erased.',
    },
  ),
};
