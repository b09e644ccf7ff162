/** What both dialects show of deliveries and reachability, which no vendor publishes. Like answer-fields.ts, only the documents load it. */
import * as z from 'zod/mini';
import { EMAIL_STATUSES } from '../core/contact.ts';
import { DELIVERY_KINDS } from '../core/delivery.ts';
import { REACHABILITY_STATES } from '../core/reachability.ts';
import { instant } from './answer-fields.ts';
import { described } from './described.ts';

export const emailStatus = described(z.enum(EMAIL_STATUSES), { example: 'Valid' });

export const state = described(z.enum(REACHABILITY_STATES), {
  description:
    'at_risk: mail still reaches somebody, but see `reasons`. dark: no contact has a Valid address. reachable: neither of these.',
  example: 'dark',
});

export const reasons = described(z.array(z.string()), {
  description:
    'Why the state is not `reachable`: no_contacts, no_addresses, addresses_bounced, addresses_complained, primary_lost, soft_bounces, last_address.',
  example: ['addresses_bounced'],
});

/** Whether a recipient is one to write to, and why. */
export const verdictFields = {
  usable: described(z.boolean(), {
    description: 'Whether you may send mail to this address.',
    example: true,
  }),
  why: described(z.array(z.string()), {
    description:
      'primary, if the contact is primary. Then one of valid, soft_bounces, bounced and complained.',
    example: ['primary', 'valid'],
  }),
};

/** The recipients of an account, each in the form of its dialect. */
export const recipientsOf = <Recipient extends z.ZodMiniType>(recipient: Recipient) =>
  described(z.array(recipient), {
    description:
      'At most 100 contacts with an address, in the order to use: first those that you may send mail to, then the others. Among the first, primary contacts come first, then those without soft bounces, then the most recently changed.',
  });

export const provider = described(z.string(), { example: 'sendgrid' });
export const eventId = described(z.string(), {
  description: "The provider's id of the event.",
  example: 'ZXZlbnQ',
});
export const eventFields = {
  kind: described(z.enum(DELIVERY_KINDS), { example: 'hard_bounce' }),
  at: instant('When it happened.'),
  code: described(z.nullable(z.string()), { description: 'The SMTP status.', example: '5.1.1' }),
  reason: described(z.nullable(z.string()), { example: '550 5.1.1 No such user' }),
};

/** The event that decided the status, in the form of the dialect. */
export const verdictOf = <Delivery extends z.ZodMiniType>(delivery: Delivery) =>
  described(z.nullable(delivery), { description: 'The event that the status is based on.' });
/** A page of events, each in the form of the dialect. */
export const deliveriesOf = <Delivery extends z.ZodMiniType>(delivery: Delivery) =>
  described(z.array(delivery), { description: 'Latest first.' });
