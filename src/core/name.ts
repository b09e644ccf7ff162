import { addressKey } from './address.ts';

const PRINTABLE_ASCII = /^[ -~]*$/;
// \s is what JavaScript trims; U+0085 is white space to Unicode only
const WHITE_SPACE = /[\s\u0085]+/;

/**
 * The form in which names are compared: NFKC, case folded, white space trimmed and collapsed to single spaces. An email address, as the whole name or
 * a word of it, gives its address key (docs/matching.md). The form of `a b` is the form of `a`, a space and the form of `b`, because
 * storage joins folded parts in SQL. Both parts may be addresses. In a name with more than two `@` no word is looked at, for what it would cost.
 */
export function comparedName(name: string): string {
  // most names are like this, and the steps below would give the same
  if (PRINTABLE_ASCII.test(name) && !name.includes('@'))
    return name.toLowerCase().replaceAll(/ +/g, ' ').trim();
  const few = name.split('@').length <= 3;
  const words = name.split(WHITE_SPACE).map((word) => (few && addressKey(word)) || fold(word));
  const form = addressKey(name.trim()) ?? words.join(' ').trim();
  // Repeated until nothing changes: folding turns U+00B4 into a space and a mark, and the full-width @ into @.
  return form === name ? name : comparedName(form);
}

/**
 * Case folding: ẞ to ß, ß to SS, SS to ss. A final ς becomes σ, or the fold would depend on what follows. The text is decomposed first, or case would
 * depend on which accents were composed. It is composed again last.
 */
function fold(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text.toLowerCase();
  const folded = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase();
  return folded.replaceAll('ς', 'σ').normalize('NFKC');
}
