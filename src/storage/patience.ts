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
