/** The fixtures of this dialect's tests: the vendor page's own examples, and a table of its fields. */
import type { TestTenant } from '../../client.ts';

export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const NUL = '\u0000';
export const LONE = '\ud800';

/** The page's own example. */
export const JOHN = {
  account_number: 'ACCT-001',
  first_name: 'John',
  last_name: 'Doe',
  email: 'jdoe@acmecorp.com',
  phone: '404-555-0100',
  is_primary: true,
};

/** Fields that nobody has set are null. */
export const UNSET = {
  account_number: null,
  name: null,
  first_name: null,
  last_name: null,
  function: null,
  email: null,
  phone: null,
  mobile_phone: null,
  fax: null,
  title: null,
  department: null,
  contact_type: null,
  language: null,
  address1: null,
  address2: null,
  city: null,
  state: null,
  zip: null,
  country: null,
  notes: null,
  is_primary: null,
  custom_fields: { collections: {} },
  email_status: null,
};

/** Free text: the field, and how many code points it may have. */
export const TEXTS = [
  ['name', 320],
  ['first_name', 320],
  ['last_name', 320],
  ['function', 255],
  ['phone', 64],
  ['mobile_phone', 64],
  ['fax', 64],
  ['title', 255],
  ['department', 255],
  ['contact_type', 255],
  ['address1', 255],
  ['address2', 255],
  ['city', 255],
  ['state', 255],
  ['zip', 255],
  ['notes', 10_000],
] as const;

/** Two valid values for every ordinary field. */
export const VALUES: [field: string, value: unknown, other: unknown][] = [
  ...TEXTS.map(([field]) => [field, `one ${field}`, `other ${field}`] as [string, unknown, unknown]),
  ['account_number', 'ACCT-001', 'ACCT-002'],
  ['email', 'jdoe@acmecorp.com', 'jdoe.new@acmecorp.com'],
  ['language', 'en', 'fr'],
  ['country', 'US', 'FR'],
  ['is_primary', true, false],
];
/** The same, for `it.each`. */
export const each = VALUES.map(([field, value, other]) => ({ field, value, other }));

/** The numbers of the tenant's accounts, oldest first. */
export const accountsOf = async ({ ingest }: TestTenant) =>
  (await ingest('GET', '/accounts?first=100')).body.items.map(
    ({ account_number }: { account_number: string }) => account_number,
  );
