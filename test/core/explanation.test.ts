import { describe, expect, it } from 'vitest';
import { explain, type Neighbour } from '../../src/core/explanation.ts';

const neighbour = (id: string, name: string, sameEmail = false): Neighbour => ({
  id,
  fullName: name.toUpperCase(),
  name,
  sameEmail,
});

describe('explain', () => {
  it('by the address: the one taken first, whatever its name', () => {
    const { rule, distance, limit, candidates } = explain(
      'john smith',
      [neighbour('a', 'john smith'), neighbour('b', 'jane doe', true)],
      'b',
    );
    expect([rule, distance, limit]).toEqual(['email', null, null]);
    expect(candidates.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(candidates[0]).toEqual({ id: 'b', fullName: 'JANE DOE', sameEmail: true, distance: 8, limit: 1 });
  });

  it('by the name: with the distance and the limit that decided', () => {
    const explained = explain('jon smith', [neighbour('b', 'jane smith'), neighbour('a', 'john smith')], 'a');
    expect(explained).toEqual({
      rule: 'name',
      distance: 1,
      limit: 1,
      candidates: [
        { id: 'a', fullName: 'JOHN SMITH', sameEmail: false, distance: 1, limit: 1 },
        { id: 'b', fullName: 'JANE SMITH', sameEmail: false, distance: 2, limit: 1 },
      ],
    });
  });

  it('by neither: the nearest first, the older of two as near', () => {
    const neighbours = [neighbour('c', 'anna maria'), neighbour('b', 'zzzzz'), neighbour('a', 'zzzzy')];
    const { rule, distance, limit, candidates } = explain('ann marie', neighbours, null);
    expect([rule, distance, limit]).toEqual(['none', null, null]);
    expect(candidates.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    expect(explain('ann marie', neighbours.toReversed(), null).candidates.map(({ id }) => id)).toEqual([
      'c',
      'a',
      'b',
    ]);
  });

  it('puts those with the address right behind the one taken', () => {
    const neighbours = [
      neighbour('a', 'john smith'),
      neighbour('b', 'zzz', true),
      neighbour('c', 'zzz', true),
      neighbour('d', 'yyy'),
    ];
    const { candidates } = explain('john smith', neighbours, 'c');
    expect(candidates.map(({ id }) => id)).toEqual(['c', 'b', 'a', 'd']);
  });

  it('measures in code points, however far apart the names are', () => {
    const far = 'abcdefgh'.repeat(10);
    const neighbours = [neighbour('a', `😀${far}`), neighbour('b', '😀😀')];
    const { candidates } = explain('👍', neighbours, null);
    expect(candidates.map(({ id, distance }) => [id, distance])).toEqual([
      ['b', 2],
      ['a', 81],
    ]);
  });

  it('without a name there is nothing to measure', () => {
    const { rule, candidates } = explain(null, [neighbour('b', 'bob'), neighbour('a', 'ann', true)], 'a');
    expect(rule).toBe('email');
    expect(candidates).toEqual([
      { id: 'a', fullName: 'ANN', sameEmail: true, distance: null, limit: null },
      { id: 'b', fullName: 'BOB', sameEmail: false, distance: null, limit: null },
    ]);
  });

  it('names at most ten, and none where there is nobody', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      neighbour(String.fromCharCode(97 + index), `${'x'.repeat(index + 1)}`),
    );
    expect(explain('x', many, null).candidates.map(({ id }) => id)).toEqual([...'abcdefghij']);
    expect(explain('x', [], null)).toEqual({ rule: 'none', distance: null, limit: null, candidates: [] });
  });
});
