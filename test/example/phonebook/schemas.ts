// Vendor page: Phone Book API, "Entries".
import * as z from 'zod';
import { identifierParameter, requiredText, textField } from '../../../src/platform/fields.ts';

export const entryParameter = z.object({
  key: identifierParameter({ description: 'Your own key of the entry.', example: 'doe-john' }),
});
export const entryChanges = z
  .object({
    called: requiredText(320, { description: 'What the person is called.', example: 'John Doe' }).optional(),
    dial: textField(64, { description: 'The number to dial.', example: '404-555-0100' }),
  })
  .meta({ id: 'PhoneBookEntryChanges' });
export const entryOutput = z
  .object({
    key: z.string().meta({ description: 'Your own key of the entry.', example: 'doe-john' }),
    called: z.string().meta({ description: 'What the person is called.', example: 'John Doe' }),
    dial: z.string().nullable().meta({ description: 'The number to dial.', example: '404-555-0100' }),
  })
  .meta({ id: 'PhoneBookEntry' });
