/** What the proofs of several providers have in common. */

/** The bytes of a text in base64; null when it is not base64. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return null;
  }
}

/** A digest of the signed content. Unlike a signature, which can be written in several ways, it is the same for every copy. */
export const digest = async (signed: BufferSource): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', signed)).toHex();

/** A shared secret that cannot be guessed: 16 to 255 visible characters. */
export const isLongText = (text: string) => /^[\x21-\x7e]{16,255}$/.test(text);
