import type { Context } from 'hono';
import type { Env } from './env.ts';
import type { Wording } from './problem.ts';

/** Kept as a module and not as a promise, which would belong to the request that asked first. */
let refusal: typeof import('./refusal.ts') | undefined;

/** Answers an error. What words refusals is loaded with the first: a call that succeeds needs none of it. */
export async function refuse(error: unknown, c: Context<Env>, wording: Wording): Promise<Response> {
  refusal ??= await import('./refusal.ts');
  return refusal.answerTo(error, c, wording);
}
