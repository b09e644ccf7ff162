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
  'X-Twilio-Email-Event-Webhook-Timestamp': proof('SendGrid: the time of signing, in Unix seconds.'),
  'svix-id': proof('Resend: the id of the message. Also as `webhook-id`.'),
  'svix-timestamp': proof('Resend: the time of signing, in Unix seconds. Also as `webhook-timestamp`.'),
  'svix-signature': proof(
    'Resend: one or more HMAC-SHA256 signatures over the id, the timestamp and the body. Also as `webhook-signature`.',
  ),
  'X-Webhook-Secret': proof('Postmark: the secret itself, if the request has no Basic credentials.'),
});

const received = described(
  z.object({
    queued: described(z.int().check(z.minimum(0)), {
      description:
        'How many messages the events became on the queue. 0 for a request that is only about the connection, such as the confirmation of an SNS subscription.',
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
      'Mail providers report bounces, complaints and deliveries to `/hooks/{tenantId}/{provider}`, which is not part of the dialects: each provider proves itself in its own way. `/docs/deliverability` explains how to connect a provider.',
    security: [],
  },
  answers: async () => ({ received }),
  operations: [
    {
      method: 'post',
      path: '/hooks/{tenantId}/{provider}',
      operationId: 'hooksReceiveEvents',
      summary: 'Takes delivery events from a mail provider',
      description: `The body has the form that the provider documents. It is read as JSON whatever its Content-Type says, up to 1 MiB. The answer comes when the body is on a queue. The contacts show its events about a second later.

The request needs no key. It proves itself with the secret that the operator has set for this provider. SendGrid and Resend sign in headers, Mailgun (\`signature\`) and Amazon SNS (\`Signature\`, by the certificate of the topic's region) in the body. A signed request is accepted once, within five minutes. Postmark signs nothing. It sends the secret as Basic credentials or in \`X-Webhook-Secret\`. An unknown tenant, or a provider without a secret, gets the same answer as a wrong signature.

A hook takes 100 requests a second, and 300 at once, in each instance of the Worker. No header shows this limit.`,
      public: true,
      params: z.object({
        tenantId: idParameter({ description: 'The tenant.', example: ID }),
        provider: described(z.enum([...providers.keys()]), {
          description: 'The provider that sends.',
          example: 'postmark',
        }),
      }),
      body: described(z.unknown(), {
        id: 'HookEvents',
        description: 'What the provider sends: an object, or from SendGrid an array of objects.',
      }),
      answers: { 200: { description: 'The events are on the queue.', schema: 'received' } },
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
