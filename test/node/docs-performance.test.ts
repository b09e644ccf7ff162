/** What docs/ say of costs and speed is what bench/ makes of its numbers: the text is changed there, and nothing is edited by hand. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Results } from '../../bench/index.ts';
import { millionTable } from '../../bench/tables.ts';
import { text } from '../../bench/text.ts';

const results = JSON.parse(readFileSync('bench/results.json', 'utf8')) as Results;

it('docs/performance.md is written by `npm run bench -- report`', () => {
  expect(readFileSync('docs/performance.md', 'utf8')).toBe(text(results));
});

it('the costs in docs/operating.md are, too', () => {
  const cellsOf = (table: string) =>
    [...table.matchAll(/^\|.*\|$/gm)].map(([row]) => row.split('|').map((cell) => cell.trim()));
  const [, made] = /<!-- made by `npm run bench` -->([\s\S]*?)<!-- \/made -->/.exec(
    readFileSync('docs/operating.md', 'utf8'),
  )!;
  const [head, , ...rows] = cellsOf(made!);
  const [expectedHead, , ...expected] = cellsOf(millionTable(results));
  expect([head, ...rows]).toEqual([expectedHead, ...expected]);
});
