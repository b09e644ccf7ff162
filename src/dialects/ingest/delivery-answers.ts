// No vendor page: whom mail can still reach, and what happened to it.
import * as z from 'zod/mini';
import { instant, nextCursor } from '../../platform/answer-fields.ts';
import {
  deliveriesOf,
  emailStatus,
  eventFields,
  eventId,
  provider,
  reasons,
  recipientsOf,
  state,
  verdictFields,
  verdictOf,
} from '../../platform/delivery-answer-fields.ts';
import { described, ID } from '../../platform/described.ts';

const recipient = z.object({
  reference: described(z.string(), { example: 'CONTACT-001' }),
  id: described(z.string(), { format: 'uuid', example: ID }),
  name: described(z.string(), { example: 'John Doe' }),
  email: described(z.string(), { example: 'jdoe@acmecorp.com' }),
  email_status: emailStatus,
  is_primary: described(z.boolean(), { example: true }),
  ...verdictFields,
});
export const reachability = described(
  z.object({
    account_number: described(z.string(), { example: 'ACCT-001' }),
    name: described(z.nullable(z.string()), { example: 'Acme Corporation' }),
    state,
    reasons,
    since: instant('When the state last changed.'),
    recipients: recipientsOf(recipient),
  }),
  { id: 'IngestReachability' },
);

const delivery = described(z.object({ provider, event_id: eventId, ...eventFields }), {
  id: 'IngestDelivery',
});
export const deliveries = described(
  z.object({
    email: described(z.nullable(z.string()), { example: 'jdoe@acmecorp.com' }),
    email_status: z.nullable(emailStatus),
    verdict: verdictOf(delivery),
    items: deliveriesOf(delivery),
    next: nextCursor('after'),
  }),
  { id: 'IngestDeliveries' },
);
