/** Errors on the wire: RFC 9457 problem details, one form for every face. */
import type { Failure } from '../core/failure.ts';
import type { FaultCode } from './fault-codes.ts';
import { type ProblemCode, problems } from './problems.ts';

/** One fault of the input: where (RFC 6901 pointer into the body, or the name of a parameter), a stable code, and what to do. */
export interface Fault {
  pointer: string;
  code: FaultCode | ProblemCode;
  message: string;
}

/** The refusal of a call. It may be thrown anywhere above storage, and is answered in one place (refuse.ts). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    { errors = [], headers = {} }: { errors?: readonly Fault[]; headers?: Record<string, string> } = {},
  ) {
    super(code);
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}

/** The refusal of an input with this one fault. */
export const invalid = (pointer: string, code: FaultCode, message: string) =>
  new Problem('validation.failed', { errors: [{ pointer, code, message }] });

/** How a face words its problems: its own names for our fields, and the form of its details. */
export interface Wording {
  /** Core's name of a field → the pointer to it in this face's bodies. A field that is missing here has the pointer `/name`. */
  pointers: Partial<Record<string, string>>;
  detail(status: number, detail: string): string;
}

/** For a face without words of its own. */
export const plainWording: Wording = { pointers: {}, detail: (_status, detail) => detail };

/** The refusal with which a failure of core or storage is answered. */
export function problemOf(failure: Failure, wording: Wording): Problem {
  if (failure.fields.length === 0) return new Problem(failure.code);
  const errors = [failure, ...failure.others].flatMap(({ code, fields }) =>
    fields.map((field) => ({
      pointer: wording.pointers[field] ?? `/${field}`,
      code,
      message: problems[code][2],
    })),
  );
  return new Problem('validation.failed', { errors });
}

/** The body of a refusal. `message` repeats `detail`, because public clients of the agent vendor read it. */
export function problemBody(
  code: ProblemCode,
  errors: readonly Fault[],
  requestId: string,
  wording: Wording,
) {
  const [status, title, plainDetail] = problems[code];
  const detail = wording.detail(status, plainDetail);
  return {
    type: `/docs/errors#${code}`,
    title,
    status,
    detail,
    message: detail,
    code,
    requestId,
    ...(errors.length > 0 && { errors }),
  };
}

/** The answer to a refusal. */
export function problemResponse(
  { code, errors, headers }: Problem,
  requestId: string,
  wording: Wording,
): Response {
  const body = problemBody(code, errors, requestId, wording);
  const { status } = body;
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      ...(status === 503 && { 'Retry-After': '1' }),
      ...headers,
    },
  });
}
