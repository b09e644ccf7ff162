/** What `npm start` says when it cannot start. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const START = join(import.meta.dirname, '../../scripts/start.ts');

it.each(['abc', '99999', '-1', '80.5'])('says in one line that %s is no port', async (PORT) => {
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [START], { env: { ...process.env, PORT } }, (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
  expect([code, stderr]).toEqual([1, `PORT=${PORT} is no port: that is a whole number from 0 to 65535.\n`]);
});
