// Nobody publishes these: whom mail can still reach, and what happened to it.
import * as z from 'zod/mini';
import { DELIVERY_KINDS } from '../../core/delivery.ts';
import { described } from '../../platform/described.ts';
import { id, instant, nextCursor } from '../../platform/shown.ts';
import { state } from './schemas.ts';

const endCursor = nextCursor();
const reasons = described(z.array(z.string()), {
  description:
    'Why it is not simply reachable: no_contacts, no_addresses, addresses_bounced, addresses_complained, primary_lost, soft_bounces, last_address.',
  example: ['addresses_bounced'],
});

const status = described(z.enum(['Valid', 'Bounced', 'Complained']), { example: 'Valid' });

const accountFields = {
  accountId: id('The account.'),
  fullName: described(z.string(), { example: 'Acme Corporation' }),
  state,
  reasons,
  since: instant('When the state last changed.'),
};
export const reachability = described(
  z.object({
    ...accountFields,
    recipients: described(
      z.array(
        z.object({
          contactId: id('The contact.'),
          fullName: described(z.string(), { example: 'John Smith' }),
          email: z.object({ address: described(z.string(), { example: 'john@acme.com' }), status }),
          isPrimary: described(z.boolean(), { example: true }),
          usable: described(z.boolean(), { description: 'Whether mail may go there.', example: true }),
          why: described(z.array(z.string()), {
            description: 'primary; valid, soft_bounces, bounced or complained.',
            example: ['primary', 'valid'],
          }),
        }),
      ),
      {
        description:
          'Contacts with an address in the order to use, at most 100: those that mail may go to, of these the primary ones first, then by most recent change; then the others.',
      },
    ),
  }),
  { id: 'AgentReachability' },
);
const count = described(z.int(), { example: 1 });
export const portfolio = described(
  z.object({
    nodes: z.array(z.object(accountFields)),
    pageInfo: z.object({ endCursor }),
    totals: described(z.object({ reachable: count, at_risk: count, dark: count }), {
      description: 'How many accounts there are in each state, whatever the filter.',
    }),
  }),
  { id: 'AgentPortfolio' },
);
const delivery = described(
  z.object({
    provider: described(z.string(), { example: 'sendgrid' }),
    eventId: described(z.string(), {
      description: "The provider's own id of the event.",
      example: 'ZXZlbnQ',
    }),
    kind: described(z.enum(DELIVERY_KINDS), { example: 'hard_bounce' }),
    at: instant('When it happened.'),
    code: described(z.nullable(z.string()), { description: 'The SMTP status.', example: '5.1.1' }),
    reason: described(z.nullable(z.string()), { example: '550 5.1.1 No such user' }),
  }),
  { id: 'AgentDelivery' },
);
export const deliveries = described(
  z.object({
    email: z.nullable(z.object({ address: described(z.string(), { example: 'john@acme.com' }), status })),
    verdict: described(z.nullable(delivery), { description: 'The event that the status rests on.' }),
    nodes: described(z.array(delivery), { description: 'Latest first.' }),
    pageInfo: z.object({ endCursor }),
  }),
  { id: 'AgentDeliveries' },
);
