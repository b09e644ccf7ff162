// No vendor page: whom mail can still reach, and what happened to it.
import * as z from 'zod/mini';
import { id, instant, nextCursor } from '../../platform/answer-fields.ts';
import {
  deliveriesOf,
  eventFields,
  eventId,
  provider,
  reasons,
  recipientsOf,
  state,
  emailStatus as status,
  verdictFields,
  verdictOf,
} from '../../platform/delivery-answer-fields.ts';
import { described } from '../../platform/described.ts';

const pageInfo = z.object({ endCursor: nextCursor('after') });
const accountFields = {
  accountId: id('The account.'),
  fullName: described(z.string(), { example: 'Acme Corporation' }),
  state,
  reasons,
  since: instant('When the state last changed.'),
};
const recipient = z.object({
  contactId: id('The contact.'),
  fullName: described(z.string(), { example: 'John Smith' }),
  email: z.object({ address: described(z.string(), { example: 'john@acme.com' }), status }),
  language: described(z.string(), {
    description: "The language to write in: the contact's, else its account's, else the tenant's.",
    example: 'en',
  }),
  isPrimary: described(z.boolean(), { example: true }),
  ...verdictFields,
});
export const reachability = described(z.object({ ...accountFields, recipients: recipientsOf(recipient) }), {
  id: 'AgentReachability',
});

const count = described(z.int(), { example: 1 });
export const portfolio = described(
  z.object({
    nodes: z.array(z.object(accountFields)),
    pageInfo,
    totals: described(z.object({ reachable: count, at_risk: count, dark: count }), {
      description: 'How many accounts there are in each state, whatever the filter.',
    }),
  }),
  { id: 'AgentPortfolio' },
);

const delivery = described(z.object({ provider, eventId, ...eventFields }), { id: 'AgentDelivery' });
export const deliveries = described(
  z.object({
    email: z.nullable(z.object({ address: described(z.string(), { example: 'john@acme.com' }), status })),
    verdict: verdictOf(delivery),
    nodes: deliveriesOf(delivery),
    pageInfo,
  }),
  { id: 'AgentDeliveries' },
);
