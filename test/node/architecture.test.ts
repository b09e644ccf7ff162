/** The floors: core ← storage ← platform ← dialects ← index. Imports point left only; CONTRIBUTING.md says why. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();
const text = (file: string) => readFileSync(join(SRC, file), 'utf8');

interface Import {
  from: string;
  /** A file below src/, or a package. */
  to: string;
  /** Imports only a type, of which nothing exists at run time. */
  type: boolean;
}

const importsOf = (file: string): Import[] =>
  [
    ...text(file).matchAll(/(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|import\s*\(?\s*'([^']+)'/g),
  ].map(([, type, named, bare]) => {
    const target = (named ?? bare) as string;
    const to = target.startsWith('.') ? normalize(relative(SRC, join(SRC, dirname(file), target))) : target;
    return { from: file, to, type: type !== undefined };
  });
const imports = files.flatMap(importsOf);

const FLOORS = ['core', 'storage', 'platform', 'dialects'];
const FACES = ['admin', 'hooks'];
/** The floor of a file. The other faces of the store count as dialects. What mounts everything is above all floors. */
const floorOf = (file: string): number => {
  const [folder = ''] = file.split('/');
  if (FACES.includes(folder)) return FLOORS.indexOf('dialects');
  const floor = FLOORS.indexOf(folder);
  return floor < 0 ? FLOORS.length : floor;
};
const isOurs = (to: string) => to.endsWith('.ts');
const told = ({ from, to }: Import) => `${from} → ${to}`;

describe('the floors', () => {
  it('are all there, and every import of ours is of a file that is', () => {
    for (const floor of FLOORS) expect(files.some((file) => file.startsWith(`${floor}/`))).toBe(true);
    expect(imports.filter(({ to }) => isOurs(to) && !files.includes(to)).map(told)).toEqual([]);
    expect(imports.length).toBeGreaterThan(200);
  });

  it('imports point left only', () => {
    const rising = imports.filter(({ from, to }) => isOurs(to) && floorOf(to) > floorOf(from));
    expect(rising.map(told)).toEqual([]);
  });

  it('core knows no HTTP and no SQL', () => {
    const packages = new Set(
      imports.filter(({ from, to }) => from.startsWith('core/') && !isOurs(to)).map(({ to }) => to),
    );
    expect([...packages].sort()).toEqual(['email-addresses', 'fastest-levenshtein']);
  });

  it('a dialect never imports another', () => {
    const dialect = (file: string) => /^dialects\/([^/]+)\//.exec(file)?.[1];
    const across = imports.filter(
      ({ from, to }) => dialect(from) && dialect(to) && dialect(from) !== dialect(to),
    );
    expect(across.map(told)).toEqual([]);
  });

  it('each dialect is one line of dialects/index.ts', () => {
    const folders = new Set(files.flatMap((file) => /^dialects\/([^/]+)\//.exec(file)?.[1] ?? []));
    const registered = importsOf('dialects/index.ts').filter(({ type }) => !type);
    expect(registered.map(({ to }) => to).sort()).toEqual(
      [...folders].map((folder) => `dialects/${folder}/index.ts`).sort(),
    );
  });

  it('only storage speaks to D1, and only storage knows Drizzle', () => {
    const outside = files.filter((file) => !file.startsWith('storage/'));
    const drizzle = imports.filter(({ from, to }) => to.startsWith('drizzle-orm') && outside.includes(from));
    expect(drizzle.map(told)).toEqual([]);
    const awaiting = outside.filter((file) =>
      /\bDB\b[^;\n]*\.(?:prepare|batch|exec|withSession)\(|\.batch[<(]/.test(text(file)),
    );
    expect(awaiting).toEqual([]);
  });
});

/** A verb: its first argument says whose book it works on, and it may have to await that. */
const VERB =
  /export (?:async function \w+(?:<[^>]*>)?|const \w+ = (?:async )?(?=\([^)]*\): Promise<))\(\s*(?:payer|book|office|writer)\b/;
const PRICE = /round trip|KV read|KV write|KV delete|costs nothing|Costs and throws what `\w+` does/i;

describe('the verbs of storage', () => {
  it('each begins with its price', () => {
    const unpriced = files
      .filter((file) => file.startsWith('storage/'))
      .flatMap((file) =>
        [
          ...text(file).matchAll(
            /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export (?:const|async function|function) (\w+)(?:(?!\n(?:\n|\/\*\*|export))[\s\S])*/g,
          ),
        ]
          .filter(([declared]) => VERB.test(declared))
          .filter(([, comment]) => !PRICE.test(comment ?? ''))
          .map(([, , name]) => `${file}: ${name}`),
      );
    expect(unpriced).toEqual([]);
  });
});

describe('the shape of the code', () => {
  it('has no file that wants to be two, schemas aside', () => {
    const long = files.filter((file) => !/schema|fields/.test(file) && text(file).split('\n').length > 320);
    expect(long).toEqual([]);
  });

  it('has no utils, no managers, and no way around the compiler', () => {
    expect(files.filter((file) => /utils?|helpers?|manager|service/i.test(file))).toEqual([]);
    const around = files.filter((file) =>
      /@ts-ignore|@ts-expect-error|\bas any[;,)\s]*$|:\s*any\s*[;,)=|\]]/m.test(text(file)),
    );
    expect(around).toEqual([]);
  });
});
