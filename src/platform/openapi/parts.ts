/** What the OpenAPI documents share: the schema of a problem, the security schemes, and `/health`, which no face serves. */
import * as z from 'zod/mini';
import { SCHEMA_VERSION } from '../../storage/schema-version.ts';
import { described } from '../described.ts';
import { failuresOfFields, faultCodes } from '../fault-codes.ts';
import { healthOf } from '../health.ts';
import { plainWording } from '../problem.ts';
import { problems } from '../problems.ts';

export const schemes = {
  apiKey: {
    type: 'apiKey' as const,
    in: 'header' as const,
    name: 'X-API-Key',
    description: 'A key of your tenant.',
  },
  bearer: { type: 'http' as const, scheme: 'bearer', description: 'A key of your tenant.' },
  adminToken: { type: 'http' as const, scheme: 'bearer', description: "The operator's ADMIN_TOKEN." },
};

const ofAnswers = Object.keys(problems).filter((code) => !failuresOfFields.includes(code));
const ofFaults = [...faultCodes, ...failuresOfFields].sort();

export const problemSchema = described(
  z.object({
    type: described(z.string(), {
      format: 'uri-reference',
      description: 'Where the problem is explained (RFC 9457).',
      example: '/docs/errors#contact.not_found',
    }),
    title: described(z.string(), {
      description: 'The kind of problem, for people.',
      example: 'Contact not found',
    }),
    status: described(z.int(), { description: 'The status of the answer.', example: 404 }),
    detail: described(z.string(), {
      description: 'What is wrong, for people.',
      example: 'There is no such contact.',
    }),
    message: described(z.string(), {
      description: 'The same text as `detail`.',
      example: 'There is no such contact.',
    }),
    code: described(z.enum(ofAnswers as [string, ...string[]]), {
      description: 'Stable: let your program decide by it. More codes may be added.',
      example: 'contact.not_found',
    }),
    requestId: described(z.string(), {
      description: 'The same as `X-Request-Id`.',
      example: '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4aff',
    }),
    errors: described(
      z.optional(
        z.array(
          z.object({
            pointer: described(z.string(), {
              description: 'RFC 6901 pointer into the body, or the name of a parameter.',
              example: '/email',
            }),
            code: described(z.enum(ofFaults as [string, ...string[]]), {
              description: 'Stable: let your program decide by it. More codes may be added.',
              example: 'email.invalid',
            }),
            message: described(z.string(), {
              description: 'What is wrong, for people.',
              example: 'This is not one email address with a dotted domain.',
            }),
          }),
        ),
      ),
      { description: 'With `validation.failed`: every fault of the input.' },
    ),
  }),
  { id: 'Problem', description: 'Why a request was refused (RFC 9457).' },
);

const version = (description: string) => described(z.string(), { description, example: SCHEMA_VERSION });
const health = described(
  z.object({
    status: described(z.enum(['ok', 'unavailable']), {
      description: 'Whether all checks are ok.',
      example: 'ok',
    }),
    schemaVersion: z.nullable(
      version('The last migration that the database has. null if the database does not tell.'),
    ),
    expectedSchemaVersion: version('The last migration that this version was written for.'),
    checks: described(
      z.object({
        database: described(z.enum(['ok', 'outdated', 'unavailable']), { description: 'D1.', example: 'ok' }),
        keys: described(z.enum(['ok', 'unavailable']), { description: 'KV.', example: 'ok' }),
      }),
      { description: 'The services that the Worker depends on.' },
    ),
  }),
  { id: 'Health' },
);

/** `/health`, described as a face with one operation. */
export const service = {
  base: '',
  wording: plainWording,
  documentation: {
    title: 'diglot',
    tag: 'Service',
    description:
      'diglot is one book of contacts for accounts-receivable teams that speaks two vendors’ APIs. What one dialect writes, the other reads in its next request. The contract is at `/docs/contract`. It marks every decision of our own, where no vendor publishes a rule. `/docs/errors` explains every error code.',
    security: [],
  },
  answers: async () => ({ health }),
  operations: [
    {
      method: 'get' as const,
      path: '/health',
      operationId: 'serviceGetHealth',
      summary: 'Tells whether the service and what it depends on are available',
      public: true as const,
      answers: {
        200: { description: 'D1 and KV answer, and the tables are up to date.', schema: 'health' },
        503: {
          description: '`checks` says which of them is not.',
          schema: 'health',
          example: healthOf('unavailable', 'ok', null),
        },
      },
    },
  ],
};
