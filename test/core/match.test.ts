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
/** Names with a number, and perhaps some more digits, between and beside letters that are mostly different. */
const numbered = fc
  .tuple(
    fc.array(varied, { maxLength: 7 }),
    fc.array(digit, { minLength: 4, maxLength: 6 }),
    fc.array(varied, { maxLength: 7 }),
    fc.array(digit, { maxLength: 1 }),
    fc.array(varied, { maxLength: 6 }),
    fc.array(digit, { maxLength: 1 }),
    fc.array(varied, { maxLength: 4 }),
  )
  .map((parts) => parts.flat());
const edit = fc.record({
  place: fc.nat(40),
  kind: fc.constantFrom('insert', 'delete', 'change'),
  letter: fc.oneof(letter, digit),
});
const pair = fc.tuple(fc.oneof(texts, numbered), fc.array(edit, { maxLength: 3 })).map(([letters, edits]) => {
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
    ['maria', ['ar', 'mia']],
    ['jon smith', ['jomi', 'n sth']],
    ['john smith', ['j s', 'omi', 'hnth']],
    ['john smythe', ['jsm', 'oyt', 'hn he']],
    ['john 😀smythe', ['josm', 'hnyt', ' 😀he']],
    ['accounts payable', ['acay', 'coab', 'unts ple']],
    // with five digits, and up to 40 letters, what follows the last digit comes first
    ['customer 1234 gmbh', ['cu4 ', 'stgm', 'omer 123bh']],
    ['customer 12345 gmbh', [' g 1', 'mb23', 'hcustomer45']],
    ['customer 12345', ['cu 1', 'st23', 'omer45']],
    ['1 😀 2 3 4 5 li', [' l 3', 'i1 4', ' 😀 2 5']],
    [`12345 ${'a'.repeat(34)}`, [' aa1', 'aa23', `${'a'.repeat(30)}45`]],
    [`12345 ${'a'.repeat(35)}`, ['12aa', '34aa', `5 ${'a'.repeat(31)}`]],
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
    [5, 6],
    [6, 10],
    [9, 13],
    [10, 36],
    [11, 39],
    [12, 51],
    [320, 51],
  ])('of a name of %i different characters are %i', (length, count) => {
    expect(probes(different(length))).toHaveLength(count);
  });

  it.each([
    [2, 20, 51],
    [7, 31, 625],
    [7, 32, 668],
    [7, 20, 449],
    [6, 20, 476],
    [3, 20, 464],
    [5, 20, 476],
    [12, 20, 449],
    [5, 35, 716],
    [3, 39, 768],
    [3, 40, 51],
    [12, 31, 51],
  ])('of a name of %i digits before %i different characters are %i', (digits, length, count) => {
    expect(probes('123456789012'.slice(0, digits) + different(length))).toHaveLength(count);
  });

  it('never repeat themselves', () => {
    // five lengths of three pieces each, at any position
    expect(probes('a'.repeat(20))).toHaveLength(15);
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
