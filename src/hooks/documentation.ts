/** `POST /hooks/{tenantId}/{provider}` in the OpenAPI document: no face serves it, intake.ts does. */
import * as z from 'zod/mini';
import { described, ID } from '../platform/described.ts';
import type { Face } from '../platform/openapi/index.ts';
import { idParameter } from '../platform/parameters.ts';
import { plainWording } from '../platform/problem.ts';
import { providers } from './providers.ts';

const proof = (description: string) => described(z.optional(z.string()), { description });

const requestHeaders = z.object({
  'X-Twilio-Email-Event-Webhook-Signature': proof(
    'SendGrid: ECDSA P-256 over the timestamp and the body, in base64.',
  ),
  'X-Twilio-Email-Event-Webhook-Timestamp': proof('SendGrid: when it signed, in Unix seconds.'),
  'svix-id': proof('Resend: the id of the message. Also as `webhook-id`.'),
  'svix-timestamp': proof('Resend: when it signed, in Unix seconds. Also as `webhook-timestamp`.'),
  'svix-signature': proof(
    'Resend: HMAC-SHA256 over id, timestamp and body; one or more. Also as `webhook-signature`.',
  ),
  'X-Webhook-Secret': proof('Postmark: the secret itself, where the request has no Basic credentials.'),
});

const event = z.record(z.string(), z.unknown());
const received = described(
  z.object({
    queued: described(z.int().check(z.minimum(0)), {
      description:
        'How many messages the events became on the queue; 0 for what is about the connection alone, such as the confirmation of an SNS subscription.',
      example: 1,
    }),
  }),
  { id: 'HookReceived' },
);

export const hooksDocumentation: Face = {
  base: '',
  wording: plainWording,
  documentation: {
    title: 'diglot: hooks',
    tag: 'Delivery',
    description:
      'Mail providers report bounces, complaints and deliveries to `/hooks/{tenantId}/{provider}`, which is no part of the dialects: each provider proves itself in its own way. How to connect one is at `/docs/deliverability`.',
    security: [],
  },
  answers: async () => ({ received }),
  operations: [
    {
      method: 'post',
      path: '/hooks/{tenantId}/{provider}',
      operationId: 'hooks.receiveEvents',
      summary: 'Takes delivery events from a mail provider',
      description: `The body is the provider's own, as its documentation has it, and is read as JSON whatever its Content-Type says, up to 1 MiB. It is put on a queue and answered; its events are on the contacts about a second later.

There is no key: the request proves itself with the secret that the operator has set for this provider. SendGrid and Resend sign in headers, Mailgun (\`signature\`) and Amazon SNS (\`Signature\`, by the certificate of the topic's region) in the body; what is signed is good once, for five minutes. Postmark signs nothing, and sends the secret as Basic credentials or in \`X-Webhook-Secret\`. An unknown tenant, and a provider without a secret, read as a wrong signature.

A hook takes 100 requests a second, and 300 at once, in each instance of the Worker. No header counts them.`,
      public: true,
      params: z.object({
        tenantId: idParameter({ description: 'The tenant.', example: ID }),
        provider: described(z.enum(Object.keys(providers)), {
          description: 'Who sends.',
          example: 'postmark',
        }),
      }),
      body: described(z.union([event, z.array(event)]), {
        id: 'HookEvents',
        description: 'What the provider sends: an object, or from SendGrid an array of them.',
      }),
      answers: { 200: { description: 'The queue has it.', schema: 'received' } },
      refusals: [
        'body.malformed_json',
        'hook.unauthorized',
        'route.not_found',
        'body.too_large',
        'hook.busy',
        'store.unavailable',
        'store.outdated',
      ],
      // Amazon SNS sends its JSON as text/plain
      outsideFaces: { requestHeaders, types: ['application/json', 'text/plain'] },
    },
  ],
};
