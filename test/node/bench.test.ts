/** The benchmark compares servers that do the same: a change of the SQL or of an answer must reach all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requireEqualAnswers } from '../../bench/calls.ts';
import { startServers } from '../../bench/servers.ts';
import { build } from '../../bench/size.ts';

it('the four servers start, and give the same answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'diglot-bench-'));
  try {
    build(folder);
    const { servers, stop } = await startServers(folder);
    try {
      expect(Object.keys(servers)).toEqual(['diglot', 'bare', 'columns', 'fastify']);
      await requireEqualAnswers(servers);
    } finally {
      await stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
