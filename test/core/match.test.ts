import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closest,
  distance,
  editLimit,
  fragments,
  probes,
  type Segment,
  segments,
} from '../../src/core/match.ts';
import { comparedName } from '../../src/core/name.ts';

/** The textbook's Levenshtein distance, in code points. */
function textbook(a: string, b: string): number {
  const from = [...a];
  const to = [...b];
  let row = to.map((_, index) => index + 1);
  for (const [line, one] of from.entries()) {
    let left = line + 1;
    let corner = line;
    row = row.map((above, column) => {
      left = Math.min(above + 1, left + 1, corner + (to[column] === one ? 0 : 1));
      corner = above;
      return left;
    });
  }
  return row.at(-1) ?? from.length;
}

const key = ({ length, position, segment }: Segment) => `${length}/${position}/${segment}`;
const points = (text: string) => [...text].length;
const different = (length: number) =>
  String.fromCharCode(...Array.from({ length }, (_, index) => 0x100 + index));

// few letters, so that edits hide behind repetitions; some beyond the BMP, so that code units do not pass for code points
const letter = fc.constantFrom('a', 'a', 'b', ' ', '😀', '𝐀', '李');
const digit = fc.constantFrom(...'0123456789');
const texts = fc.array(letter, { minLength: 1, maxLength: 24 });
const varied = fc.constantFrom(...'abcdefghijklmnop');
/** Names with a number between letters that are mostly different. */
const numbered = fc
  .tuple(
    fc.array(varied, { maxLength: 12 }),
    fc.array(digit, { minLength: 3, maxLength: 6 }),
    fc.array(varied, { maxLength: 12 }),
  )
  .map((parts) => parts.flat());
/** Names of about so many letters as have longer parts. */
const long = fc.array(varied, { minLength: 16, maxLength: 50, size: 'max' });
const edit = fc.record({
  place: fc.nat(60),
  kind: fc.constantFrom('insert', 'delete', 'change'),
  letter: fc.oneof(letter, digit),
});
const pair = fc
  .tuple(fc.oneof(texts, numbered, long), fc.array(edit, { maxLength: 3 }))
  .map(([letters, edits]) => {
    const changed = [...letters];
    for (const { place, kind, letter } of edits) {
      const inserts = kind === 'insert';
      const at = place % (changed.length + Number(inserts));
      changed.splice(at, Number(!inserts), ...(kind === 'delete' ? [] : [letter]));
      if (changed.length === 0) changed.push(letter);
    }
    return { name: changed.join(''), stored: letters.join('') };
  });

describe('editLimit', () => {
  it.each([
    [0, 0, 0],
    [4, 100, 0],
    [5, 4, 0],
    [5, 5, 1],
    [9, 10, 1],
    [10, 9, 1],
    [10, 10, 2],
    [15, 15, 2],
    [320, 320, 2],
  ])('for %i and %i is %i', (a, b, limit) => expect(editLimit(a, b)).toBe(limit));
});

describe('segments', () => {
  it.each([
    ['', []],
    ['anna', []],
    // every second letter
    ['maria', ['mra', 'ai']],
    ['jon smith', ['jnsih', 'o mt']],
    // every third letter
    ['john smith', ['jnmh', 'o i', 'hst']],
    ['john 😀smythe', ['jnst', 'o mh', 'h😀ye']],
    ['customer 12345 gmbh', ['cte14gh', 'uor25m', 'sm 3 b']],
    ['abcdefghijklmnopqrstuvwx', ['adgjmpsv', 'behknqtw', 'cfilorux']],
    // every third of 24 parts: six letters, twelve parts of what is between, six letters
    ['abcdefAABBCCDDEEFFGGHHIIJJKKLLuvwxyz', ['adAADDGGJJux', 'beBBEEHHKKvy', 'cfCCFFIILLwz']],
    // what is beyond 240 letters between is in no piece
    [
      `abcdef${[...'ABCDEFGHIJKL'].map((letter) => letter.repeat(20)).join('')}${'.'.repeat(60)}uvwxyz`,
      ['adADGJux', 'beBEHKvy', 'cfCFILwz'].map((piece) =>
        piece.replace(/[A-Z]/g, (letter) => letter.repeat(20)),
      ),
    ],
  ])('of %j are %j', (name, pieces) => {
    expect(segments(name)).toEqual(
      pieces.map((segment, index) => ({ length: points(name), position: index + 1, segment })),
    );
  });
});

