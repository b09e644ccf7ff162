/** What `npm start` writes first, while a user is already sending requests. */
import { expect, it } from 'vitest';
import { seedDemo } from '../../scripts/demo.ts';
import { startLocal } from '../../scripts/local.ts';
import { migrate } from '../../scripts/migrate.ts';
import { DEMO_KEY } from '../../src/core/key.ts';

it('is written for whoever has asked with its key before it was there', async () => {
  const local = await startLocal({ port: 0 });
  try {
    await migrate(local.db);
    const ask = () =>
      fetch(`${local.url}/api/v1/ingest/contacts/CONTACT-101`, { headers: { 'X-API-Key': DEMO_KEY } });
    expect((await ask()).status).toBe(401);
    expect(await seedDemo(local)).toBe(true);
    expect((await ask()).status).toBe(200);
  } finally {
    await local.stop();
  }
}, 60_000);
