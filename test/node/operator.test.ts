/** An operator's day: `npm run diglot --` against a service of its own, from the first tenant to the last. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Local, startLocal } from '../../scripts/local.ts';
import { migrate } from '../../scripts/migrate.ts';
import { localAdminToken } from '../../scripts/settings.ts';
import { DEMO_KEY } from '../../src/core/key.ts';

const CLI = join(import.meta.dirname, '../../scripts/cli.ts');
const SECRET = '0123456789abcdef0123456789abcdef';

let local: Local;

beforeAll(async () => {
  local = await startLocal({ port: 0 });
  await migrate(await local.database());
}, 60_000);

afterAll(() => local.stop());

/** What a command prints; what it says when it refuses, with ✗ before it. */
function diglot(words: string, piped = ''): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, DIGLOT_URL: local.url, ADMIN_TOKEN: localAdminToken() };
    const child = execFile(process.execPath, [CLI, ...words.split(' ')], { env }, (error, stdout, stderr) =>
      resolve(error ? `✗ ${stderr}` : stdout),
    );
    child.stdin!.end(piped);
  });
}

const json = async (words: string, piped?: string) => JSON.parse(await diglot(`${words} --json`, piped));

async function put(key: string, reference: string, body: object): Promise<void> {
  const response = await fetch(`${local.url}/api/v1/ingest/contacts/${reference}`, {
    method: 'PUT',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.text()).toBe(201);
}

it('makes a tenant and its key, and shows both', async () => {
  const { id } = await json('tenants create acme --default-language fr');
  const { key, scopes, rateLimit } = await json(
    'keys create acme --scope ingest --scope accounts:all --rate-limit 600/60',
  );
  expect([scopes, rateLimit]).toEqual([['ingest', 'accounts:all'], { limit: 600, windowSeconds: 60 }]);
  expect(await diglot('tenants list')).toMatch(new RegExp(`${id} +acme +fr +2`));
  const { id: other } = await json('tenants create acme');
  expect(await diglot('keys list acme')).toMatch(/^✗ 2 tenants are called acme\. Say which, by its id:\n/);
  expect(await diglot(`tenants delete ${other.toUpperCase()} --yes`)).toBe('Deleted tenant acme.\n');
  expect(await diglot(`keys list ${id}`)).toMatch(/ingest accounts:all +600\/60 +2\S+Z +never +never/);
  await put(key, 'ANN', { account_number: 'A-1', name: 'Ann Example', email: 'ann@example.com' });
  await put(key, 'BOB', { account_number: 'A-1', name: 'Bob Example', notes: 'or ann@example.com' });
});

it('takes a secret by pipe, tells where events go, and rotates it', async () => {
  const { id } = (await json('tenants list')).find(({ name }: { name: string }) => name === 'acme');
  const place = `${local.url}/hooks/${id}/mailgun`;
  expect(await diglot('hooks set acme mailgun', `${SECRET}\n`)).toBe(
    `Tell mailgun to send its events to ${place}\n`,
  );
  expect(await diglot('hooks set acme mailgun', SECRET.replace('f', 'e'))).toContain(
    'end-rotation acme mailgun',
  );
  expect(await diglot('hooks list acme')).toMatch(new RegExp(`mailgun +${place} +rotating`));
  expect(await json('hooks end-rotation acme mailgun')).toMatchObject({ liveSecrets: 1 });
  expect(await diglot('hooks set acme mailgun', 'short')).toMatch(/^✗ secret: This must be /);
  expect(await diglot('hooks delete acme mailgun')).toMatch(/^✗ There is no terminal to ask/);
  expect(await diglot('hooks delete acme mailgun --yes')).toBe('No more events are taken from mailgun.\n');
  expect(await json('hooks list acme')).toEqual([]);
});

it('says what mail to an address met, and sets it back', async () => {
  expect(await json('delivery-settings acme --soft-bounces 2 --test --sender-domain a.example')).toEqual({
    softBounces: 2,
    withinDays: 30,
    test: true,
    senderDomains: ['a.example'],
  });
  expect(await json('delivery-settings acme --no-test')).toMatchObject({ softBounces: 2, test: false });
  expect(await json('delivery-settings acme')).toMatchObject({ senderDomains: ['a.example'] });
  expect(await json('delivery-settings acme --no-sender-domain')).toMatchObject({ senderDomains: [] });
  expect(await json('delivery-settings acme --no-sender-domain --sender-domain b.example')).toMatchObject({
    senderDomains: ['b.example'],
  });
  expect(await diglot('delivery-settings acme --within-days soon')).toContain('This is not a whole number.');
  expect(await diglot('delivery-settings acme')).toContain('are refused, except by a local service.\n');
  expect(await diglot('delivery-settings acme --soft-bounces 1')).toMatch(
    /^An address is Bounced after 1 day with a soft bounce within 30 days\.\n/,
  );
  expect(await diglot('simulate acme ann@example.com --event complain')).toBe(
    'ann@example.com is Complained. Days with a soft bounce: 0.\n',
  );
  expect(await diglot('revalidate acme ann@example.com')).toMatch(/^✗ .*\n.*--force/);
  expect(await diglot('revalidate acme ann@example.com --force')).toBe('ann@example.com is Valid.\n');
});

it('shows what is held about a person, says where others mention it, and erases it', async () => {
  const mention = /\n {2}contact BOB \([-0-9a-f]{36}\)\n/;
  const held = await diglot('dossier acme ANN@example.com');
  expect(held).toMatch(/ 1 contact\n/);
  expect(held).toMatch(/ 0 accounts with the address as their own\n/);
  expect(held).toMatch(/\n {2}Valid, last changed \d{4}-\d\d-\d\dT/);
  expect(held).toMatch(mention);
  expect((await json('dossier acme ann@example.com')).contacts[0]).toMatchObject({ name: 'Ann Example' });
  expect(await diglot('erase acme ann@example.com')).toMatch(mention);
  expect((await json('dossier acme ann@example.com')).contacts).toHaveLength(1);
  expect(await diglot('erase acme ann@example.com --yes')).toMatch(/ 1 contact\n/);
  expect(await diglot('dossier acme ann@example.com')).toMatch(/ 0 contacts\n/);
  expect((await json('erasures acme')).map(({ removed }: { removed: object }) => removed)).toMatchObject([
    { contacts: 1 },
  ]);
});

it('replays and drops what the queue has given up', async () => {
  await local.deliver('diglot-deliveries-dead', [{ letter: 1 }, { letter: 2 }]);
  const letters = await json('dead-letters list');
  const [first, second] = letters.map(({ id }: { id: string }) => id);
  expect(letters).toHaveLength(2);
  expect(await diglot(`dead-letters replay ${first}`)).toBe('Put back on the queue: 1\n');
  expect(await diglot(`dead-letters drop ${second} --yes`)).toBe('Deleted: 1\n');
  expect(await diglot(`dead-letters drop ${second} --yes`)).toMatch(/^✗ .*\n.*dead-letters list/);
});

it('lists what a restore would bring back or take away, one line each, the same as long as nothing changes', async () => {
  const inventory = async () => (await diglot('inventory')).trimEnd().split('\n');
  const { id } = await json('tenants create inventoried');
  const { id: key, key: secret } = await json('keys create inventoried --scope ingest --rate-limit 9/60');
  await put(secret, 'CAT', { email: 'cat@example.com' });
  await diglot('hooks set inventoried mailgun', SECRET);
  await local.deliver('diglot-deliveries-dead', [{ letter: 3 }]);
  const before = await inventory();
  expect(await inventory()).toEqual(before);
  const ofTenant = before.filter((line) => line.includes(id));
  expect(ofTenant).toEqual([
    `tenant ${id} inventoried en`,
    `key ${id} ${key} ingest 9/60 never ingest`,
    expect.stringMatching(new RegExp(`^hook ${id} mailgun one secret since 2`)),
    `settings ${id} 3 soft bounces in 30 days`,
  ]);

  await diglot(`keys revoke inventoried ${key}`);
  await diglot('hooks set inventoried mailgun', SECRET.replace('f', 'e'));
  await diglot('delivery-settings inventoried --test --sender-domain c.example --sender-domain d.example');
  const { id: erasure, at } = await json('erase inventoried cat@example.com --yes');
  const [{ id: letter }] = await json('dead-letters list');
  await diglot(`dead-letters drop ${letter} --yes`);
  const after = await inventory();
  expect(before.filter((line) => !after.includes(line))).toEqual([
    ...ofTenant.slice(1),
    expect.stringMatching(new RegExp(`^letter unknown ${letter} cloudflare not_applied 2`)),
  ]);
  expect(after.filter((line) => !before.includes(line))).toEqual([
    expect.stringMatching(new RegExp(`^hook ${id} mailgun rotating since 2`)),
    `settings ${id} 3 soft bounces in 30 days, test, c.example, d.example`,
    `erasure ${id} ${erasure} ${at}`,
  ]);
  expect(after.join()).not.toContain('cat@');
  expect(await json('inventory')).toMatchObject({ tenants: expect.any(Array), deadLetters: [] });
  await diglot('tenants delete inventoried --yes');
  expect((await inventory()).join()).not.toContain(id);
});

it('has an erasure noted, since a restore would bring the person back', async () => {
  expect(await diglot('erase acme dan@example.com --yes')).toMatch(
    /\nNote that id .*outside of the service.*\n/s,
  );
});

it('changes what a tenant is called', async () => {
  expect(await diglot('tenants change acme --name acme2 --default-language DE')).toMatch(
    / is called acme2, with the language de\.\n$/,
  );
  expect(await json('tenants change acme2 --name acme')).toMatchObject({
    name: 'acme',
    defaultLanguage: 'de',
  });
});

it('ends a key and a tenant', async () => {
  const [{ id }] = await json('keys list acme');
  expect(await diglot(`keys revoke acme ${id}`)).toBe(`Revoked key ${id}.\n`);
  expect(await json('keys list acme')).toEqual([]);
  expect(await diglot('tenants delete acme --yes')).toBe('Deleted tenant acme.\n');
  expect(await diglot('keys list acme')).toMatch(/^✗ There is no tenant acme\./);
});

it.each([
  ['tenant list', 'Did you mean tenants?'],
  ['keys revoke acme', "missing required argument 'key-id'"],
  ['keys revoke acme ..', 'This is not an id.'],
  [`keys revoke acme ${DEMO_KEY}`, 'This is the key itself.'],
  ['dead-letters drop a ../x --yes', 'This is not an id.'],
  ['keys create acme', "required option '--scope <scope>' not specified"],
  ['tenants list --url {url}/admin/v1', 'Is --url right?'],
  ['hooks set acme gmail', 'Allowed choices are ses, sendgrid, mailgun, postmark, resend, email.'],
  ['keys list acme --scope ingest', "unknown option '--scope'"],
  ['keys create acme --scope ingest --rate-limit 300', 'requests/seconds, such as 300/60'],
])('refuses %s, and says why', async (words, reason) => {
  expect(await diglot(words.replace('{url}', local.url))).toContain(reason);
});
