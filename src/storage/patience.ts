import { Failure, type FailureCode } from '../core/failure.ts';

/** Returns the work's outcome, or throws when it takes longer than these milliseconds. The work itself is not stopped. */
export async function within<Result>(milliseconds: number, work: () => Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('No answer in time')), milliseconds);
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const CHANGED: readonly FailureCode[] = ['account.changed', 'address.changed'];

/**
 * Makes the attempt, and makes it again when it fails because others have changed what it read. Throws `code` when that happened in all of the
 * attempts. Throws any other failure at once.
 */
export async function untilUnchanged<Result>(
  attempts: number,
  code: FailureCode,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let made = 1; made <= attempts; made += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Failure && CHANGED.includes(error.code))) throw error;
    }
    await scheduler.wait(Math.random() * Math.min(made, 10));
  }
  throw new Failure(code);
}
