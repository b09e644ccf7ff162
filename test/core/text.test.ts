import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePoints, stringFault } from '../../src/core/text.ts';

const LINE = { newlines: false };
const LINES = { newlines: true };

describe('stringFault', () => {
  it.each([
    '',
    'Ann',
    'é',
    'e\u0301',
    '👩‍👩‍👧',
    '\u202eabc',
    '\u00a0\u00ad\ufeff\uffff',
    '=cmd()',
    "'; DROP",
  ])('lets %j pass', (text) => {
    expect(stringFault(text, LINE)).toBeNull();
    expect(stringFault(text, LINES)).toBeNull();
  });

  it('finds every C0, DEL and C1 control and no other character', () => {
    for (let code = 0; code < 0x300; code++) {
      const text = `a${String.fromCharCode(code)}b`;
      const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
      const layout = code === 9 || code === 10 || code === 13;
      expect(stringFault(text, LINE), `${code}`).toBe(control ? 'characters' : null);
      expect(stringFault(text, LINES), `${code}`).toBe(control && !layout ? 'characters' : null);
    }
  });

  it.each(['\ud800', 'a\udc00', '\udc00\ud800', '😀\ud83d', '\0\ud800'])(
    'finds the lone surrogate of %j',
    (text) => {
      expect(stringFault(text, LINE)).toBe('unicode');
      expect(stringFault(text, LINES)).toBe('unicode');
    },
  );
});

describe('codePoints', () => {
  it('counts what iterating would give, lone surrogates included', () => {
    const unit = fc.constantFrom('a', 'é', '\ud83d', '\ude00', '\ud800', '\udfff', '😀');
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        expect(codePoints(units.join(''))).toBe([...units.join('')].length);
      }),
    );
  });
});
