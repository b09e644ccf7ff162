/** docs/ say where everything is kept and how it is configured: every table, trigger, binding and folder that exists, and none that does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../scripts/migrate.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const architecture = read('docs/architecture.md');
const migrations = readdirSync(MIGRATIONS)
  .map((file) => readFileSync(join(MIGRATIONS, file), 'utf8'))
  .join('\n');

/** The code words in the first column of the table under this title. */
function named(title: string): string[] {
  const table = architecture.slice(architecture.search(new RegExp(`^\\| ${title} `, 'm'))).split('\n\n')[0]!;
  return table
    .split('\n')
    .slice(2)
    .flatMap((row) => [...row.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map(([, word]) => word!))
    .sort();
}

/** The names of a kind that the migrations leave in the end. */
function made(kind: string): string[] {
  const names = new Set<string>();
  for (const [, verb, name] of migrations.matchAll(new RegExp(`^(CREATE|DROP) ${kind} (\\w+)`, 'gm'))) {
    if (verb === 'CREATE') names.add(name!);
    else names.delete(name!);
  }
  return [...names].sort();
}

describe('docs/architecture.md', () => {
  it('names every table', () => expect(named('table')).toEqual(made('TABLE')));
  it('names every trigger', () => expect(named('trigger')).toEqual(made('TRIGGER')));

  it('and docs/operating.md name every binding and every variable', () => {
    const env = read('src/platform/env.ts');
    const both = architecture + read('docs/operating.md');
    const bindings = /interface Bindings \{(.*?)^\}/ms.exec(env)![1]!;
    const names = [...bindings.matchAll(/^ {2}([A-Z_]+)\??:/gm)].map(([, name]) => name!);
    expect(names).toContain('DB');
    for (const name of names) expect(both, name).toContain(`\`${name}\``);
  });

  it('maps the folders that there are', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    for (const { name } of folders) expect(architecture).toContain(`\`src/${name}/`);
  });
});
