// Vendor page: Phone Book API, "Entries".
import * as z from 'zod/mini';
import { described } from '../../../src/platform/described.ts';

export const entry = described(
  z.object({
    key: described(z.string(), { description: 'Your own key of the entry.', example: 'doe-john' }),
    called: described(z.string(), { description: 'What the person is called.', example: 'John Doe' }),
    dial: described(z.nullable(z.string()), { description: 'The number to dial.', example: '404-555-0100' }),
  }),
  { id: 'PhoneBookEntry' },
);
