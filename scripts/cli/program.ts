/** What every command has in common: the words before it, and what it prints. */
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Argument, Command, Option } from 'commander';

const LOCAL_URL = 'http://localhost:8787';

export const program = new Command('npm run diglot --')
  .description('Operates a local or a deployed diglot, over its admin face.')
  .addOption(new Option('--url <url>', `the service; else ${LOCAL_URL}`).env('DIGLOT_URL'))
  .addOption(
    new Option(
      '--admin-token <token>',
      'its ADMIN_TOKEN; for localhost, if none is given, the one in .dev.vars or .dev.vars.example',
    ).env('ADMIN_TOKEN'),
  )
  .option('--json', 'print what the service answers')
  .showHelpAfterError('Add --help to see what it takes.')
  .configureHelp({ showGlobalOptions: true });

const settings = () => program.opts<{ url?: string; adminToken?: string; json?: true }>();
/** The service, without a slash at its end. */
export const baseUrl = () => (settings().url || LOCAL_URL).replace(/\/+$/, '');
export const givenToken = () => settings().adminToken;

/** A new argument each time, since commander keeps in it whether it is required. */
export const tenantArgument = () => new Argument('<tenant>', 'its name or its id');
export const addressArgument = () => new Argument('<address>', 'an email address, in any spelling');
export const yesOption = () => new Option('--yes', 'do not ask');

/** For an option that may be given more than once. */
export const each = (value: string, before: string[] = []) => [...before, value];

/** Something to tell the person at the keyboard, with what to do next. */
export class Refusal extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Prints the lines, or with `--json` the answer. */
export function print(answer: unknown, lines: string[]): void {
  console.log(settings().json ? JSON.stringify(answer, null, 2) : lines.join('\n'));
}

/** Lines with a column for each title. */
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

/** Asks, unless `yes` says that there is no need. Throws a Refusal where nobody is there to answer, or the answer is not yes. */
export async function confirm(question: string, yes?: true): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Refusal('Nobody is here to be asked. Nothing was changed; say --yes if you mean it.');
  if ((await ask(`${question} Type yes: `)).toLowerCase() !== 'yes')
    throw new Refusal('Nothing was changed.');
}

/** A secret from the keyboard, or from what is piped in: on a command line, the shell would remember it. */
export const readSecret = async (): Promise<string> =>
  process.stdin.isTTY ? ask('Its secret: ') : (await text(process.stdin)).trim();

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return answer.trim();
}
