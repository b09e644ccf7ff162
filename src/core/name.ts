import { addressKey } from './address.ts';

const PRINTABLE_ASCII = /^[ -~]*$/;
// \s is what JavaScript trims; U+0085 is white space to Unicode only
const WHITE_SPACE = /[\s\u0085]+/;

/**
 * The form in which names are compared: NFKC, case folded, white space trimmed and collapsed to single
 * spaces; an email address, be it the name or a word of it, gives its address key (contract, "Upsert matching").
 * The form of `a b` is the form of `a`, a space and the form of `b`, since storage joins folded parts in SQL: they may be an
 * address each. In names with more of them nobody looks, for what it would cost.
 */
export function comparedName(name: string): string {
  // most are like this, and come out of what follows the same
  if (PRINTABLE_ASCII.test(name) && !name.includes('@'))
    return name.toLowerCase().replaceAll(/ +/g, ' ').trim();
  const few = name.split('@').length <= 3;
  const words = name.split(WHITE_SPACE).map((word) => (few && addressKey(word)) || fold(word));
  const form = addressKey(name.trim()) ?? words.join(' ').trim();
  // Again, until nothing is left to do: folding makes a space and a mark of U+00B4, and an @ of the full-width one.
  return form === name ? name : comparedName(form);
}

/**
 * Case folding: ẞ to ß, ß to SS, SS to ss; and a final ς is σ, or the fold would depend on what follows. Taken apart first, or case
 * would depend on which accents were composed; composed last.
 */
function fold(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text.toLowerCase();
  const folded = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase();
  return folded.replaceAll('ς', 'σ').normalize('NFKC');
}
