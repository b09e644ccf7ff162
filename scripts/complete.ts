import { seedDemo } from './demo.ts';
import type { Local } from './local.ts';
import { migrate } from './migrate.ts';
import { stateFolder } from './settings.ts';
import { sayWhichFolder } from './state.ts';

/**
 * Applies the migrations that the databases of a server lack, and writes the demo where there is none. The server must be one that no client knows:
 * `Local.database`. Returns true when it made the demo.
 */
export async function complete({ url, database }: Local): Promise<boolean> {
  const db = await database();
  await migrate(db).catch((error) => sayWhichFolder(stateFolder(), error));
  return await seedDemo(url, db);
}
