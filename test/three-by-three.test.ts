/** The tables of docs/contract.md say what the service does. */
import { expect, it } from 'vitest';
import page from '../docs/contract.md?raw';
import { tablesIn, threeByThree } from '../scripts/three-by-three.ts';
import { newTenant } from './client.ts';

it('docs/contract.md has the tables that the service makes', async () => {
  const { ingest, agent, account } = await newTenant();
  const tables = await threeByThree({ ingest, agent, account: { id: await account(), number: 'ACCT-001' } });
  expect(tables.match(/^\| /gm)).toHaveLength(2 * 2 + 3 * (2 + 3));
  // to write them again, run `npm run tables`
  expect(tablesIn(page)).toBe(tables);
});
