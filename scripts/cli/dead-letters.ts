import { confirm, print, program, table, yesOption } from './program.ts';
import { call, callForAll } from './service.ts';

interface DeadLetter {
  id: string;
  tenantId: string | null;
  provider: string;
  reason: string;
  receivedAt: string;
}

const letters = program
  .command('dead-letters')
  .description('manage delivery events that could not be applied');

letters
  .command('list')
  .description('list dead letters, oldest first, without their content')
  .action(async () => {
    const all = await callForAll<DeadLetter>('/dead-letters');
    const rows = all.map(({ id, tenantId, provider, reason, receivedAt }) => [
      id,
      tenantId ?? 'unknown',
      provider,
      reason,
      receivedAt,
    ]);
    print(all, table(['ID', 'TENANT', 'PROVIDER', 'REASON', 'RECEIVED'], rows));
  });

letters
  .command('replay')
  .description('put dead letters back on the queue')
  .argument('<id...>')
  .action(async (ids: string[]) => {
    for (const id of ids) await call('POST', `/dead-letters/${encodeURIComponent(id)}/replay`);
    print({ replayed: ids }, [`Put back on the queue: ${ids.length}`]);
  });

letters
  .command('drop')
  .description('delete dead letters; cannot be undone')
  .argument('<id...>')
  .addOption(yesOption())
  .action(async (ids: string[], { yes }: { yes?: true }) => {
    await confirm(`Delete ${ids.length} dead letter${ids.length > 1 ? 's' : ''}?`, yes);
    for (const id of ids) await call('DELETE', `/dead-letters/${encodeURIComponent(id)}`);
    print({ dropped: ids }, [`Deleted: ${ids.length}`]);
  });
