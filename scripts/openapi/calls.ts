/**
 * The calls that the OpenAPI documents show as examples, in an order that works on an empty book. `$name` stands for a value that an earlier call was
 * told to `keep`. record.ts makes the calls; examples.json has them with their answers.
 */
interface ExampleCall {
  operation: string;
  /** Names the example in the document. */
  name?: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
  /** Letters that the queue of delivery events has given up before this call. */
  deadLetters?: object[];
  /** Name → the path of the value in the answer, with dots. */
  keep?: Record<string, string>;
}

const john = {
  account_number: 'ACCT-001',
  first_name: 'John',
  last_name: 'Doe',
  email: 'jdoe@acmecorp.com',
  phone: '404-555-0100',
  is_primary: true,
};
const mailbox = {
  account_number: 'ACCT-001',
  name: 'Accounts Payable',
  email: 'ap@acmecorp.com',
  language: 'en',
  notes: 'Wants the purchase order number on every invoice.',
  custom_fields: { collections: { preferred_channel: 'email', escalation_level: 2 } },
};
const branch = {
  name: 'Acme Corporation, Canada',
  currency: 'CAD',
  parent_account_number: 'ACCT-001',
  is_parent_account: false,
};
/** As Postmark's "Bounce webhook" page has it. */
const bounceOf = (id: number) => ({
  RecordType: 'Bounce',
  MessageStream: 'outbound',
  ID: id,
  Type: 'HardBounce',
  TypeCode: 1,
  Name: 'Hard bounce',
  Tag: 'reminder',
  MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
  ServerID: 23,
  Description: 'The server was unable to deliver your message (ex: unknown user, mailbox not found).',
  Details: 'smtp;550 5.1.1 The email account that you tried to reach does not exist.',
  Email: 'former.employee@supply.example.com',
  From: 'billing@acme.example.com',
  BouncedAt: '2026-01-31T11:59:54.9070259Z',
  Subject: 'Invoice 1042 is due',
});
const letterOf = (payload: object | null) => ({
  tenantId: '$tenant',
  provider: 'postmark',
  receivedAt: '2026-01-31T12:00:00.000Z',
  payload,
});
const path = { accountId: '$account' };
const person = { accountId: '$account', contactId: '$contact' };

