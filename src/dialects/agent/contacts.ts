// Vendor pages: Public API, "Contacts", in the page's order, and "Upsert Operations".
import { created, noContent, ok } from '../../platform/answer.ts';
import { listOf, positionIn } from '../../platform/cursor.ts';
import { patchContact } from '../../storage/contact-patch.ts';
import { createContact, removeContact } from '../../storage/contact-writes.ts';
import { getContact, listContactsOf } from '../../storage/contacts.ts';
import { upsertContact } from '../../storage/upsert.ts';
import { accountPath, agent, fromPage } from './dialect.ts';
import { fromContact, fromUpsert, toContactChanges, toNewContact } from './mapping.ts';
import {
  accountParameter,
  contactChanges,
  contactInput,
  contactParameters,
  pageQuery,
  upsertQuery,
} from './schemas.ts';

const all = '/accounts/{accountId}/contacts';
const one = '/accounts/{accountId}/contacts/{contactId}';

agent.serve(
  {
    method: 'get',
    path: all,
    operationId: 'agentListContacts',
    summary: 'List all contacts',
    description: 'Oldest first. A page costs the same at any depth.',
    params: accountParameter,
    query: pageQuery,
    answers: { 200: { description: 'A page of contacts.', schema: 'contacts' } },
    refusals: ['account.not_found'],
  },
  async ({ opened: book, params: { accountId }, query: { first, after } }) => {
    const list = listOf(book, 'agent/contacts', accountId);
    const page = await listContactsOf(book, accountId, first, await positionIn(list, { after }));
    return ok(await fromPage(list, page, fromContact));
  },
);

agent.serve(
  {
    method: 'post',
    path: all,
    operationId: 'agentCreateContact',
    summary: 'Create a contact',
    description: 'Always creates a contact. Use upsert to find one that exists already.',
    params: accountParameter,
    body: contactInput,
    contact: true,
    answers: { 201: { description: 'Created.', schema: 'contact', etag: true } },
    refusals: ['account.not_found'],
  },
  async ({ opened: book, params: { accountId }, body }) => {
    const contact = await createContact(book, null, toNewContact(body), { id: accountId });
    return created(`${accountPath(accountId)}/contacts/${contact.id}`, fromContact(contact), contact);
  },
);

agent.serve(
  {
    method: 'get',
    path: one,
    operationId: 'agentGetContact',
    summary: 'Get a contact',
    params: contactParameters,
    contact: true,
    answers: { 200: { description: 'The contact.', schema: 'contact', etag: true } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params: { accountId, contactId: id } }) => {
    const contact = await getContact(book, { accountId, id });
    return ok(fromContact(contact), contact);
  },
);

agent.serve(
  {
    method: 'patch',
    path: one,
    operationId: 'agentPatchContact',
    summary: 'Update a contact',
    description:
      'Only the provided fields will be updated. `email: null` clears the address. `email.status` can never be written.',
    params: contactParameters,
    body: contactChanges,
    contact: true,
    answers: { 200: { description: 'The contact, updated.', schema: 'contact', etag: true } },
    refusals: ['contact.not_found', 'precondition.failed'],
  },
  async ({ opened: book, params: { accountId, contactId: id }, body, precondition }) => {
    const contact = await patchContact(book, { accountId, id }, toContactChanges(body), precondition);
    return ok(fromContact(contact), contact);
  },
);

agent.serve(
  {
    method: 'delete',
    path: one,
    operationId: 'agentDeleteContact',
    summary: 'Delete a contact',
    description: 'The contact is gone in every dialect. An ERP that still has it creates it again.',
    params: contactParameters,
    answers: { 204: { description: 'No Content: the contact is removed.' } },
    refusals: ['contact.not_found', 'precondition.failed'],
  },
  async ({ opened: book, params: { accountId, contactId: id }, precondition }) => {
    await removeContact(book, { accountId, id }, precondition);
    return noContent();
  },
);

agent.serve(
  {
    method: 'put',
    path: '/accounts/{accountId}/contacts/upsert',
    operationId: 'agentUpsertContact',
    summary: 'Create or update',
    description: `Finds the contact by email, case-insensitively, else by name, within a Levenshtein distance of min(2, a fifth of the shorter name). Fields that are sent overwrite, and the rest stay. If no contact matches, one is created. Only then are \`fullName\` and \`language\` required. If the same request is sent many times at once, it leaves one contact.

\`match=email-only\` lets no name decide. If no contact matches, \`email\` is then required, too. \`explain=true\` adds the \`explanation\`. \`dryRun=true\` writes nothing, needs the same scope, and always answers 200 with the contact as it would be and the \`explanation\`. A contact that would be created has the nil UUID. A dry run ignores an \`Idempotency-Key\`.`,
    params: accountParameter,
    query: upsertQuery,
    preference: 'explain',
    body: contactChanges,
    contact: true,
    answers: {
      200: {
        description: 'Updated. For a dry run, what would happen, without an ETag.',
        schema: 'upsert',
        etag: 'usually',
      },
      201: { description: 'Created.', schema: 'upsert', etag: true },
    },
    refusals: ['account.not_found'],
  },
  async ({ opened: book, params: { accountId }, query: { dryRun, explain, match }, body }) => {
    const options = { dryRun, explains: explain, emailOnly: match === 'email-only' };
    const upserted = await upsertContact(book, accountId, toContactChanges(body), options);
    const { contact, outcome } = upserted;
    if (dryRun) return { ...ok(fromUpsert(upserted)), contact };
    return outcome === 'created'
      ? created(`${accountPath(accountId)}/contacts/${contact.id}`, fromUpsert(upserted), contact)
      : ok(fromUpsert(upserted), contact);
  },
);
