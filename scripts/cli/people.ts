import {
  addressArgument,
  confirm,
  counted,
  print,
  program,
  table,
  tenantArgument,
  yesOption,
} from './program.ts';
import { call, callForAll, findTenant } from './service.ts';

interface Dossier {
  contacts: unknown[];
  accounts: unknown[];
  history: unknown[];
  address: { status: string; updatedAt: string } | null;
  deliveries: unknown[];
  reasons: unknown[];
  idempotencyAnswers: number;
  deadLetters: number;
  mentions: { kind: string; id: string; reference: string }[];
}

export interface Erasure {
  id: string;
  at: string;
  removed: Record<string, number>;
}

const dossierOf = (tenantId: string, address: string) =>
  call<Dossier>('GET', `/tenants/${tenantId}/dossier?email=${encodeURIComponent(address)}`);

/** Names the contacts of others and the accounts that mention the address. An erasure leaves those fields alone. */
const mentionsIn = ({ mentions }: Dossier): string[] =>
  mentions.length === 0
    ? []
    : [
        'These have the address in a field such as their notes, where an erasure leaves it. Change them first:',
        ...mentions.map(({ kind, id, reference }) => `  ${kind} ${reference ?? ''} (${id})`),
      ];

program
  .command('dossier')
  .description('show how much is held about a person (with --json, everything)')
  .addArgument(tenantArgument())
  .addArgument(addressArgument())
  .action(async (tenant: string, address: string) => {
    const { id } = await findTenant(tenant);
    const dossier = await dossierOf(id, address);
    const status =
      dossier.address && `  ${dossier.address.status}, last changed ${dossier.address.updatedAt}`;
    print(dossier, [
      ...counts(dossier),
      ...(status ? [status] : []),
      ...mentionsIn(dossier),
      'Add --json to see everything.',
    ]);
  });

program
  .command('erase')
  .description('erase a person from everything kept for the tenant; cannot be undone')
  .addArgument(tenantArgument())
  .addArgument(addressArgument())
  .addOption(yesOption())
  .action(async (tenant: string, address: string, { yes }: { yes?: true }) => {
    const { id, name } = await findTenant(tenant);
    for (const line of mentionsIn(await dossierOf(id, address))) console.error(line);
    await confirm(`Erase ${address} from everything kept for ${name} (${id})? This cannot be undone.`, yes);
    const erasure = await call<Erasure>('POST', `/tenants/${id}/erasures`, { email: address });
    print(erasure, [
      `Erasure ${erasure.id} removed:`,
      ...counts(erasure.removed),
      'Note that id with the tenant and the address, outside of the service: after a restore you have to erase again.',
    ]);
  });

program
  .command('erasures')
  .description('list the erasures of a tenant: when and how much, never who')
  .addArgument(tenantArgument())
  .action(async (tenant: string) => {
    const { id } = await findTenant(tenant);
    const erasures = await callForAll<Erasure>(`/tenants/${id}/erasures`);
    const rows = erasures.map((erasure) => [
      erasure.id,
      erasure.at,
      String(erasure.removed.contacts),
      String(erasure.removed.history),
    ]);
    print(erasures, table(['ID', 'AT', 'CONTACTS', 'HISTORY'], rows));
  });

/** What is counted: of one, of any other number. */
const WORDS: Record<string, [one: string, many: string]> = {
  contacts: ['contact', 'contacts'],
  accounts: ['account with the address as its own', 'accounts with the address as their own'],
  history: ['history entry', 'history entries'],
  addresses: ['delivery status', 'delivery statuses'],
  deliveries: ['delivery event', 'delivery events'],
  reasons: [
    'delivery event of others that names the address',
    'delivery events of others that name the address',
  ],
  idempotencyAnswers: ['answer kept for idempotency', 'answers kept for idempotency'],
  deadLetters: ['dead letter', 'dead letters'],
};

function counts(of: object): string[] {
  const found = Object.entries(of)
    .filter(([what]) => Object.hasOwn(WORDS, what))
    .map(([what, held]) => [what, Array.isArray(held) ? held.length : held] as const);
  const width = Math.max(...found.map(([, count]) => `${count}`.length));
  return found.map(
    ([what, count]) => `  ${' '.repeat(width - `${count}`.length)}${counted(count, ...WORDS[what]!)}`,
  );
}