export const calls: ExampleCall[] = [
  { operation: 'serviceGetHealth' },

  { operation: 'adminCreateTenant', body: { name: 'Acme Receivables' }, keep: { tenant: 'id' } },
  { operation: 'adminListTenants', query: { first: '20' } },
  { operation: 'adminGetTenant', params: { id: '$tenant' } },
  { operation: 'adminPatchTenant', params: { id: '$tenant' }, body: { defaultLanguage: 'en' } },
  {
    operation: 'adminCreateKey',
    params: { id: '$tenant' },
    body: {
      name: 'Nightly sync',
      scopes: ['ingest', 'accounts:all'],
      rateLimit: { limit: 600, windowSeconds: 60 },
    },
    keep: { key: 'key', keyId: 'id' },
  },
  { operation: 'adminListKeys', params: { id: '$tenant' } },

  {
    operation: 'ingestCreateAccount',
    params: { account_number: 'ACCT-001' },
    body: {
      name: 'Acme Corporation',
      display_reference: 'ACME',
      currency: 'USD',
      language: 'en',
      billing_address: {
        address1: '1 Peachtree St',
        city: 'Atlanta',
        state: 'GA',
        zip: '30303',
        country: 'US',
      },
      email: 'ap@acmecorp.com',
      payment_terms: 'NET30',
      credit_limit: 50000,
      data_providers: { duns: '150483782' },
      custom_fields: { collections: { segment: 'enterprise' } },
    },
  },
  { operation: 'ingestPutAccount', name: 'created', params: { account_number: 'ACCT-002' }, body: branch },
  {
    operation: 'ingestPutAccount',
    name: 'replaced',
    params: { account_number: 'ACCT-002' },
    body: { ...branch, phone: '416-555-0100' },
  },
  { operation: 'ingestGetAccount', params: { account_number: 'ACCT-001' } },
  { operation: 'ingestPatchAccount', params: { account_number: 'ACCT-001' }, body: { credit_limit: 75000 } },
  { operation: 'ingestListAccounts', query: { first: '1' } },

  { operation: 'ingestCreateContact', params: { reference: 'CONTACT-001' }, body: john },
  { operation: 'ingestPutContact', name: 'created', params: { reference: 'CONTACT-002' }, body: mailbox },
  {
    operation: 'ingestPutContact',
    name: 'replaced',
    params: { reference: 'CONTACT-002' },
    body: { ...mailbox, notes: null },
  },
  { operation: 'ingestGetContact', params: { reference: 'CONTACT-002' } },
  {
    operation: 'ingestGetContact',
    name: 'as the agent dialect shows it',
    params: { reference: 'CONTACT-001' },
    query: { view: 'agent' },
  },
  {
    operation: 'ingestPatchContact',
    params: { reference: 'CONTACT-001' },
    body: { email: 'jdoe.new@acmecorp.com' },
  },
  { operation: 'ingestListContacts', query: { account_number: 'ACCT-001', first: '10' } },
  { operation: 'ingestListHistory', params: { reference: 'CONTACT-001' }, query: { first: '10' } },

  { operation: 'agentGetStatus' },
  { operation: 'agentListOrganizations', query: { first: '20' } },
  { operation: 'agentGetOrganization', params: { organizationId: '$tenant' } },
  {
    operation: 'agentCreateAccount',
    body: {
      fullName: 'Boulangerie Exemple',
      currencyCode: 'EUR',
      billingAddress: { street: '1 rue de la Gare', city: 'Lyon', postalCode: '69002', country: 'FR' },
      contacts: [{ fullName: 'Renée Dubois', email: 'renee.dubois@boulangerie.example.com', language: 'fr' }],
      source: { connectionId: 'my-erp-integration', sourceId: 'CUST-00123' },
    },
    keep: { account: 'id' },
  },
  { operation: 'agentListAccounts', query: { first: '1' } },
  { operation: 'agentGetAccount', params: path },
  { operation: 'agentPutAccount', params: path, body: { fullName: 'Boulangerie Exemple SARL' } },
  {
    operation: 'agentCreateContact',
    params: path,
    body: { fullName: 'John Smith', email: 'john.smith@acme.com', language: 'en' },
    keep: { contact: 'id' },
  },
  { operation: 'agentListContacts', params: path, query: { first: '10' } },
  { operation: 'agentGetContact', params: person },
  {
    operation: 'agentGetContact',
    name: 'as the ingest dialect shows it',
    params: person,
    query: { view: 'ingest' },
  },
  { operation: 'agentPatchContact', params: person, body: { fullName: 'John A. Smith' } },
  {
    operation: 'agentUpsertContact',
    name: 'found by email',
    params: path,
    body: { fullName: 'Jon Smith', email: 'JOHN.SMITH@acme.com', language: 'en' },
  },
  {
    operation: 'agentUpsertContact',
    name: 'found by name, explained',
    params: path,
    query: { explain: 'true' },
    body: { fullName: 'Renee Dubois', language: 'fr' },
  },
  {
    operation: 'agentUpsertContact',
    name: 'what would be created, by email only',
    params: path,
    query: { dryRun: 'true', match: 'email-only' },
    body: { fullName: 'Amélie Laurent', email: 'amelie.laurent@boulangerie.example.com', language: 'fr' },
  },
  {
    operation: 'agentUpsertContact',
    name: 'created',
    params: path,
    body: { fullName: 'Amélie Laurent', email: 'amelie.laurent@boulangerie.example.com', language: 'fr' },
  },
  { operation: 'agentListHistory', params: person, query: { first: '10' } },

  { operation: 'adminGetDeliverySettings', params: { id: '$tenant' } },
  { operation: 'adminPatchDeliverySettings', params: { id: '$tenant' }, body: { test: true } },
  {
    operation: 'adminPutHook',
    params: { id: '$tenant', provider: 'postmark' },
    body: { secret: 'postmark:0123456789abcdef' },
  },
  {
    operation: 'hooksReceiveEvents',
    name: 'a bounce, from Postmark',
    params: { tenantId: '$tenant', provider: 'postmark' },
    headers: { 'X-Webhook-Secret': 'postmark:0123456789abcdef' },
    body: bounceOf(4323372036854775),
  },
  { operation: 'adminListHooks', params: { id: '$tenant' } },
  { operation: 'adminGetHook', params: { id: '$tenant', provider: 'postmark' } },
  { operation: 'adminEndRotation', params: { id: '$tenant', provider: 'postmark' } },
  { operation: 'adminDeleteHook', params: { id: '$tenant', provider: 'postmark' } },
  {
    operation: 'adminSimulate',
    params: { id: '$tenant' },
    body: { address: 'jdoe.new@acmecorp.com', event: 'bounce' },
  },
  { operation: 'ingestListDeliveries', params: { reference: 'CONTACT-001' }, query: { first: '10' } },
  { operation: 'agentListDeliveries', params: person, query: { first: '10' } },
  { operation: 'ingestGetReachability', params: { account_number: 'ACCT-001' } },
  { operation: 'agentGetReachability', params: path },
  { operation: 'agentListReachability', query: { first: '10' } },
  {
    operation: 'adminRevalidateAddress',
    params: { id: '$tenant' },
    body: { address: 'jdoe.new@acmecorp.com' },
  },
  {
    operation: 'adminListDeadLetters',
    query: { first: '20' },
    // one letter that the store refused at the time, and one without anything to read
    deadLetters: [letterOf(bounceOf(4323372036854776)), letterOf(null)],
    keep: { applicable: 'items.0.id', unreadable: 'items.1.id' },
  },
  { operation: 'adminReplayDeadLetter', params: { deadLetterId: '$applicable' } },
  { operation: 'adminDeleteDeadLetter', params: { deadLetterId: '$unreadable' } },

  { operation: 'agentUnlinkSource', params: path },
  {
    operation: 'agentLinkSource',
    params: path,
    body: { connectionId: 'my-erp-integration', sourceId: 'CUST-00123' },
  },
  { operation: 'adminGetDossier', params: { id: '$tenant' }, query: { email: 'jdoe.new@acmecorp.com' } },
  { operation: 'adminCreateErasure', params: { id: '$tenant' }, body: { email: 'jdoe.new@acmecorp.com' } },
  { operation: 'adminListErasures', params: { id: '$tenant' } },
  { operation: 'ingestDeleteContact', params: { reference: 'CONTACT-002' } },
  { operation: 'agentDeleteContact', params: person },
  { operation: 'agentDeleteAccount', params: path },
  { operation: 'adminDeleteKey', params: { id: '$tenant', keyId: '$keyId' } },
  { operation: 'adminDeleteTenant', params: { id: '$tenant' } },
];
