// Vendor page: Phone Book API, "Entries". The vendor's names ↔ ours, total in both directions.
import type * as z from 'zod/mini';
import type { Contact } from '../../../src/core/contact.ts';
import type { ContactChanges } from '../../../src/storage/contact-patch.ts';
import type * as answers from './answers.ts';
import type { entryChanges } from './schemas.ts';

export const toChanges = ({ called, dial }: z.output<typeof entryChanges>): ContactChanges => ({
  ...(called !== undefined && { fullName: called }),
  ...(dial !== undefined && { phone: dial || null }),
});

export const fromContact = ({ reference, fullName, phone }: Contact): z.input<typeof answers.entry> => ({
  key: reference,
  called: fullName,
  dial: phone,
});
