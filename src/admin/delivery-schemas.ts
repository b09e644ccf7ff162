import * as z from 'zod/mini';
import { described, ID } from '../platform/described.ts';
import { fault, requiredEmail } from '../platform/fields.ts';
import { idParameter } from '../platform/parameters.ts';
import { tenantParameter } from './schemas.ts';

export const hookParameters = z.object({
  ...tenantParameter.shape,
  provider: described(z.string(), {
    description: 'ses, sendgrid, mailgun, postmark, resend, or email for reports by mail.',
    example: 'mailgun',
  }),
});

export const hookInput = described(
  z.object({
    secret: described(z.string(), {
      description:
        'The secret with which the provider proves itself. Each provider has its own form (`/docs/deliverability`). Never shown again.',
      example: '0123456789abcdef0123456789abcdef',
    }),
  }),
  { id: 'HookInput' },
);

/** A host name of at least two labels (RFC 1123). The last one begins with a letter: an IP address is no domain. */
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const domain = z.string().check(
  z.superRefine((text, context) => {
    if (!DOMAIN.test(text.toLowerCase()))
      fault(context, ['domain.invalid', 'This is not a domain in ASCII with a dot.']);
  }),
);

export const settingsFields = {
  softBounces: described(z.int().check(z.minimum(1), z.maximum(100)), {
    description: 'How many days with a final soft bounce make an address Bounced.',
    example: 3,
  }),
  withinDays: described(z.int().check(z.minimum(1), z.maximum(366)), {
    description: 'The number of days in which soft bounces are counted.',
    example: 30,
  }),
  test: described(z.boolean(), { description: 'Allows the simulator for this tenant.', example: true }),
  senderDomains: described(z.array(domain).check(z.maxLength(100)), {
    description: 'The domains from which this tenant sends through Cloudflare Email Service.',
    example: [],
  }),
};
export const settingsChanges = described(z.partial(z.object(settingsFields)), {
  id: 'DeliverySettingsChanges',
});

const address = requiredEmail({ description: 'The address.', example: 'ada@example.com' });

export const revalidateInput = described(
  z.object({
    address,
    force: described(z.optional(z.boolean()), {
      description: 'Also after a complaint. Send it only if the person has asked for mail again.',
      example: false,
    }),
  }),
  { id: 'Revalidation' },
);

export const SIMULATED = ['bounce', 'soft', 'complain', 'delivered'] as const;
export const simulateInput = described(
  z.object({
    address,
    event: described(z.optional(z.enum(SIMULATED)), {
      description:
        'The event to simulate. May be left out for bounce@, soft@, complain@ and delivered@simulator.test.',
      example: 'bounce',
    }),
  }),
  { id: 'Simulation' },
);

export const deadLetterParameter = z.object({
  deadLetterId: idParameter({ description: 'The dead letter.', example: ID }),
});
