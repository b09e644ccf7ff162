/** The refusal of a call, as it is thrown. refusal.ts answers it. */
import type { FaultCode } from './fault-codes.ts';
import type { ProblemCode } from './problems.ts';

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
  /** What there is to say of this refusal alone, in place of the words of its code. */
  readonly detail: string | undefined;

  constructor(
    code: ProblemCode,
    {
      errors = [],
      headers = {},
      detail,
    }: { errors?: readonly Fault[]; headers?: Record<string, string>; detail?: string } = {},
  ) {
    super(code);
    this.code = code;
    this.detail = detail;
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
