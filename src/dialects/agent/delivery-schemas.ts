// Nobody publishes these: whom mail can still reach, and what happened to it.
import * as z from 'zod';
import { DELIVERY_KINDS } from '../../core/delivery.ts';
import { REACHABILITY_STATES } from '../../core/reachability.ts';
import { afterParameter, firstParameter } from '../../platform/fields.ts';

const ID = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';
const id = (description: string) => z.string().meta({ format: 'uuid', description, example: ID });
const instant = (description: string) =>
  z.string().meta({ format: 'date-time', description, example: '2026-01-31T12:00:00.000Z' });
const endCursor = z
  .string()
  .nullable()
  .meta({ description: 'The cursor of the next page, for `after`; null on the last page.', example: null });
const pages = {
  first: firstParameter({ description: 'How many to answer with.', example: 10 }),
  after: afterParameter(),
};
const state = z.enum(REACHABILITY_STATES).meta({
  description:
    'reachable; at_risk: it still is, but not for long or not as meant; dark: no contact has a Valid address.',
  example: 'dark',
});
const reasons = z.array(z.string()).meta({
  description:
    'Why it is not simply reachable: no_contacts, no_addresses, addresses_bounced, addresses_complained, primary_lost, soft_bounces, last_address.',
  example: ['addresses_bounced'],
});

const status = z.enum(['Valid', 'Bounced', 'Complained']).meta({ example: 'Valid' });

const accountFields = {
  accountId: id('The account.'),
  fullName: z.string().meta({ example: 'Acme Corporation' }),
  state,
  reasons,
  since: instant('When the state last changed.'),
};
export const reachabilityOutput = z
  .object({
    ...accountFields,
    recipients: z
      .array(
        z.object({
          contactId: id('The contact.'),
          fullName: z.string().meta({ example: 'John Smith' }),
          email: z.object({ address: z.string().meta({ example: 'john@acme.com' }), status }),
          isPrimary: z.boolean().meta({ example: true }),
          usable: z.boolean().meta({ description: 'Whether mail may go there.', example: true }),
          why: z.array(z.string()).meta({
            description: 'primary; valid, soft_bounces, bounced or complained.',
            example: ['primary', 'valid'],
          }),
        }),
      )
      .meta({
        description:
          'Contacts with an address in the order to use, at most 100: those that mail may go to, of these the primary ones first, then by most recent change; then the others.',
      }),
  })
  .meta({ id: 'AgentReachability' });

export const portfolioQuery = z.object({
  organizationId: z
    .string()
    .optional()
    .meta({ format: 'uuid', description: 'Accounts of this organization.', example: ID }),
  state: state.optional(),
  ...pages,
});
const count = z.number().int().meta({ example: 1 });
export const portfolioOutput = z
  .object({
    nodes: z.array(z.object(accountFields)),
    pageInfo: z.object({ endCursor }),
    totals: z
      .object({ reachable: count, at_risk: count, dark: count })
      .meta({ description: 'How many accounts there are in each state, whatever the filter.' }),
  })
  .meta({ id: 'AgentPortfolio' });

export const deliveriesQuery = z.object(pages);
const delivery = z
  .object({
    provider: z.string().meta({ example: 'sendgrid' }),
    eventId: z.string().meta({ description: "The provider's own id of the event.", example: 'ZXZlbnQ' }),
    kind: z.enum(DELIVERY_KINDS).meta({ example: 'hard_bounce' }),
    at: instant('When it happened.'),
    code: z.string().nullable().meta({ description: 'The SMTP status.', example: '5.1.1' }),
    reason: z.string().nullable().meta({ example: '550 5.1.1 No such user' }),
  })
  .meta({ id: 'AgentDelivery' });
export const deliveriesOutput = z
  .object({
    email: z.object({ address: z.string().meta({ example: 'john@acme.com' }), status }).nullable(),
    verdict: delivery.nullable().meta({ description: 'The event that the status rests on.' }),
    nodes: z.array(delivery).meta({ description: 'Latest first.' }),
    pageInfo: z.object({ endCursor }),
  })
  .meta({ id: 'AgentDeliveries' });
