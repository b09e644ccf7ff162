// Vendor page: Phone Book API, "Entries".
import * as z from 'zod/mini';
import { described } from '../../../src/platform/described.ts';
import { identifierParameter, requiredText, textField } from '../../../src/platform/fields.ts';

export const entryParameter = z.object({
  key: identifierParameter({ description: 'Your own key of the entry.', example: 'doe-john' }),
});
export const entryChanges = described(
  z.object({
    called: z.optional(requiredText(320, { description: 'What the person is called.', example: 'John Doe' })),
    dial: textField(64, { description: 'The number to dial.', example: '404-555-0100' }),
  }),
  { id: 'PhoneBookEntryChanges' },
);
