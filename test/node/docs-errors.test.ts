/** docs/errors.md is where the `type` of a problem leads: it has one paragraph for each code, and no other. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failuresOfFields, faultCodes } from '../../src/platform/fault-codes.ts';
import { problems } from '../../src/platform/problems.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const [ofAnswers = '', ofFaults = ''] = page.split('## Codes of a fault');

/** Each code with its paragraph. The anchor and the heading must be the same text. */
const paragraphs = (text: string) =>
  new Map(
    [...text.matchAll(/^### <a id="(.+)"><\/a>\1\n\n([^#]+)$/gm)].map(([, code, words]) => [code!, words!]),
  );
const headings = (text: string) => [...text.matchAll(/^### /gm)].length;

describe('docs/errors.md', () => {
  it('explains every code of an answer, with its status, and nothing else', () => {
    const explained = paragraphs(ofAnswers);
    const told = Object.entries(problems).filter(([code]) => !failuresOfFields.includes(code));
    expect([...explained.keys()]).toEqual(told.map(([code]) => code).sort());
    expect(headings(ofAnswers)).toBe(explained.size);
    for (const [code, [status]] of told)
      expect(explained.get(code), code).toMatch(new RegExp(`^\\*\\*${status}\\.\\*\\* \\S`));
  });

  it('explains every code of a fault, and nothing else', () => {
    const explained = paragraphs(ofFaults);
    expect([...explained.keys()]).toEqual([...faultCodes, ...failuresOfFields].sort());
    expect(headings(ofFaults)).toBe(explained.size);
    for (const [code, words] of explained) expect(words.length, code).toBeGreaterThan(30);
  });
});
