/** Refusals (RFC 9457), as what a call throws. */
import type { components as Agent } from './schema/agent.ts';
import type { components as Ingest } from './schema/ingest.ts';

type Body = Ingest['schemas']['Problem'] | Agent['schemas']['Problem'];

/** Stable, dotted, and explained at `/docs/errors`; `unknown` where something in between answered. More may be added. */
export type ProblemCode = Body['code'] | 'unknown' | (string & {});
/** One fault of the input: where, a stable code, and what to do. */
export type Fault = NonNullable<Body['errors']>[number];

/**
 * Any answer with a status of 400 or more: of diglot, or of a proxy before it (then `code` is `unknown`). Also a success that is not JSON, which is
 * not diglot's, and a redirect, whose status browsers show as 0.
 */
export class DiglotProblem extends Error {
  override readonly name = 'DiglotProblem';
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  /** With 422: every fault of the input. */
  readonly errors: readonly Fault[];
  /** Names the request in the service's log. */
  readonly requestId: string | null;
  /** The answer; its body has been read. */
  readonly response: Response;

  constructor(response: Response, body: Partial<Body>) {
    super(body.detail ?? wordsFor(response));
    this.status = response.status;
    this.code = body.code ?? 'unknown';
    this.title = body.title ?? response.statusText;
    this.errors = body.errors ?? [];
    this.requestId = body.requestId ?? response.headers.get('X-Request-Id');
    this.response = response;
  }
}

function wordsFor({ status, statusText, headers }: Response): string {
  if (status >= 400) return `${status} ${statusText}`.trim();
  if (status >= 200 && status < 300) return 'This is no answer of diglot. Is the baseUrl right?';
  return `This leads ${headers.has('Location') ? `to ${headers.get('Location')}` : 'elsewhere'}, and is not followed. Is the baseUrl right?`;
}

/** The problem that an answer is, whatever its body: one that is cut short, or somebody else's, is `unknown`. */
export async function problemOf(response: Response): Promise<DiglotProblem> {
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json');
  const body = await response.json().catch(() => null);
  return new DiglotProblem(response, (isProblem && (body as Body | null)) || {});
}
