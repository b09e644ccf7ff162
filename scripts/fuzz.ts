/**
 * `npm run fuzz`: runs schemathesis, with all its checks and its stateful links, against a running server. It takes the document of every face, with
 * a fixed seed and a random one, and goes on with more seeds until there were as many cases as were asked for. Ends with 1 on any failure.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dialects } from './documents.ts';
import { newKey } from './new-key.ts';
import { newServer } from './soak/server.ts';

const ROOT = join(import.meta.dirname, '..');
const VERSION = '4.32.5';
const FOLDER = join(ROOT, '.cache/schemathesis');
const PROGRAM = join(FOLDER, 'bin/schemathesis');

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    /** The most cases for each operation in one run. */
    examples: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    /** Use only seeds that follow from the first, so that the result depends on the change and not on luck. */
    fixed: { type: 'boolean', default: false },
  },
});
const wanted = Number(values.cases);
const examples = Math.min(Number(values.examples), Math.max(1, Math.floor(wanted / 400)));

/** Installs schemathesis once, in a virtual environment of its own. */
function install(): void {
  if (
    existsSync(PROGRAM) &&
    spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' }).stdout?.includes(VERSION)
  )
    return;
  mkdirSync(FOLDER, { recursive: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', FOLDER]],
    [
      join(FOLDER, 'bin/pip'),
      ['install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`],
    ],
  ];
  for (const [program, args] of steps) {
    const { status } = spawnSync(program, args, { stdio: 'inherit' });
    if (status !== 0)
      throw new Error(`${program} ${args.join(' ')} failed: npm run fuzz needs Python 3.10 or later`);
  }
}

interface Part {
  name: string;
  document: string;
  headers: string[];
  options?: string[];
}

/** Runs schemathesis on one part of the documents. Returns how many cases there were, and whether all of them passed. */
async function fuzz({ document, headers, options = [] }: Part, seed: number) {
  const args = [
    '--config-file',
    join(import.meta.dirname, 'fuzz.toml'),
    'run',
    `${url}${document}`,
    ...options,
  ];
  for (const header of headers) args.push('--header', header);
  args.push('--checks', 'all', '--phases', 'examples,coverage,fuzzing,stateful', '--seed', String(seed));
  args.push('--max-examples', String(examples), '--continue-on-failure', '--no-color');
  const env = {
    ...process.env,
    PYTHONPATH: import.meta.dirname,
    SCHEMATHESIS_HOOKS: 'fuzz_hooks',
    PYTHONDONTWRITEBYTECODE: '1',
    HYPOTHESIS_STORAGE_DIRECTORY: join(FOLDER, 'examples'),
  };
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  const cases = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
  if (status !== 0 || cases === 0) console.error(output);
  return { cases, passed: status === 0 && cases > 0 };
}

/**
 * `/contacts/upsert` is also a path of `/contacts/{contactId}`, and a router finds the methods of both there. So it is a part of its own, without the
 * two checks that this would fail.
 */
const UPSERT = '/contacts/upsert$';

function partsFor(key: string): Part[] {
  const headers = [`X-API-Key: ${key}`, `Authorization: Bearer ${key}`];
  return [
    ...dialects.map(({ name, path: document }) => ({
      name,
      document,
      headers,
      options: ['--exclude-path-regex', UPSERT],
    })),
    {
      name: 'agent, upsert',
      document: '/api/public/v1/openapi.json',
      headers,
      options: [
        '--include-path-regex',
        UPSERT,
        '--exclude-checks',
        'unsupported_method,allow_header_conformance',
      ],
    },
    {
      name: 'admin',
      document: '/openapi.json',
      headers: [`Authorization: Bearer ${adminToken}`],
      options: ['--include-path-regex', '^/admin/'],
    },
  ];
}

install();
const server = await newServer();
const { url, adminToken } = server;

try {
  await server.start();
  let total = 0;
  let failed = 0;
  for (let round = 0; total < wanted || round < 2; round += 1) {
    const known = values.fixed || round === 0;
    const seed = known ? Number(values.seed) + round : Math.floor(Math.random() * 2 ** 31);
    for (const part of partsFor(await newKey(url, adminToken, 'fuzz'))) {
      const { cases, passed } = await fuzz(part, seed);
      total += cases;
      if (!passed) failed += 1;
      console.log(
        `fuzz: ${part.name}, seed ${seed}: ${cases} cases, ${passed ? 'passed' : 'FAILED'} (${total} of ${wanted})`,
      );
    }
    if (failed > 0) break;
  }
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  await server.remove();
}
process.exit();
