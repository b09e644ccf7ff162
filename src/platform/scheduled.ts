/** What the cron trigger runs: purging what must not be kept longer. */
import { newMeter } from '../storage/database.ts';
import { purgeAttempts, purgeRecords } from '../storage/retention.ts';
import type { Bindings } from './env.ts';
import { log } from './log.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The time before which records are purged; null when they are kept as long as their tenant, or HISTORY_DAYS is not a number of days. */
function endOfRecords({ HISTORY_DAYS = '' }: Bindings): string | null {
  const days = /^[1-9]\d{0,4}$/.test(HISTORY_DAYS) ? Number(HISTORY_DAYS) : null;
  if (days === null && HISTORY_DAYS !== '') log('error', { code: 'history_days.malformed' });
  return days === null ? null : new Date(Date.now() - days * DAY_MS).toISOString();
}

/** Purges outcomes of attempts older than 24 hours, and records older than HISTORY_DAYS; logs how many. */
export async function purge(env: Bindings): Promise<void> {
  const payer = { db: env.DB, meter: newMeter() };
  const attempts = await purgeAttempts(payer);
  const before = endOfRecords(env);
  const records = before === null ? {} : await purgeRecords(payer, before);
  log('info', { code: 'purged', attempts, ...records });
}
