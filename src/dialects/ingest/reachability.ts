// No vendor page: whom mail can still reach.
import { ok } from '../../platform/answer.ts';
import type { Recipient } from '../../storage/reachability.ts';
import { ingest } from './dialect.ts';
import { accountNumberParameter } from './schemas.ts';

const fromRecipient = ({
  id,
  reference,
  fullName,
  email,
  emailStatus,
  isPrimary,
  usable,
  why,
}: Recipient) => ({
  reference,
  id,
  name: fullName,
  email,
  email_status: emailStatus,
  is_primary: isPrimary,
  usable,
  why,
});

ingest.serve(
  {
    method: 'get',
    path: '/accounts/{account_number}/reachability',
    operationId: 'ingestGetReachability',
    summary: 'Tells whom mail can still reach.',
    description:
      '`recipients` are in the order in which to use them. Mail may go to those with `usable: true`.',
    params: accountNumberParameter,
    answers: {
      200: { description: 'The state of the account, and whom to write to.', schema: 'reachability' },
    },
    refusals: ['account.not_found'],
  },
  async ({ opened: book, params }) => {
    const { getReachability } = await import('../../storage/reachability.ts');
    const { number, name, state, reasons, since, recipients } = await getReachability(book, {
      number: params.account_number,
    });
    return ok({
      account_number: number,
      name,
      state,
      reasons,
      since,
      recipients: recipients.map(fromRecipient),
    });
  },
);
