// Vendor page: Ingest API, "Contacts", in the page's order; then DELETE and the list, which no vendor page has.
import { created, noContent, ok } from '../../platform/answer.ts';
import { cursorAfter, fromCursor, listOf } from '../../platform/cursor.ts';
import { patchContact } from '../../storage/contact-patch.ts';
import { createContact, putContact, removeContact } from '../../storage/contact-writes.ts';
import { getContact, listContacts } from '../../storage/contacts.ts';
import { ingest, locationOf } from './dialect.ts';
import { fromContact, toAccountLink, toContactChanges, toContactFields } from './mapping.ts';
import { contactInput, contactsQuery, referenceParameter } from './schemas.ts';

const path = '/contacts/{reference}';
const whole = { params: referenceParameter, repeats: 'reference', body: contactInput } as const;

ingest.serve(
  {
    method: 'post',
    path,
    operationId: 'ingestCreateContact',
    summary: 'Creates a new contact.',
    ...whole,
    contact: true,
    answers: { 201: { description: 'Created.', schema: 'contact', etag: true } },
    refusals: ['contact.exists'],
  },
  async ({ opened: book, params: { reference }, body }) => {
    const contact = await createContact(book, reference, toContactFields(body), toAccountLink(body));
    return created(locationOf('contacts', reference), fromContact(contact), contact);
  },
);

ingest.serve(
  {
    method: 'put',
    path,
    operationId: 'ingestPutContact',
    summary: 'Creates or replaces a contact. Safe to retry.',
    description:
      'Replaces every ordinary field: a field that is left out becomes null. Custom fields that are left out keep their value. With `If-Match` it replaces only that version. With `If-None-Match: *` it only creates. An equal PUT changes nothing, not even `updated_at`.',
    ...whole,
    contact: true,
    answers: {
      200: { description: 'Replaced.', schema: 'contact', etag: true },
      201: { description: 'Created.', schema: 'contact', etag: true },
    },
    refusals: ['precondition.failed'],
  },
  async ({ opened: book, params: { reference }, body, precondition }) => {
    const { contact, created: isNew } = await putContact(
      book,
      reference,
      toContactFields(body),
      toAccountLink(body),
      precondition,
    );
    return isNew
      ? created(locationOf('contacts', reference), fromContact(contact), contact)
      : ok(fromContact(contact), contact);
  },
);

ingest.serve(
  {
    method: 'get',
    path,
    operationId: 'ingestGetContact',
    summary: 'Retrieves a contact.',
    params: referenceParameter,
    contact: true,
    answers: { 200: { description: 'Contact found.', schema: 'contact', etag: true } },
    refusals: ['contact.not_found', 'contact.not_shown'],
  },
  async ({ opened: book, params }) => {
    const contact = await getContact(book, params);
    return ok(fromContact(contact), contact);
  },
);

ingest.serve(
  {
    method: 'patch',
    path,
    operationId: 'ingestPatchContact',
    summary: 'Partially updates a contact.',
    description:
      'Only fields present in the request body are modified. null clears a field. `name` clears `first_name` and `last_name`, and the reverse.',
    ...whole,
    contact: true,
    answers: {
      200: { description: 'Updated. Returns the updated contact.', schema: 'contact', etag: true },
    },
    refusals: ['contact.not_found', 'precondition.failed'],
  },
  async ({ opened: book, params, body, precondition }) => {
    const contact = await patchContact(book, params, toContactChanges(body), precondition);
    return ok(fromContact(contact), contact);
  },
);

ingest.serve(
  {
    method: 'delete',
    path,
    operationId: 'ingestDeleteContact',
    summary: 'Removes a contact.',
    description: 'The contact is gone in every dialect.',
    params: referenceParameter,
    answers: { 204: { description: 'Removed.' } },
    refusals: ['contact.not_found', 'precondition.failed'],
  },
  async ({ opened: book, params, precondition }) => {
    await removeContact(book, params, precondition);
    return noContent();
  },
);

ingest.serve(
  {
    method: 'get',
    path: '/contacts',
    operationId: 'ingestListContacts',
    summary: 'Lists contacts, oldest first.',
    description:
      'Without `email`, a page costs the same at any depth. With `updated_since` and without `email`, the list is in order of change: a contact that changes while you page comes again, later.',
    query: contactsQuery,
    answers: { 200: { description: 'A page of contacts.', schema: 'contacts' } },
  },
  async ({ opened: book, query: { first, after, account_number, email, updated_since } }) => {
    const filter = { accountNumber: account_number, email, updatedSince: updated_since };
    const list = listOf(book, 'ingest/contacts', filter);
    const [id, updatedAt = ''] = (await fromCursor(list, { after }))?.split(' ') ?? [];
    const page = await listContacts(book, filter, first, id === undefined ? null : { id, updatedAt });
    const next = await cursorAfter(list, page, (last) => `${last.id} ${last.updatedAt}`);
    return ok({ items: page.items.map(fromContact), next });
  },
);