describe('probes', () => {
  it('hit a segment of every stored name within the limit', () => {
    fc.assert(
      fc.property(pair, ({ name, stored }) => {
        const limit = editLimit(points(name), points(stored));
        fc.pre(limit > 0 && textbook(name, stored) <= limit);
        const looked = new Set(probes(name).map(key));
        expect(segments(stored).some((segment) => looked.has(key(segment)))).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    [4, 0],
    [5, 8],
    [6, 14],
    [9, 21],
    [10, 89],
    [15, 208],
    [18, 284],
    [24, 453],
    [25, 462],
    [26, 471],
    [320, 471],
  ])('of a name of %i different characters are %i', (length, count) => {
    expect(probes(different(length))).toHaveLength(count);
  });

  it('never repeat themselves', () => {
    // five lengths of three pieces each, which may lack a last part
    expect(probes('a'.repeat(20))).toHaveLength(17);
  });
});

describe('fragments', () => {
  it.each([
    ['x', ['x']],
    ['anna', ['an', 'na']],
    ['maria', ['ma', 'ria']],
    ['john 😀smythe', ['jo', 'hn', ' 😀', 'sm', 'yt', 'he']],
    ['a'.repeat(54), Array(18).fill('aaa')],
  ])('of %j are %j', (name, parts) => expect(fragments(name)).toEqual(parts));

  it('are in every name within so many edits, but for as many', () => {
    fc.assert(
      fc.property(pair, ({ name, stored }) => {
        const missing = fragments(name).filter((fragment) => !stored.includes(fragment));
        expect(missing.length).toBeLessThanOrEqual(textbook(name, stored));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('distance', () => {
  it('is the textbook one up to the limit, and above the limit beyond', () => {
    fc.assert(
      fc.property(pair, fc.nat(3), ({ name, stored }, limit) => {
        const right = textbook(name, stored);
        const found = distance(name, stored, limit);
        if (right <= limit) expect(found).toBe(right);
        else expect(found).toBeGreaterThan(limit);
      }),
      { numRuns: 3000 },
    );
  });

  it('walks along the longest names, and does not measure how far apart they are', () => {
    const long = '\u0644'.repeat(5_000);
    expect(distance(`a${long}b${long}`, `${long}${long}`, 2)).toBe(2);
    expect(distance(`a${long}bc${long}`, `${long}${long}a`, 2)).toBeGreaterThan(2);
    expect(distance(`😀${long}`, `${long}李`, 2)).toBe(2);
  });
});

describe('closest', () => {
  // the worked pairs of the contract
  it.each([
    ['Jon Smith', 'John Smith', 1],
    ['JOHN  smith', 'John Smith', 0],
    ['Jonn Smyth', 'John Smith', 2],
    ['Jane Smith', 'John Smith', null],
    ['Smith John', 'John Smith', null],
    ['Ann', 'Anna', null],
    ['Maria', 'Marie', 1],
    ['José Núñez', 'Jose Nunez', null],
    ['Renée Dubois', 'Renee Dubois', 1],
    ['李雷', '李蕾', null],
    ['李雷', '李雷', 0],
    ['ap1@example.com', 'ap2@example.com', null],
    ['ap1@example.com', 'AP1@Example.com', 0],
    ['ap1@example.com', 'ap1@example.com.', null],
    ['Ap1@example com', 'ap1@example.com', null],
    ['X', 'x', 0],
  ])('of %j and %j: %j', (one, other, expected) => {
    for (const [name, stored] of [
      [one, other],
      [other, one],
    ] as const) {
      const found = closest(comparedName(name), [{ id: 'a', name: comparedName(stored) }]);
      expect(found?.distance ?? null).toBe(expected);
    }
  });

  const candidates = [
    { id: '4', name: 'john smyth' },
    { id: '3', name: 'john smith' },
    { id: '2', name: 'john smith' },
    { id: '1', name: 'jonn smith' },
    { id: '0', name: 'somebody else' },
  ];

  it('takes the smallest distance, then the smallest id, in any order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(candidates, { minLength: 5 }), (shuffled) => {
        expect(closest('john smith', shuffled)).toMatchObject({ id: '2', distance: 0 });
        expect(closest('jon smith', shuffled)).toMatchObject({ id: '1', distance: 1 });
        expect(closest('john smitt', shuffled)).toMatchObject({ id: '2', distance: 1 });
        expect(closest('nobody', shuffled)).toBeNull();
      }),
    );
  });

  it('of none is null', () => expect(closest('john', [])).toBeNull());
});
