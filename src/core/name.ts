import { addressKey } from './address.ts';

const PRINTABLE_ASCII = /^[ -~]*$/;
// \s is what JavaScript trims; U+0085 is white space to Unicode only
const WHITE_SPACE = /[\s\u0085]+/g;

/**
 * The form in which names are compared: NFKC, case folded, white space trimmed and collapsed to single
 * spaces; a name that is an email address gives its address key (contract, "Upsert matching").
 * The form of `a b` is the form of `a`, a space and the form of `b`, unless one of them is an international address: storage joins
 * folded parts in SQL.
 */
export function comparedName(name: string): string {
  if (name.includes('@')) {
    const key = addressKey(name.trim());
    if (key !== null) return key;
  }
  if (PRINTABLE_ASCII.test(name)) return collapse(name.toLowerCase());
  // Taken apart first, or case would depend on which accents were composed; composed last. Spaces come after,
  // since they come out of it: U+00A0 is one, U+00B4 has one.
  const folded = collapse(fold(name.normalize('NFKD')).normalize('NFKC'));
  // with a full-width ＠ it is no address until it is folded
  return (folded.includes('@') ? addressKey(folded) : null) ?? folded;
}

/** Case folding: ẞ to ß, ß to SS, SS to ss; and a final ς is σ, or the fold would depend on what follows. */
function fold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

function collapse(text: string): string {
  return text.replace(WHITE_SPACE, ' ').trim();
}
