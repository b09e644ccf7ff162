/** What the clock brings: purging what may be kept no longer. */
import { newMeter } from '../storage/database.ts';
import { purgeAttempts } from '../storage/writing.ts';
import type { Bindings } from './env.ts';

/** Purges outcomes of attempts older than 24 hours, and logs how many. */
export async function purge(_event: ScheduledController, env: Bindings): Promise<void> {
  const attempts = await purgeAttempts({ db: env.DB, meter: newMeter() });
  console.log(JSON.stringify({ level: 'info', code: 'purged', attempts }));
}
