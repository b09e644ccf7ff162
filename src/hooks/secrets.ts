/** What a provider and its operator know: texts that are compared, digested, or long enough to be a secret. */

/** The bytes of a text in base64; null when it is none. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return null;
  }
}

/** What tells one signed content from every other, in however many ways its signature may be written. */
export const digest = async (signed: BufferSource): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', signed)).toHex();

/** A shared secret that cannot be guessed: 16 to 255 visible characters. */
export const isLongText = (text: string) => /^[\x21-\x7e]{16,255}$/.test(text);
