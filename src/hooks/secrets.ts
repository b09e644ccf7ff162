/** Comparing what a request carries with what it should. */

const encoder = new TextEncoder();

/** The bytes of a text in base64; null when it is none. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return null;
  }
}

/** True when both texts are the same; takes the same time whatever is different. */
export async function isSame(given: string, expected: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [given, expected].map((text) => crypto.subtle.digest('SHA-256', encoder.encode(text))),
  );
  return crypto.subtle.timingSafeEqual(one!, other!);
}

/** What tells one signed content from every other, in however many ways its signature may be written. */
export const digest = async (signed: BufferSource): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', signed)).toHex();

/** A shared secret that cannot be guessed: 16 to 255 visible characters. */
export const isLongText = (text: string) => /^[\x21-\x7e]{16,255}$/.test(text);
