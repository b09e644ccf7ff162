import * as z from 'zod/mini';
import { EMAIL_STATUSES } from '../core/contact.ts';
import { REACHABILITY_STATES } from '../core/reachability.ts';
import { instant, nextCursor } from '../platform/answer-fields.ts';
import { described, ID } from '../platform/described.ts';
import { settingsFields } from './delivery-schemas.ts';

const STATES = REACHABILITY_STATES.join(', ');

export const hook = described(
  z.object({
    provider: described(z.string(), { example: 'mailgun' }),
    path: z.nullable(
      described(z.string(), {
        description: 'Where the provider must send its events. null for reports by mail.',
        example: `/hooks/${ID}/mailgun`,
      }),
    ),
    liveSecrets: described(z.int(), {
      description: 'How many secrets are good: 2 after a PUT with a new secret, until the rotation is ended.',
      example: 1,
    }),
    createdAt: instant('When the first secret was set.'),
    rotatedAt: instant('When the newest secret was set.'),
  }),
  { id: 'Hook' },
);
export const hooks = described(z.object({ items: z.array(hook) }), { id: 'Hooks' });
export const settings = described(z.object(settingsFields), { id: 'DeliverySettings' });

export const address = described(
  z.object({
    address: described(z.string(), { example: 'ada@example.com' }),
    status: described(z.enum(EMAIL_STATUSES), { example: 'Bounced' }),
    softBounces: described(z.int(), {
      description: 'Days with a soft bounce since the last delivery.',
      example: 0,
    }),
  }),
  { id: 'AddressStatus', description: `The state of accounts follows from it: ${STATES}.` },
);
export const deadLetters = described(
  z.object({
    items: z.array(
      z.object({
        id: described(z.string(), { example: ID }),
        tenantId: described(z.nullable(z.string()), { example: ID }),
        provider: described(z.string(), { example: 'sendgrid' }),
        reason: described(z.string(), {
          description:
            'unreadable: it does not have the form that the provider documents. not_applied: the store refused it.',
          example: 'unreadable',
        }),
        receivedAt: instant('When it was received.'),
        diedAt: instant('When the queue gave up on it.'),
      }),
    ),
    next: nextCursor('after'),
  }),
  { id: 'DeadLetters' },
);
