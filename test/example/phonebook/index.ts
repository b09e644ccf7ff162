// Vendor page: Phone Book API, "Entries", in the page's order.
import { ok } from '../../../src/platform/answer.ts';
import { patchContact } from '../../../src/storage/contact-patch.ts';
import { getContact } from '../../../src/storage/contacts.ts';
import { phonebook } from './dialect.ts';
import { fromContact, toChanges } from './mapping.ts';
import { entryChanges, entryParameter } from './schemas.ts';

phonebook.serve(
  {
    method: 'get',
    path: '/entries/{key}',
    operationId: 'phonebookGetEntry',
    summary: 'Look an entry up',
    params: entryParameter,
    answers: { 200: { description: 'The entry.', schema: 'entry', etag: true } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params: { key: reference } }) => {
    const contact = await getContact(book, { reference });
    return ok(fromContact(contact), contact);
  },
);

phonebook.serve(
  {
    method: 'patch',
    path: '/entries/{key}',
    operationId: 'phonebookPatchEntry',
    summary: 'Change an entry',
    params: entryParameter,
    body: entryChanges,
    answers: { 200: { description: 'The entry, changed.', schema: 'entry', etag: true } },
    refusals: ['contact.not_found', 'precondition.failed'],
  },
  async ({ opened: book, params: { key: reference }, body, precondition }) => {
    const contact = await patchContact(book, { reference }, toChanges(body), precondition);
    return ok(fromContact(contact), contact);
  },
);

export { phonebook } from './dialect.ts';
