/**
 * Part of `npm run check`: builds one database from migrations/ and one from the Drizzle schema, and compares their tables, columns (with generated
 * expressions), indexes (with conditions) and foreign keys. It does not compare what Drizzle cannot express (triggers, views, WITHOUT ROWID,
 * deferred keys).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS, migrationFiles } from './migrate.ts';

const ROOT = join(import.meta.dirname, '..');
const SCHEMA = 'src/storage/*schema.ts';

const migrations = migrationFiles().map((name) => readFileSync(join(MIGRATIONS, name), 'utf8'));
const drizzle = join(ROOT, 'node_modules/drizzle-kit/bin.cjs');
const schema = execFileSync(
  process.execPath,
  [drizzle, 'export', '--dialect', 'sqlite', '--schema', SCHEMA],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
);

const made = describe(migrations.join('\n'));
const meant = describe(schema);
const differences = [...new Set([...made.keys(), ...meant.keys()])]
  .filter((what) => made.get(what) !== meant.get(what))
  .sort();

if (differences.length > 0) {
  console.error(`migrations/ and ${SCHEMA} differ:\n`);
  for (const what of differences) {
    console.error(`  ${what}`);
    console.error(`    migrations  ${made.get(what) ?? 'nothing'}`);
    console.error(`    schema      ${meant.get(what) ?? 'nothing'}`);
  }
  process.exit(1);
}
console.log(`migrations/ and ${SCHEMA} agree: ${made.size} tables, columns, indexes and foreign keys.`);

type Row = Record<string, string | number | null>;

/** SQLite's own description of what some SQL has made: one line for each table, column, index and foreign key. */
function describe(sql: string): Map<string, string> {
  const database = new DatabaseSync(':memory:');
  database.exec(sql);
  const rows = (query: string, name: string) => database.prepare(query).all(name) as Row[];
  const lines = new Map<string, string>();

  const tables = rows(
    `SELECT name, sql FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'`,
    'table',
  );
  for (const { name, sql } of tables) {
    const table = String(name);
    lines.set(`table ${table}`, 'a table');

    const columns = rows('SELECT * FROM pragma_table_xinfo(?)', table);
    const primary = columns.filter((column) => column.pk);
    for (const column of columns) {
      const parts = [String(column.type).toLowerCase()];
      // A single INTEGER PRIMARY KEY is the rowid, which is never null, declared so or not.
      const isRowid = column.pk && primary.length === 1 && parts[0] === 'integer';
      if (column.notnull || isRowid) parts.push('not null');
      if (column.dflt_value !== null) parts.push(`default ${column.dflt_value}`);
      if (column.pk) parts.push(`primary key ${column.pk}`);
      if (column.hidden === 2)
        parts.push(`generated virtual as ${generated(String(sql), String(column.name))}`);
      if (column.hidden === 3)
        parts.push(`generated stored as ${generated(String(sql), String(column.name))}`);
      lines.set(`column ${table}.${column.name}`, parts.join(' '));
    }

    // The index of a primary key adds nothing to what its columns say.
    for (const index of rows(`SELECT * FROM pragma_index_list(?) WHERE origin <> 'pk'`, table)) {
      const columns = rows('SELECT * FROM pragma_index_xinfo(?) WHERE key = 1', String(index.name))
        .map((column) => (column.name ?? 'an expression') + (column.desc ? ' desc' : ''))
        .join(', ');
      const [made] = rows('SELECT sql FROM sqlite_schema WHERE name = ?', String(index.name));
      const condition = index.partial ? ` where ${oneLine(String(made?.sql).split(/ WHERE /i)[1])}` : '';
      const kind = `${index.unique ? 'unique ' : ''}(${columns})${condition}`;
      lines.set(index.origin === 'c' ? `index ${table}.${index.name}` : `constraint ${table} ${kind}`, kind);
    }

    const keys = Map.groupBy(rows('SELECT * FROM pragma_foreign_key_list(?)', table), (key) => key.id);
    for (const parts of keys.values()) {
      const { table: target, on_delete, on_update } = parts[0] as Row;
      const from = parts.map((part) => part.from).join(', ');
      const to = parts.map((part) => part.to).join(', ');
      lines.set(
        `foreign key ${table} (${from})`,
        `${target} (${to}) on delete ${on_delete}, on update ${on_update}`.toLowerCase(),
      );
    }
  }
  return lines;
}

function oneLine(words = ''): string {
  return words.trim().replaceAll(/\s+/g, ' ');
}

/** What a column is generated from, in the SQL of its table. */
function generated(sql: string, column: string): string {
  const start = new RegExp(`\\b${column}\\b[^,()]*GENERATED ALWAYS AS \\(`, 'i').exec(sql)!;
  const from = start.index + start[0].length;
  let end = from;
  for (let open = 1; open > 0; end += 1) open += { '(': 1, ')': -1 }[sql[end]!] ?? 0;
  return oneLine(sql.slice(from, end - 1));
}
