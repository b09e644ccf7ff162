// Nobody publishes these: whom mail can still reach, and what happened to it.
import * as z from 'zod';
import { DELIVERY_KINDS } from '../../core/delivery.ts';
import { REACHABILITY_STATES } from '../../core/reachability.ts';
import { afterParameter, firstParameter } from '../../platform/fields.ts';

const ID = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';
const instant = (description: string) =>
  z.string().meta({ format: 'date-time', description, example: '2026-01-31T12:00:00.000Z' });
const email_status = z.enum(['Valid', 'Bounced', 'Complained']).meta({ example: 'Valid' });

export const reachabilityOutput = z
  .object({
    account_number: z.string().meta({ example: 'ACCT-001' }),
    name: z.string().nullable().meta({ example: 'Acme Corporation' }),
    state: z.enum(REACHABILITY_STATES).meta({
      description:
        'reachable; at_risk: it still is, but not for long or not as meant; dark: no contact has a Valid address.',
      example: 'dark',
    }),
    reasons: z.array(z.string()).meta({
      description:
        'Why it is not simply reachable: no_contacts, no_addresses, addresses_bounced, addresses_complained, primary_lost, soft_bounces, last_address.',
      example: ['addresses_bounced'],
    }),
    since: instant('When the state last changed.'),
    recipients: z
      .array(
        z.object({
          reference: z.string().meta({ example: 'CONTACT-001' }),
          id: z.string().meta({ format: 'uuid', example: ID }),
          name: z.string().meta({ example: 'John Doe' }),
          email: z.string().meta({ example: 'jdoe@acmecorp.com' }),
          email_status,
          is_primary: z.boolean().meta({ example: true }),
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
  .meta({ id: 'IngestReachability' });

export const deliveriesQuery = z.object({
  first: firstParameter({ description: 'How many to answer with.', example: 20 }),
  after: afterParameter(),
});
const delivery = z
  .object({
    provider: z.string().meta({ example: 'sendgrid' }),
    event_id: z.string().meta({ description: "The provider's own id of the event.", example: 'ZXZlbnQ' }),
    kind: z.enum(DELIVERY_KINDS).meta({ example: 'hard_bounce' }),
    at: instant('When it happened.'),
    code: z.string().nullable().meta({ description: 'The SMTP status.', example: '5.1.1' }),
    reason: z.string().nullable().meta({ example: '550 5.1.1 No such user' }),
  })
  .meta({ id: 'IngestDelivery' });
export const deliveriesOutput = z
  .object({
    email: z.string().nullable().meta({ example: 'jdoe@acmecorp.com' }),
    email_status: email_status.nullable(),
    verdict: delivery.nullable().meta({ description: 'The event that the status rests on.' }),
    items: z.array(delivery).meta({ description: 'Latest first.' }),
    next: z.string().nullable().meta({
      description: 'The cursor of the next page, for `after`; null on the last page.',
      example: null,
    }),
  })
  .meta({ id: 'IngestDeliveries' });
