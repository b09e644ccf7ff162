import { InvalidArgumentError } from 'commander';
import { each, idIn, print, program, table, tenantArgument } from './program.ts';
import { call, findTenant } from './service.ts';

interface RateLimit {
  limit: number;
  windowSeconds: number;
}

export interface Key {
  id: string;
  key?: string;
  name: string;
  scopes: string[];
  rateLimit: RateLimit | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export const limitOf = ({ rateLimit }: Key) =>
  rateLimit ? `${rateLimit.limit}/${rateLimit.windowSeconds}` : 'default';

const keys = program.command('keys').description('manage the API keys of a tenant');

keys
  .command('create')
  .description('create a key and show it once')
  .addArgument(tenantArgument())
  .requiredOption(
    '--scope <scope>',
    'ingest (the ingest dialect), accounts:read (reads) or accounts:all (reads and writes); may be repeated',
    each,
  )
  .option('--name <name>', 'what the key is for, such as "Nightly sync"')
  .option('--expires-at <instant>', 'when the key stops working, such as 2027-01-31T00:00:00Z')
  .option(
    '--rate-limit <requests/seconds>',
    'limit of the key, such as 300/60 (default: the service decides)',
    rateLimitIn,
  )
  .action(
    async (
      tenant: string,
      options: { scope: string[]; name?: string; expiresAt?: string; rateLimit?: RateLimit },
    ) => {
      const { scope: scopes, name = scopes.join(' '), expiresAt, rateLimit } = options;
      const { id } = await findTenant(tenant);
      const key = await call<Key>('POST', `/tenants/${id}/keys`, { name, scopes, expiresAt, rateLimit });
      print(key, [
        `${key.key}`,
        '',
        `This is key ${key.id}. Save it now: it is not stored and cannot be shown again.`,
      ]);
    },
  );

keys
  .command('list')
  .description('list the keys of a tenant, without the secrets')
  .addArgument(tenantArgument())
  .action(async (tenant: string) => {
    const { id } = await findTenant(tenant);
    const { items } = await call<{ items: Key[] }>('GET', `/tenants/${id}/keys`);
    const rows = items.map((key) => [
      key.id,
      key.name,
      key.scopes.join(' '),
      limitOf(key),
      key.createdAt,
      key.expiresAt ?? 'never',
      key.lastUsedAt ?? 'never',
    ]);
    print(items, table(['ID', 'NAME', 'SCOPES', 'LIMIT', 'CREATED', 'EXPIRES', 'LAST USED'], rows));
  });

keys
  .command('revoke')
  .description('revoke a key at once')
  .addArgument(tenantArgument())
  .argument('<key-id>', 'id of the key, from the list', keyIdIn)
  .action(async (tenant: string, keyId: string) => {
    const { id } = await findTenant(tenant);
    await call('DELETE', `/tenants/${id}/keys/${keyId}`);
    print({ id: keyId }, [`Revoked key ${keyId}.`]);
  });

/** Reads the id of a key. Whoever has only the leaked key pastes that: it is kept out of the path, which is logged. */
function keyIdIn(text: string): string {
  if (text.startsWith('dgl_'))
    throw new InvalidArgumentError(
      'This is the key itself. "Tenants and keys" in docs/operating.md finds its id.',
    );
  return idIn(text);
}

function rateLimitIn(text: string): RateLimit {
  const [, limit, windowSeconds] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (!limit || !windowSeconds)
    throw new InvalidArgumentError('A rate limit is requests/seconds, such as 300/60.');
  return { limit: Number(limit), windowSeconds: Number(windowSeconds) };
}
