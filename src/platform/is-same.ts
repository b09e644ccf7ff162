const encoder = new TextEncoder();

/** True when both texts are the same. Takes the same time wherever they differ. */
export async function isSame(given: string, expected: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [given, expected].map((text) => crypto.subtle.digest('SHA-256', encoder.encode(text))),
  );
  return crypto.subtle.timingSafeEqual(one!, other!);
}
