import { confirm, counted, each, idIn, print, program, Refusal, table, yesOption } from './program.ts';
import { call, callForAll } from './service.ts';

export interface DeadLetter {
  id: string;
  tenantId: string | null;
  provider: string;
  reason: string;
  receivedAt: string;
}

const eachId = (id: string, before?: string[]) => each(idIn(id), before);

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
  .argument('<id...>', 'ids of dead letters, from the list', eachId)
  .action(async (ids: string[]) => {
    await callForEach(ids, 'POST', '/replay');
    print({ replayed: ids }, [`Put back on the queue: ${ids.length}`]);
  });

letters
  .command('drop')
  .description('delete dead letters; cannot be undone')
  .argument('<id...>', 'ids of dead letters, from the list', eachId)
  .addOption(yesOption())
  .action(async (ids: string[], { yes }: { yes?: true }) => {
    await confirm(`Delete ${counted(ids.length, 'dead letter')}?`, yes);
    await callForEach(ids, 'DELETE');
    print({ dropped: ids }, [`Deleted: ${ids.length}`]);
  });

/** Calls for one letter after another. A Refusal says at which of them it stopped: those before it are done. */
async function callForEach(ids: string[], method: string, verb = ''): Promise<void> {
  for (const [done, id] of ids.entries()) {
    try {
      await call(method, `/dead-letters/${id}${verb}`);
    } catch (error) {
      if (!(error instanceof Refusal) || ids.length === 1) throw error;
      throw new Refusal(`${error.message}\nStopped at ${id}. Done before it: ${done} of ${ids.length}.`);
    }
  }
}
