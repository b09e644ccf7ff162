/** The worked pairs of docs/matching.md, decided by the rule itself. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closest, editLimit } from '../../src/core/match.ts';
import { comparedName } from '../../src/core/name.ts';

const page = readFileSync(new URL('../../docs/matching.md', import.meta.url), 'utf8');
const pairs = [...page.matchAll(/^\| (.+?) \| (.+?) \| (match|no)(.*) \|$/gm)].map(
  ([, ...cells]) => cells as string[],
);

describe('docs/matching.md', () => {
  it('has worked pairs of both kinds', () => {
    expect(new Set(pairs.map(([, , verdict]) => verdict))).toEqual(new Set(['match', 'no']));
  });

  it.each(pairs)('%s and %s: %s%s', (stored, sent, verdict, reason) => {
    const [kept, given] = [comparedName(stored!), comparedName(sent!)];
    const match = closest(given, [{ id: '1', name: kept }]);
    expect(match ? 'match' : 'no').toBe(verdict);
    const [, distance, limit] = /distance (\d) of (\d)/.exec(reason!) ?? [];
    if (distance) expect(match?.distance).toBe(Number(distance));
    if (limit) expect(editLimit([...kept].length, [...given].length)).toBe(Number(limit));
    if (reason === ', equal') expect(match?.distance).toBe(0);
  });
});
