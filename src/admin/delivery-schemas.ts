import * as z from 'zod';
import { REACHABILITY_STATES } from '../core/reachability.ts';
import { fault, idParameter, requiredEmail } from '../platform/fields.ts';
import { tenantParameter } from './schemas.ts';

const ID = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';
const instant = (description: string) =>
  z.string().meta({ format: 'date-time', description, example: '2026-01-31T12:00:00.000Z' });
const STATES = REACHABILITY_STATES.join(', ');

export const hookParameters = z.object({
  ...tenantParameter.shape,
  provider: z.string().meta({
    description: 'ses, sendgrid, mailgun, postmark, resend, or email for reports by mail.',
    example: 'mailgun',
  }),
});

export const hookInput = z
  .object({
    secret: z.string().meta({
      description:
        'What the provider proves itself with; its form is another for each (docs/deliverability.md). Never shown again.',
      example: '0123456789abcdef0123456789abcdef',
    }),
  })
  .meta({ id: 'HookInput' });

export const hookOutput = z
  .object({
    provider: z.string().meta({ example: 'mailgun' }),
    path: z
      .string()
      .meta({
        description: 'Where the provider is to send its events; null for reports by mail.',
        example: `/hooks/${ID}/mailgun`,
      })
      .nullable(),
    liveSecrets: z.number().int().meta({
      description: 'How many secrets are good: 2 from one PUT with a new secret until the rotation is ended.',
      example: 1,
    }),
    createdAt: instant('When the first secret was set.'),
    rotatedAt: instant('When the newest secret was set.'),
  })
  .meta({ id: 'Hook' });
export const hooksOutput = z.object({ items: z.array(hookOutput) }).meta({ id: 'Hooks' });

const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const domain = z.string().superRefine((text, context) => {
  if (!DOMAIN.test(text.toLowerCase())) fault(context, ['domain.invalid', 'This is not a domain in ASCII.']);
});

const settings = {
  softBounces: z.number().int().min(1).max(100).meta({
    description: 'How many days with a final soft bounce make an address Bounced.',
    example: 3,
  }),
  withinDays: z.number().int().min(1).max(366).meta({
    description: 'Within how many days.',
    example: 30,
  }),
  test: z.boolean().meta({ description: 'Lets the simulator speak for this tenant.', example: true }),
  senderDomains: z.array(domain).max(100).meta({
    description: 'The domains from which this tenant sends through Cloudflare Email Service.',
    example: [],
  }),
};
export const settingsOutput = z.object(settings).meta({ id: 'DeliverySettings' });
export const settingsChanges = z
  .object({
    softBounces: settings.softBounces.optional(),
    withinDays: settings.withinDays.optional(),
    test: settings.test.optional(),
    senderDomains: settings.senderDomains.optional(),
  })
  .meta({ id: 'DeliverySettingsChanges' });

const address = requiredEmail({ description: 'The address.', example: 'ada@example.com' });

export const revalidateInput = z
  .object({
    address,
    force: z.boolean().optional().meta({
      description: 'Also where a complaint was met: only when the person has asked for mail again.',
      example: false,
    }),
  })
  .meta({ id: 'Revalidation' });

export const SIMULATED = ['bounce', 'soft', 'complain', 'delivered'] as const;
export const simulateInput = z
  .object({
    address,
    event: z.enum(SIMULATED).optional().meta({
      description:
        'What mail to the address is to have met. May be left out for bounce@, soft@, complain@ and delivered@simulator.test.',
      example: 'bounce',
    }),
  })
  .meta({ id: 'Simulation' });

export const addressOutput = z
  .object({
    address: z.string().meta({ example: 'ada@example.com' }),
    status: z.enum(['Valid', 'Bounced', 'Complained']).meta({ example: 'Bounced' }),
    softBounces: z.number().int().meta({
      description: 'Days with a soft bounce since the last delivery.',
      example: 0,
    }),
  })
  .meta({ id: 'AddressStatus', description: `Accounts follow it: ${STATES}.` });

export const deadLetterParameter = z.object({
  deadLetterId: idParameter({ description: 'The dead letter.', example: ID }),
});
export const deadLettersOutput = z
  .object({
    items: z.array(
      z.object({
        id: z.string().meta({ example: ID }),
        tenantId: z.string().nullable().meta({ example: ID }),
        provider: z.string().meta({ example: 'sendgrid' }),
        reason: z.string().meta({
          description:
            'unreadable: not of the form that the provider documents; not_applied: the store refused it.',
          example: 'unreadable',
        }),
        receivedAt: instant('When it was received.'),
        diedAt: instant('When the queue gave it up.'),
      }),
    ),
    next: z.string().nullable().meta({
      description: 'The cursor of the next page, for `after`; null on the last page.',
      example: null,
    }),
  })
  .meta({ id: 'DeadLetters' });
