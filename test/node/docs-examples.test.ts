/** What README.md and docs/quick-start.md say to type, typed; what they say it answers, answered; and their programs and the client's, run. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete } from '../../scripts/complete.ts';
import { type Local, startLocal } from '../../scripts/local.ts';
import { DEMO_KEY } from '../../src/core/key.ts';

const ROOT = join(import.meta.dirname, '../..');
const BETWEEN = '\n=== next ===\n';

/** A folder whose `curl` is ours. */
const tools = mkdtempSync(join(tmpdir(), 'diglot-docs-'));
writeFileSync(
  join(tools, 'curl'),
  `#!/bin/sh\nexec "${process.execPath}" "${join(import.meta.dirname, 'curl.ts')}" "$@"\n`,
);
chmodSync(join(tools, 'curl'), 0o755);

interface Example {
  commands: string;
  answer: string | null;
}

const blocksIn = (file: string) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
    ([, language, content]) => ({ language, content: content! }),
  );

/** Each block of curls, with the answer that stands below it. */
function examplesIn(file: string): Example[] {
  const blocks = blocksIn(file);
  return blocks.flatMap(({ language, content }, index) => {
    if (language !== 'sh' || !/^(?:KEY=|.*\bcurl )/m.test(content)) return [];
    const next = blocks[index + 1];
    return [
      {
        commands: content,
        answer: next && next.language !== 'sh' && next.content.startsWith('{') ? next.content : null,
      },
    ];
  });
}

/** The client as it is in the source: what `npm run build -w @diglot/client` makes of it may be older. */
const CLIENT = join(ROOT, 'packages/client/src/index.ts');

/** Without what is another each time. */
const masked = (json: string) =>
  JSON.parse(
    json
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'an id')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'a time'),
  );

let local: Local;
const startDemo = async () => {
  // The token that the page shows, whatever this shell operates.
  local = await startLocal({ port: 0, vars: { ADMIN_TOKEN: 'local-only-admin-token' } });
  await complete(local);
};

describe.each(['README.md', 'docs/quick-start.md'])('%s', (file) => {
  beforeAll(startDemo, 60_000);
  afterAll(() => local?.stop());

  it('shows what is answered', async () => {
    const examples = examplesIn(file);
    expect(examples.filter(({ answer }) => answer).length).toBeGreaterThanOrEqual(2);
    const script = examples
      .map(({ commands }) => commands.replaceAll('localhost:8787', new URL(local.url).host))
      .join(`\nprintf '${BETWEEN.replaceAll('\n', '\\n')}'\n`);
    const env = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` };
    const { stdout } = await promisify(execFile)('bash', ['-euc', script], { env });
    const answers = stdout.split(BETWEEN);
    for (const [index, { commands, answer }] of examples.entries())
      if (answer) expect(masked(answers[index]!), commands).toEqual(masked(answer));
  }, 60_000);

  it('shows what its program prints', async () => {
    const blocks = blocksIn(file);
    const at = blocks.findIndex(({ language }) => language === 'ts');
    const program = join(tools, 'program.mjs');
    writeFileSync(
      program,
      blocks[at]!.content.replace('@diglot/client', CLIENT).replace('http://localhost:8787', local.url),
    );
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(stdout).toBe(blocks[at + 1]!.content);
  });
});

describe('packages/client/README.md', () => {
  beforeAll(startDemo, 60_000);
  afterAll(() => local?.stop());

  it('has a program that runs', async () => {
    const [program] = blocksIn('packages/client/README.md').filter(({ language }) => language === 'ts');
    const file = join(tools, 'program.mts');
    writeFileSync(
      file,
      program!.content.replace('@diglot/client', CLIENT).replace('https://contacts.example.com', local.url),
    );
    const env = { ...process.env, DIGLOT_KEY: DEMO_KEY };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    expect(stdout).toMatch(/CONTACT-001 jdoe@acmecorp\.com.*outcome: 'updated'.*contact\.not_found \[\]/s);
  });
});

it('no command has a comment beside it, which zsh takes for arguments', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
  const texts = [
    'README.md',
    'CONTRIBUTING.md',
    'packages/client/README.md',
    ...pages.map((file) => `docs/${file}`),
  ];
  const commented = texts.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^ *```sh\n(.*?)^ *```$/gms)].flatMap(
      ([, commands]) => commands!.split('\n').filter((line) => / #/.test(line)),
    ),
  );
  expect(commented).toEqual([]);
});

afterAll(() => rmSync(tools, { recursive: true, force: true }));
