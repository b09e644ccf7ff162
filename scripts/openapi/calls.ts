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
  { operation: 'service.getHealth' },

  { operation: 'admin.createTenant', body: { name: 'Acme Receivables' }, keep: { tenant: 'id' } },
  { operation: 'admin.listTenants', query: { first: '20' } },
  { operation: 'admin.getTenant', params: { id: '$tenant' } },
  { operation: 'admin.patchTenant', params: { id: '$tenant' }, body: { defaultLanguage: 'en' } },
  {
    operation: 'admin.createKey',
    params: { id: '$tenant' },
    body: {
      name: 'Nightly sync',
      scopes: ['ingest', 'accounts:all'],
      rateLimit: { limit: 600, windowSeconds: 60 },
    },
    keep: { key: 'key', keyId: 'id' },
  },
  { operation: 'admin.listKeys', params: { id: '$tenant' } },

  {
    operation: 'ingest.createAccount',
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
  { operation: 'ingest.putAccount', name: 'created', params: { account_number: 'ACCT-002' }, body: branch },
  {
    operation: 'ingest.putAccount',
    name: 'replaced',
    params: { account_number: 'ACCT-002' },
    body: { ...branch, phone: '416-555-0100' },
  },
  { operation: 'ingest.getAccount', params: { account_number: 'ACCT-001' } },
  { operation: 'ingest.patchAccount', params: { account_number: 'ACCT-001' }, body: { credit_limit: 75000 } },
  { operation: 'ingest.listAccounts', query: { first: '1' } },

  { operation: 'ingest.createContact', params: { reference: 'CONTACT-001' }, body: john },
  { operation: 'ingest.putContact', name: 'created', params: { reference: 'CONTACT-002' }, body: mailbox },
  {
    operation: 'ingest.putContact',
    name: 'replaced',
    params: { reference: 'CONTACT-002' },
    body: { ...mailbox, notes: null },
  },
  { operation: 'ingest.getContact', params: { reference: 'CONTACT-002' } },
  {
    operation: 'ingest.getContact',
    name: 'as the agent dialect shows it',
    params: { reference: 'CONTACT-001' },
    query: { view: 'agent' },
  },
  {
    operation: 'ingest.patchContact',
    params: { reference: 'CONTACT-001' },
    body: { email: 'jdoe.new@acmecorp.com' },
  },
  { operation: 'ingest.listContacts', query: { account_number: 'ACCT-001', first: '10' } },
  { operation: 'ingest.listHistory', params: { reference: 'CONTACT-001' }, query: { first: '10' } },

  { operation: 'agent.getStatus' },
  { operation: 'agent.listOrganizations', query: { first: '20' } },
  { operation: 'agent.getOrganization', params: { organizationId: '$tenant' } },
  {
    operation: 'agent.createAccount',
    body: {
      fullName: 'Boulangerie Exemple',
      currencyCode: 'EUR',
      billingAddress: { street: '1 rue de la Gare', city: 'Lyon', postalCode: '69002', country: 'FR' },
      contacts: [{ fullName: 'Renée Dubois', email: 'renee.dubois@boulangerie.example.com', language: 'fr' }],
      source: { connectionId: 'my-erp-integration', sourceId: 'CUST-00123' },
    },
    keep: { account: 'id' },
  },
  { operation: 'agent.listAccounts', query: { first: '1' } },
  { operation: 'agent.getAccount', params: path },
  { operation: 'agent.putAccount', params: path, body: { fullName: 'Boulangerie Exemple SARL' } },
  {
    operation: 'agent.createContact',
    params: path,
    body: { fullName: 'John Smith', email: 'john.smith@acme.com', language: 'en' },
    keep: { contact: 'id' },
  },
  { operation: 'agent.listContacts', params: path, query: { first: '10' } },
  { operation: 'agent.getContact', params: person },
  {
    operation: 'agent.getContact',
    name: 'as the ingest dialect shows it',
    params: person,
    query: { view: 'ingest' },
  },
  { operation: 'agent.patchContact', params: person, body: { fullName: 'John A. Smith' } },
  {
    operation: 'agent.upsertContact',
    name: 'found by email',
    params: path,
    body: { fullName: 'Jon Smith', email: 'JOHN.SMITH@acme.com', language: 'en' },
  },
  {
    operation: 'agent.upsertContact',
    name: 'found by name, explained',
    params: path,
    query: { explain: 'true' },
    body: { fullName: 'Renee Dubois', language: 'fr' },
  },
  {
    operation: 'agent.upsertContact',
    name: 'what would be created, by email only',
    params: path,
    query: { dryRun: 'true', match: 'email-only' },
    body: { fullName: 'Amélie Laurent', email: 'amelie.laurent@boulangerie.example.com', language: 'fr' },
  },
  {
    operation: 'agent.upsertContact',
    name: 'created',
    params: path,
    body: { fullName: 'Amélie Laurent', email: 'amelie.laurent@boulangerie.example.com', language: 'fr' },
  },
  { operation: 'agent.listHistory', params: person, query: { first: '10' } },

  { operation: 'admin.getDeliverySettings', params: { id: '$tenant' } },
  { operation: 'admin.patchDeliverySettings', params: { id: '$tenant' }, body: { test: true } },
  {
    operation: 'admin.putHook',
    params: { id: '$tenant', provider: 'postmark' },
    body: { secret: 'postmark:0123456789abcdef' },
  },
  {
    operation: 'hooks.receiveEvents',
    name: 'a bounce, from Postmark',
    params: { tenantId: '$tenant', provider: 'postmark' },
    headers: { 'X-Webhook-Secret': 'postmark:0123456789abcdef' },
    body: bounceOf(4323372036854775),
  },
  { operation: 'admin.listHooks', params: { id: '$tenant' } },
  { operation: 'admin.getHook', params: { id: '$tenant', provider: 'postmark' } },
  { operation: 'admin.endRotation', params: { id: '$tenant', provider: 'postmark' } },
  { operation: 'admin.deleteHook', params: { id: '$tenant', provider: 'postmark' } },
  {
    operation: 'admin.simulate',
    params: { id: '$tenant' },
    body: { address: 'jdoe.new@acmecorp.com', event: 'bounce' },
  },
  { operation: 'ingest.listDeliveries', params: { reference: 'CONTACT-001' }, query: { first: '10' } },
  { operation: 'agent.listDeliveries', params: person, query: { first: '10' } },
  { operation: 'ingest.getReachability', params: { account_number: 'ACCT-001' } },
  { operation: 'agent.getReachability', params: path },
  { operation: 'agent.listReachability', query: { first: '10' } },
  {
    operation: 'admin.revalidateAddress',
    params: { id: '$tenant' },
    body: { address: 'jdoe.new@acmecorp.com' },
  },
  {
    operation: 'admin.listDeadLetters',
    query: { first: '20' },
    // one letter that the store refused at the time, and one without anything to read
    deadLetters: [letterOf(bounceOf(4323372036854776)), letterOf(null)],
    keep: { applicable: 'items.0.id', unreadable: 'items.1.id' },
  },
  { operation: 'admin.replayDeadLetter', params: { deadLetterId: '$applicable' } },
  { operation: 'admin.deleteDeadLetter', params: { deadLetterId: '$unreadable' } },

  { operation: 'agent.unlinkSource', params: path },
  {
    operation: 'agent.linkSource',
    params: path,
    body: { connectionId: 'my-erp-integration', sourceId: 'CUST-00123' },
  },
  { operation: 'admin.getDossier', params: { id: '$tenant' }, query: { email: 'jdoe.new@acmecorp.com' } },
  { operation: 'admin.createErasure', params: { id: '$tenant' }, body: { email: 'jdoe.new@acmecorp.com' } },
  { operation: 'admin.listErasures', params: { id: '$tenant' } },
  { operation: 'ingest.deleteContact', params: { reference: 'CONTACT-002' } },
  { operation: 'agent.deleteContact', params: person },
  { operation: 'agent.deleteAccount', params: path },
  { operation: 'admin.deleteKey', params: { id: '$tenant', keyId: '$keyId' } },
  { operation: 'admin.deleteTenant', params: { id: '$tenant' } },
];
