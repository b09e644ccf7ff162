import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the process that had the folder may take to end: `npm start` notices within 200 ms that its npm is gone. */
const PATIENCE_MS = 10_000;
const SQLITE_BUSY = 5;
const ANOTHER_FOLDER = 'For another one: DIGLOT_STATE=/some/folder npm start';

let claim: DatabaseSync | undefined;

/**
 * Makes the folder of the local databases, and keeps it for this process until that ends: two servers would fail each other's writes. The lock is the
 * system's, so it cannot outlive a process that is killed; only an empty file stays. Throws what is wrong with the folder.
 */
export async function claimState(state: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  try {
    makeFolder(state);
    claim = new DatabaseSync(join(state, 'in-use.sqlite'));
    // not by SQLite's own timeout, in which this process would hear no signal
    while (!isClaimed(claim, Date.now() > end)) await sleep(100);
  } catch (error) {
    const { errcode, message } = error as SqliteError;
    const reason = errcode === SQLITE_BUSY ? 'npm start or npm run dev uses it already' : message;
    throw new Error(`The folder ${state} cannot be used: ${reason}. ${ANOTHER_FOLDER}`);
  }
}

type SqliteError = Error & { errcode?: number };

/** True when the lock is ours now. Throws where it cannot be had, and where it is another's and `isLast`. */
function isClaimed(database: DatabaseSync, isLast: boolean): boolean {
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (isLast || (error as SqliteError).errcode !== SQLITE_BUSY) throw error;
    return false;
  }
}

/** Not with `recursive`: that never ends where the system says ENOENT of a folder whose parent is there, as it does under /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** What D1 says of a file that it cannot read or write is `internal error`, and only workerd's lines before it say more. */
export function sayWhichFolder(state: string, error: Error): never {
  throw new Error(
    `The database in ${state} cannot be used: ${error.message}
Look at the lines above. Is the folder damaged, or may you not write to it? ${ANOTHER_FOLDER}`,
  );
}
