// Vendor page: Ingest API, "Accounts", in the page's order; then the list, which no vendor page has.
import { created, ok } from '../../platform/answer.ts';
import { cursorAfter, listOf, positionIn } from '../../platform/cursor.ts';
import { createAccount, patchAccount, putAccount } from '../../storage/account-writes.ts';
import { getAccount, listAccounts } from '../../storage/accounts.ts';
import { fromAccount, toAccountChanges, toAccountFields } from './account-mapping.ts';
import { ingest, locationOf } from './dialect.ts';
import { accountInput, accountNumberParameter, accountPatch, pageQuery } from './schemas.ts';

const path = '/accounts/{account_number}';
const whole = { params: accountNumberParameter, repeats: 'account_number', body: accountInput } as const;

ingest.serve(
  {
    method: 'post',
    path,
    operationId: 'ingestCreateAccount',
    summary: 'Creates a new account.',
    ...whole,
    answers: { 201: { description: 'Account created.', schema: 'account', etag: true } },
    refusals: ['account.exists'],
  },
  async ({ opened: book, params: { account_number }, body }) => {
    const account = await createAccount(book, account_number, toAccountFields(body));
    return created(locationOf('accounts', account_number), fromAccount(account), account);
  },
);

ingest.serve(
  {
    method: 'put',
    path,
    operationId: 'ingestPutAccount',
    summary: 'Creates or replaces an account. Safe to retry.',
    description:
      'Replaces every ordinary field: a field that is left out becomes null, except `currency`, which is locked once set. Custom fields that are left out keep their value.',
    ...whole,
    answers: {
      200: { description: 'Replaced.', schema: 'account', etag: true },
      201: { description: 'Created.', schema: 'account', etag: true },
    },
    refusals: ['precondition.failed'],
  },
  async ({ opened: book, params: { account_number }, body, precondition }) => {
    const { account, created: isNew } = await putAccount(
      book,
      account_number,
      toAccountFields(body),
      precondition,
    );
    return isNew
      ? created(locationOf('accounts', account_number), fromAccount(account), account)
      : ok(fromAccount(account), account);
  },
);

ingest.serve(
  {
    method: 'get',
    path,
    operationId: 'ingestGetAccount',
    summary: 'Retrieves an account.',
    params: accountNumberParameter,
    answers: { 200: { description: 'Account found.', schema: 'account', etag: true } },
    refusals: ['account.not_found'],
  },
  async ({ opened: book, params: { account_number: number } }) => {
    const account = await getAccount(book, { number });
    return ok(fromAccount(account), account);
  },
);

ingest.serve(
  {
    method: 'patch',
    path,
    operationId: 'ingestPatchAccount',
    summary: 'Partially updates an account.',
    description: 'Only fields present in the request body are modified. null clears a field.',
    params: accountNumberParameter,
    repeats: 'account_number',
    body: accountPatch,
    answers: {
      200: { description: 'Updated. Returns the updated account.', schema: 'account', etag: true },
    },
    refusals: ['account.not_found', 'precondition.failed'],
  },
  async ({ opened: book, params: { account_number: number }, body, precondition }) => {
    const account = await patchAccount(book, { number }, toAccountChanges(body), precondition);
    return ok(fromAccount(account), account);
  },
);

ingest.serve(
  {
    method: 'get',
    path: '/accounts',
    operationId: 'ingestListAccounts',
    summary: 'Lists accounts, oldest first.',
    query: pageQuery,
    answers: { 200: { description: 'A page of accounts.', schema: 'accounts' } },
  },
  async ({ opened: book, query: { first, after } }) => {
    const list = listOf(book, 'ingest/accounts');
    const page = await listAccounts(book, first, await positionIn(list, { after }), false);
    return ok({ items: page.items.map(fromAccount), next: await cursorAfter(list, page, ({ id }) => id) });
  },
);
