/** The refusals of an operation in the OpenAPI documents. Those that operations have in common follow from what an operation takes. */
import type * as z from 'zod/mini';
import { SCOPES } from '../../storage/keys.ts';
import { checkBody, checkParameters } from '../faults.ts';
import { undecodable } from '../input.ts';
import { isId } from '../parameters.ts';
import { type Fault, Problem } from '../problem.ts';
import { type ProblemCode, problems } from '../problems.ts';
import { problemBody } from '../refusal.ts';
import { queryOf } from '../views.ts';
import { commonHeaders, headersNamed, isMetered, reference } from './headers.ts';
import type { Face, Operation } from './index.ts';

/** True when some scope does not suffice for the operation: every key has at least one scope, so a key may then lack what is needed. */
const canBeForbidden = ({ scopes }: Face, { method }: Operation) =>
  !SCOPES.every((scope) => scopes?.[method === 'get' ? 'reads' : 'writes'].includes(scope));

const when = (holds: unknown, ...codes: ProblemCode[]) => (holds ? codes : []);

/** The refusals that an operation can give besides its own. */
function commonRefusals(face: Face, operation: Operation): ProblemCode[] {
  const { method, body, params, answers, public: isPublic, outsideFaces } = operation;
  if (outsideFaces) return ['internal'];
  const writes = method !== 'get';
  const isTagged = Object.values(answers).some(({ etag }) => etag);
  const keyed = isMetered(face, operation);
  const ownKeys = !Object.values(params?.shape ?? {}).every(isId);
  return [
    'not_acceptable',
    'internal',
    ...when(!isPublic, 'auth.unauthorized', 'rate_limit.exceeded', 'store.unavailable'),
    ...when(keyed, 'auth.ambiguous', 'key.revoked'),
    ...when(keyed && canBeForbidden(face, operation), 'auth.forbidden'),
    ...when(writes || isTagged, 'header.malformed'),
    ...when(writes, 'idempotency.invalid_key', 'idempotency.key_reused', 'store.outdated'),
    ...when(body, 'body.malformed_json', 'body.invalid_encoding', 'body.duplicate_key', 'body.too_large'),
    ...when(body, 'media_type.unsupported'),
    ...when(body || queryOf(operation) || ownKeys, 'validation.failed'),
  ];
}

const exampleName = ({ documentation }: Face, code: ProblemCode) =>
  `${documentation.tag.toLowerCase().replaceAll(/\W+/g, '-')}.${code}`;

const exampleOf = (face: Face, code: ProblemCode, faults: Fault[] = []) => ({
  summary: problems[code][1],
  value: problemBody(
    new Problem(code, { errors: faults }),
    '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4aff',
    face.wording,
  ),
});

/** An example of each refusal, in the words of the face. */
export const refusalExamples = (face: Face) =>
  (Object.keys(problems) as ProblemCode[]).map((code) => [exampleName(face, code), exampleOf(face, code)]);

/** A fault that the operation's own check finds in an input with one thing wrong: an address, a field, a parameter, or its encoding. */
function exampleFault(operation: Operation): Fault {
  const { params, body } = operation;
  const query = queryOf(operation);
  const namesOf = (schema: z.ZodMiniType | undefined) =>
    Object.keys((schema as z.ZodMiniObject | undefined)?.shape ?? {});
  const inBody = (name: string, value: unknown) => checkBody(body!, { [name]: value }).faults;
  const faults = [
    ...(namesOf(body).includes('email') ? inBody('email', 'nobody') : []),
    ...namesOf(body).flatMap((name) => inBody(name, [])),
    ...namesOf(query).flatMap((name) => checkParameters(query!, { [name]: '0' }).faults),
    ...namesOf(params).flatMap((name) => checkParameters(params!, { [name]: '' }).faults),
  ];
  return faults.find(({ code }) => code !== 'field.required') ?? undecodable(namesOf(params).at(-1)!);
}

/** The answers of the refusals that the operation can give, by status. */
export function refused(face: Face, operation: Operation) {
  const codes = [...commonRefusals(face, operation), ...(operation.refusals ?? [])];
  const byStatus = Map.groupBy([...new Set(codes)].sort(), (code) => problems[code][0]);
  return [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${problems[code][1]}.`).join(' '),
      headers: {
        ...(status === 401
          ? headersNamed(['X-Request-Id', 'WWW-Authenticate'])
          : commonHeaders(face, operation)),
        ...(status === 429 || status === 503 ? headersNamed(['Retry-After']) : {}),
      },
      content: {
        'application/problem+json': {
          schema: reference('schemas', 'Problem'),
          examples: Object.fromEntries(
            codes.map((code) => [
              code,
              code === 'validation.failed'
                ? exampleOf(face, code, [exampleFault(operation)])
                : reference('examples', exampleName(face, code)),
            ]),
          ),
        },
      },
    },
  ]);
}
