/** What does not depend on the machine: how much code an API call loads, and how much SQL it sends. No timing is ever tested. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { apiPath } from '../../bench/size.ts';
import { statements } from '../../bench/statements.ts';

/** docs/performance.md shows what this code consists of. */
const MOST_KIBIBYTES = 64;
/** What only admin, hooks and the documents need. */
const LATER = ['src/admin', 'src/hooks', 'postal-mime', 'jose', 'standardwebhooks', 'fast-sha256'];

it('an API call loads no admin, no hooks, no schemas of answers, no locales, and not much', async () => {
  const { now, parts } = await apiPath();
  expect(gzipSync(now, { level: 9 }).length / 1024).toBeLessThan(MOST_KIBIBYTES);
  // in the one deployed file, a module that is loaded later brings along whatever its imports could be used for
  const deployed = parts.reduce((sum, part) => sum + part.now, 0);
  expect(deployed).toBeLessThan(1.03 * now.length);
  const loaded = parts.filter((part) => part.now > 0).map(({ name }) => name);
  expect(loaded.filter((name) => LATER.includes(name))).toEqual([]);
  expect(loaded).toContain('src/dialects');
  expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['src/admin', 'src/hooks']));
  const code = now.toString();
  // zod in German: a word without letters that esbuild escapes
  const german = readFileSync('node_modules/zod/v4/locales/de.js', 'utf8');
  expect(german).toContain('erwartet');
  expect(code).not.toContain('erwartet');
  // a description of an input, and one of an answer
  const [sent, answered] = ['Kept as typed, compared case-insensitively', 'or null without an address'];
  expect(code).toContain(sent);
  expect(readFileSync('src/dialects/ingest/answers.ts', 'utf8')).toContain(answered);
  expect(code).not.toContain(answered);
}, 60_000);

it('GET and a list are one statement and the check of the key; a PUT is four', async () => {
  const { get, put, list } = await statements();
  expect([get.length, list.length, put.length]).toEqual([2, 2, 4]);
  for (const { sql, parameters } of [...get, ...put, ...list]) {
    expect(sql.length).toBeLessThan(100_000);
    expect(parameters.length).toBeLessThanOrEqual(100);
    expect(sql.split('?').length - 1).toBe(parameters.length);
  }
});
