// Nobody publishes these: whom mail can still reach, and what happened to it.
import * as z from 'zod/mini';
import { DELIVERY_KINDS } from '../../core/delivery.ts';
import { REACHABILITY_STATES } from '../../core/reachability.ts';
import { described, ID } from '../../platform/described.ts';
import { instant, nextCursor } from '../../platform/shown.ts';

const email_status = described(z.enum(['Valid', 'Bounced', 'Complained']), { example: 'Valid' });

export const reachability = described(
  z.object({
    account_number: described(z.string(), { example: 'ACCT-001' }),
    name: described(z.nullable(z.string()), { example: 'Acme Corporation' }),
    state: described(z.enum(REACHABILITY_STATES), {
      description:
        'reachable; at_risk: it still is, but not for long or not as meant; dark: no contact has a Valid address.',
      example: 'dark',
    }),
    reasons: described(z.array(z.string()), {
      description:
        'Why it is not simply reachable: no_contacts, no_addresses, addresses_bounced, addresses_complained, primary_lost, soft_bounces, last_address.',
      example: ['addresses_bounced'],
    }),
    since: instant('When the state last changed.'),
    recipients: described(
      z.array(
        z.object({
          reference: described(z.string(), { example: 'CONTACT-001' }),
          id: described(z.string(), { format: 'uuid', example: ID }),
          name: described(z.string(), { example: 'John Doe' }),
          email: described(z.string(), { example: 'jdoe@acmecorp.com' }),
          email_status,
          is_primary: described(z.boolean(), { example: true }),
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
  { id: 'IngestReachability' },
);
const delivery = described(
  z.object({
    provider: described(z.string(), { example: 'sendgrid' }),
    event_id: described(z.string(), {
      description: "The provider's own id of the event.",
      example: 'ZXZlbnQ',
    }),
    kind: described(z.enum(DELIVERY_KINDS), { example: 'hard_bounce' }),
    at: instant('When it happened.'),
    code: described(z.nullable(z.string()), { description: 'The SMTP status.', example: '5.1.1' }),
    reason: described(z.nullable(z.string()), { example: '550 5.1.1 No such user' }),
  }),
  { id: 'IngestDelivery' },
);
export const deliveries = described(
  z.object({
    email: described(z.nullable(z.string()), { example: 'jdoe@acmecorp.com' }),
    email_status: z.nullable(email_status),
    verdict: described(z.nullable(delivery), { description: 'The event that the status rests on.' }),
    items: described(z.array(delivery), { description: 'Latest first.' }),
    next: nextCursor(),
  }),
  { id: 'IngestDeliveries' },
);
