// No vendor page: whom mail can still reach.
import { ok } from '../../platform/answer.ts';
import { listOf, positionIn } from '../../platform/cursor.ts';
import type { AccountReachability, Recipient } from '../../storage/reachability.ts';
import { agent, fromPage, refuseForeign } from './dialect.ts';
import { accountParameter, portfolioQuery } from './schemas.ts';

const fromReachability = ({ id, number, name, state, reasons, since }: AccountReachability) => ({
  accountId: id,
  fullName: name ?? number,
  state,
  reasons,
  since,
});

const fromRecipient = ({
  id,
  fullName,
  email,
  emailStatus,
  spokenLanguage,
  isPrimary,
  usable,
  why,
}: Recipient) => ({
  contactId: id,
  fullName,
  email: { address: email, status: emailStatus },
  language: spokenLanguage,
  isPrimary,
  usable,
  why,
});

agent.serve(
  {
    method: 'get',
    path: '/accounts/{accountId}/reachability',
    operationId: 'agentGetReachability',
    summary: 'Tell whom mail can still reach',
    description:
      'Ask before you write to an account. `recipients` are in the order in which to use them. Mail may go to those with `usable: true`.',
    params: accountParameter,
    answers: {
      200: { description: 'The state of the account, and whom to write to.', schema: 'reachability' },
    },
    refusals: ['account.not_found'],
  },
  async ({ opened: book, params: { accountId: id } }) => {
    const { getReachability } = await import('../../storage/reachability.ts');
    const account = await getReachability(book, { id });
    return ok({ ...fromReachability(account), recipients: account.recipients.map(fromRecipient) });
  },
);

agent.serve(
  {
    method: 'get',
    path: '/reachability',
    operationId: 'agentListReachability',
    summary: 'List accounts by whether mail can reach them',
    description:
      '`dark`: no contact has a Valid address. `at_risk`: a primary contact is lost, one address is left, or the Valid ones soft bounce. Oldest first. A page costs the same at any depth.',
    query: portfolioQuery,
    answers: { 200: { description: 'A page of accounts, and totals.', schema: 'portfolio' } },
    refusals: ['organization.not_found'],
  },
  async ({ opened: book, query: { organizationId, state, first, after } }) => {
    refuseForeign(book, organizationId);
    const { listReachability } = await import('../../storage/reachability.ts');
    const list = listOf(book, 'agent/reachability', state);
    const page = await listReachability(book, state, first, await positionIn(list, { after }));
    return ok({ ...(await fromPage(list, page, fromReachability)), totals: page.totals });
  },
);
