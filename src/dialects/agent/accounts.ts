// Vendor pages: Public API, API reference "Accounts", and "Account Sources".
import { created, noContent, ok } from '../../platform/answer.ts';
import { listOf, positionIn } from '../../platform/cursor.ts';
import { openAccountWith, removeAccount } from '../../storage/account-opening.ts';
import { getAccount, listAccounts } from '../../storage/accounts.ts';
import { accountPath, agent, fromPage, refuseForeign } from './dialect.ts';
import { fromAccount, toAccountChanges, toNewContact, toOpenedAccount, toPerson } from './mapping.ts';
import { accountInput, accountParameter, accountsQuery, sourceInput } from './schemas.ts';

const one = '/accounts/{accountId}';

agent.serve(
  {
    method: 'get',
    path: '/accounts',
    operationId: 'agentListAccounts',
    summary: 'List accounts',
    description: 'Oldest first. A page costs the same at any depth.',
    query: accountsQuery,
    answers: { 200: { description: 'A page of accounts.', schema: 'accounts' } },
    refusals: ['organization.not_found'],
  },
  async ({ opened: book, query: { organizationId, first, after } }) => {
    refuseForeign(book, organizationId);
    const list = listOf(book, 'agent/accounts');
    const page = await listAccounts(book, first, await positionIn(list, { after }), true);
    return ok(await fromPage(list, page, (account) => fromAccount(book.tenantId, account)));
  },
);

agent.serve(
  {
    method: 'post',
    path: '/accounts',
    operationId: 'agentCreateAccount',
    summary: 'Create an account',
    description:
      'Creates the account with its contacts, all or nothing. In the ingest dialect its number is the `sourceId` if no account has that number yet, else its id.',
    body: accountInput,
    answers: { 201: { description: 'Created.', schema: 'account', etag: true } },
    refusals: ['organization.not_found', 'source.conflict'],
  },
  async ({ opened: book, body }) => {
    refuseForeign(book, body.organizationId);
    const account = await openAccountWith(
      book,
      toOpenedAccount(body),
      (body.contacts ?? []).map(toNewContact),
    );
    return created(accountPath(account.id), fromAccount(book.tenantId, account), account);
  },
);

agent.serve(
  {
    method: 'get',
    path: one,
    operationId: 'agentGetAccount',
    summary: 'Get an account',
    params: accountParameter,
    answers: { 200: { description: 'The account.', schema: 'account', etag: true } },
    refusals: ['account.not_found'],
  },
  async ({ opened: book, params: { accountId: id } }) => {
    const account = await getAccount(book, { id });
    return ok(fromAccount(book.tenantId, account), account);
  },
);

agent.serve(
  {
    method: 'put',
    path: one,
    operationId: 'agentPutAccount',
    summary: 'Update an account',
    description:
      'Fields that are sent overwrite, and fields that are left out stay. `contacts` are matched as in upsert, one after the other, and none is removed. All of it happens, or nothing. `source` links as `PUT …/source` does, and null unlinks.',
    params: accountParameter,
    body: accountInput,
    answers: { 200: { description: 'The account, updated.', schema: 'account', etag: true } },
    refusals: [
      'account.not_found',
      'account.changed',
      'organization.not_found',
      'precondition.failed',
      'source.conflict',
    ],
  },
  async ({ opened: book, params: { accountId }, body, precondition }) => {
    refuseForeign(book, body.organizationId);
    const people = (body.contacts ?? []).map(toPerson);
    const { changeAccount } = await import('../../storage/account-change.ts');
    const account = await changeAccount(book, accountId, toAccountChanges(body), people, precondition);
    return ok(fromAccount(book.tenantId, account), account);
  },
);

agent.serve(
  {
    method: 'delete',
    path: one,
    operationId: 'agentDeleteAccount',
    summary: 'Delete an account, and its contacts',
    description:
      'They are gone in every dialect. An ERP that still has them creates them again, with other ids.',
    params: accountParameter,
    answers: { 204: { description: 'No Content: the account is removed.' } },
    refusals: ['account.not_found', 'precondition.failed'],
  },
  async ({ opened: book, params: { accountId }, precondition }) => {
    await removeAccount(book, accountId, precondition);
    return noContent();
  },
);

agent.serve(
  {
    method: 'put',
    path: '/accounts/{accountId}/source',
    operationId: 'agentLinkSource',
    summary: 'Link an account to its record in an external system',
    description: 'Idempotent: sending the same source again only updates `lastUpdate`.',
    params: accountParameter,
    body: sourceInput,
    answers: { 200: { description: 'The account, linked.', schema: 'account', etag: true } },
    refusals: ['account.not_found', 'precondition.failed', 'source.conflict'],
  },
  async ({ opened: book, params: { accountId }, body, precondition }) => {
    const { linkSource } = await import('../../storage/sources.ts');
    const account = await linkSource(book, accountId, body, precondition);
    return ok(fromAccount(book.tenantId, account), account);
  },
);

agent.serve(
  {
    method: 'delete',
    path: '/accounts/{accountId}/source',
    operationId: 'agentUnlinkSource',
    summary: 'Unlink an account from its external system',
    params: accountParameter,
    answers: { 204: { description: 'No Content: the account has no source now.' } },
    refusals: ['account.not_found', 'precondition.failed', 'source.not_found'],
  },
  async ({ opened: book, params: { accountId }, precondition }) => {
    const { unlinkSource } = await import('../../storage/sources.ts');
    await unlinkSource(book, accountId, precondition);
    return noContent();
  },
);
