/** `npm run diglot -- …`: an operator's everyday commands, through the admin API of a local or a deployed service. */
import './cli/tenants.ts';
import './cli/keys.ts';
import './cli/people.ts';
import './cli/delivery.ts';
import './cli/hooks.ts';
import './cli/dead-letters.ts';
import './cli/inventory.ts';
import { program, Refusal } from './cli/program.ts';

if (process.argv.length === 2) program.help();
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
