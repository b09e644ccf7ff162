import { seedDemo } from './demo.ts';
import type { Local } from './local.ts';
import { migrate } from './migrate.ts';
import { stateFolder } from './settings.ts';

/**
 * Applies the migrations that the databases of a server lack, and writes the demo where there is none. The server must be one that no client knows:
 * `Local.database`. Returns true when it made the demo.
 */
export async function complete({ url, database }: Local): Promise<boolean> {
  const db = await database();
  await migrate(db).catch(sayWhichFolder);
  return await seedDemo(url, db);
}

/** What D1 says of a file that it cannot read or write is `internal error`, and only workerd's lines before it say more. */
function sayWhichFolder(error: Error): never {
  const state = stateFolder();
  throw new Error(
    `The database in ${state} cannot be used: ${error.message}
Look at the lines above. Is the folder damaged, or may you not write to it? For another one: DIGLOT_STATE=/some/folder npm start`,
  );
}
