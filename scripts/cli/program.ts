/** What all commands share: the program with its global options, and how they ask and print. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';

const LOCAL_URL = 'http://localhost:8787';

export const program = new Command('npm run diglot --')
  .description('Operate a local or a deployed diglot through its admin API.')
  .addOption(new Option('--url <url>', `the service (default: ${LOCAL_URL})`).env('DIGLOT_URL'))
  .addOption(
    new Option(
      '--admin-token <token>',
      'its ADMIN_TOKEN (default for localhost: the one in .dev.vars or .dev.vars.example)',
    ).env('ADMIN_TOKEN'),
  )
  .option('--json', 'print the answer of the service as JSON (scripts need npm run --silent)')
  .showHelpAfterError('Add --help to see the usage.')
  .configureHelp({ showGlobalOptions: true });

const settings = () => program.opts<{ url?: string; adminToken?: string; json?: true }>();
/** The service, without a slash at its end. */
export const baseUrl = () => (settings().url?.trim() || LOCAL_URL).replace(/\/+$/, '');
export const givenToken = () => settings().adminToken;

export const tenantArgument = () => new Argument('<tenant>', 'name or id of the tenant');
export const addressArgument = () => new Argument('<address>', 'email address, in any spelling');
export const yesOption = () => new Option('--yes', 'do not ask for confirmation');

/** Reads an id that becomes a part of a path. An empty one, or `..`, would lead to what is above it. */
export function idIn(text: string): string {
  if (!/^[\w-]+$/.test(text)) throw new InvalidArgumentError('This is not an id. The list shows them.');
  return text;
}

/** Collects the values of an option that may be repeated. */
export const each = (value: string, before: string[] | false = []) => [...(before || []), value];

/** Ends the command with a message that says what is wrong and what to do next. */
export class Refusal extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Prints the lines, or the answer itself with `--json`. */
export function print(answer: unknown, lines: string[]): void {
  console.log(settings().json ? JSON.stringify(answer, null, 2) : lines.join('\n'));
}

/** Returns aligned lines: the titles, then the rows. */
export function table(titles: string[], rows: string[][]): string[] {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  return [titles, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** A number with its noun: `1 day`, `2 days`. */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

/** Asks for confirmation unless `yes` is set. Throws a Refusal when there is no terminal to ask, or the answer is not yes. */
export async function confirm(question: string, yes?: true): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Refusal(
      'There is no terminal to ask for confirmation, so nothing was changed. Add --yes to confirm.',
    );
  if ((await ask(`${question} Type yes: `)).toLowerCase() !== 'yes')
    throw new Refusal('Nothing was changed.');
}

/** Reads a secret from the keyboard or a pipe. It is no argument, because a shell keeps those in its history. */
export const readSecret = async (): Promise<string> =>
  process.stdin.isTTY ? ask('Secret (not shown): ', true) : (await text(process.stdin)).trim();

async function ask(question: string, isSecret = false): Promise<string> {
  if (isSecret) process.stderr.write(question);
  const output = isSecret ? new Writable({ write: (_, __, done) => done() }) : process.stderr;
  const terminal = createInterface({
    input: process.stdin,
    output,
    terminal: isSecret || process.stderr.isTTY,
  });
  try {
    return (await terminal.question(question)).trim();
  } catch {
    // Ctrl-C or Ctrl-D.
    throw new Refusal('\nNothing was changed.');
  } finally {
    terminal.close();
    if (isSecret) process.stderr.write('\n');
  }
}
