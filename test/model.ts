/**
 * The contract as a plain program: one book in memory, written from the contract's sentences without using anything of `src/`. `*In` is what callers
 * send, `*Out` is what they must be shown, in the words of the dialects.
 */

type Text = string | null;
export type Body = Record<string, unknown>;

/** What a call must lead to, and the resource that it shows, if any. */
export interface Outcome {
  status: number;
  contact?: ModelContact;
  account?: ModelAccount;
  /** The pointers of a 422's faults. */
  faults?: string[];
}

/** Values that the service decides and the model learns from its answers. */
interface Learned {
  id?: string;
  createdAt?: string;
  updatedAt?: string;
  /** The version at which `updatedAt` was seen. */
  seen?: number;
}

export interface ModelAccount {
  number: Text;
  fields: Record<string, unknown>;
  billing: Record<string, string>;
  custom: Map<string, unknown>;
  source: { connectionId: string; sourceId: string } | null;
  version: number;
  learned: Learned;
}

export interface ModelContact {
  reference: Text;
  account: ModelAccount | null;
  fields: Record<string, unknown>;
  custom: Map<string, unknown>;
  version: number;
  learned: Learned;
}

/** An ETag of an earlier answer. */
export interface Tag {
  text: string;
  of: object;
  version: number;
}

const CONTACT_TEXTS = [
  ...['name', 'first_name', 'last_name', 'function', 'email', 'phone', 'mobile_phone', 'fax', 'title'],
  ...['department', 'contact_type', 'language', 'address1', 'address2', 'city', 'state', 'zip', 'country'],
  'notes',
];
const ACCOUNT_TEXTS = [
  ...['name', 'display_reference', 'currency', 'language', 'phone', 'mobile_phone', 'fax', 'email'],
  ...['payment_terms', 'account_group', 'parent_account_number', 'branch_name', 'description', 'vat'],
  'company_registration_number',
];
const ADDRESS = ['address1', 'address2', 'city', 'state', 'zip', 'country'];
/** The agent dialect's parts of an address. */
const AGENT_ADDRESS: Record<string, string> = {
  street: 'address1',
  city: 'city',
  postalCode: 'zip',
  stateOrProvince: 'state',
  country: 'country',
};

/** '"" on an ordinary field is stored as null'; codes are answered in one case. */
function stored(name: string, value: unknown): unknown {
  if (value === undefined || value === null || value === '') return null;
  if (name === 'language') return String(value).toLowerCase();
  if (name === 'country' || name === 'currency') return String(value).toUpperCase();
  if (name === 'is_parent_account') return Boolean(value);
  return value;
}

const isSet = (value: unknown) => value !== undefined && value !== null && value !== '';

/** "Unicode NFKC, trimming, collapsing white space and case folding." */
export const compared = (name: string): string =>
  name.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();
const addressKey = (email: string): string => email.normalize('NFC').toLowerCase();
const isAddress = (name: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name);

/** Levenshtein distance in code points. */
function distance(a: string, b: string): number {
  const to = [...b];
  let row = [0, ...to.map((_, index) => index + 1)];
  for (const [line, one] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of to.entries()) {
      next.push(Math.min(row[column + 1]! + 1, next[column]! + 1, row[column]! + (one === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}

/** "Levenshtein distance ≤ min(2, floor(0.2 × length of the shorter name))"; an address "matches by equality only". */
export function alike(one: string, other: string): number | null {
  const [a, b] = [compared(one), compared(other)];
  const shorter = Math.min([...a].length, [...b].length);
  const limit = isAddress(a) || isAddress(b) ? 0 : Math.min(2, Math.floor(0.2 * shorter));
  const found = distance(a, b);
  return found <= limit ? found : null;
}

/** "`name`, else first and last joined, else the email, else the reference." */
export function fullName({ fields, reference, learned }: ModelContact): string {
  const parts = [fields.first_name, fields.last_name].filter(isSet);
  return String(
    fields.name ?? (parts.length > 0 ? parts.join(' ') : null) ?? fields.email ?? reference ?? learned.id,
  );
}

const state = (record: ModelContact | ModelAccount): string =>
  JSON.stringify([record, [...record.custom].sort()], (key, value) =>
    key === 'version' || key === 'learned' ? undefined : value,
  );

export class Book {
  contacts: ModelContact[] = [];
  accounts: ModelAccount[] = [];
  /** "The tenant's delivery status for that address." */
  statuses = new Map<string, string>();
  tags: Tag[] = [];
  readonly organizationId: string;
  readonly language: string;

  constructor(organizationId: string, language: string) {
    this.organizationId = organizationId;
    this.language = language;
  }

  contact(reference: string): ModelContact | undefined {
    return this.contacts.find((contact) => (contact.reference ?? contact.learned.id) === reference);
  }

  account(number: string): ModelAccount | undefined {
    return this.accounts.find((account) => (account.number ?? account.learned.id) === number);
  }

  contactsOf(account: ModelAccount): ModelContact[] {
    return this.contacts.filter((contact) => contact.account === account);
  }

  /** Applies a change and, if there is one, counts it: an equal write changes nothing. */
  private change<R extends ModelContact | ModelAccount>(record: R, apply: () => void): R {
    const before = state(record);
    const account = 'account' in record ? record.account : null;
    apply();
    if (state(record) !== before || ('account' in record && record.account !== account)) record.version += 1;
    return record;
  }

  // ——— Ingest dialect: contacts

  /** "`account_number` that names no account yet: the account is created as a stub (number only)." */
  private linked(number: unknown): ModelAccount | null {
    if (!isSet(number)) return null;
    return this.account(String(number)) ?? this.newAccount(String(number), {});
  }

  private newContact(
    reference: Text,
    account: ModelAccount | null,
    fields: Record<string, unknown>,
  ): ModelContact {
    const unset = Object.fromEntries([...CONTACT_TEXTS, 'is_primary'].map((name) => [name, null]));
    const contact = {
      reference,
      account,
      fields: { ...unset, ...fields },
      custom: new Map(),
      version: 1,
      learned: {},
    };
    this.contacts.push(contact);
    return contact;
  }

  /** "A key that is left out of a later write, PUT included, keeps its value; a key sent with "" or null is removed." */
  private merge(custom: Map<string, unknown>, body: Body): void {
    const { collections = {} } = (body.custom_fields ?? {}) as { collections?: Body };
    for (const [key, value] of Object.entries(collections ?? {})) {
      if (isSet(value)) custom.set(key, value);
      else custom.delete(key);
    }
  }

  private contactFaults(body: Body): Outcome | null {
    const both = isSet(body.name) && (isSet(body.first_name) || isSet(body.last_name));
    return both ? { status: 422, faults: ['/name'] } : null;
  }

  private sent(names: string[], body: Body): Record<string, unknown> {
    return Object.fromEntries(
      names.filter((name) => body[name] !== undefined).map((name) => [name, stored(name, body[name])]),
    );
  }

  postContact(reference: string, body: Body): Outcome {
    const wrong = this.contactFaults(body);
    if (wrong) return wrong;
    if (this.contact(reference)) return { status: 409 };
    return this.putContact(reference, body);
  }

  putContact(reference: string, body: Body, ifMatch?: Tag, onlyNew = false): Outcome {
    const wrong = this.contactFaults(body);
    if (wrong) return wrong;
    const there = this.contact(reference);
    if (ifMatch && !(there && this.holds(there, ifMatch))) return { status: 412 };
    if (there && onlyNew) return { status: 412 };
    const contact = there ?? this.newContact(reference, null, {});
    const replace = () => {
      for (const name of [...CONTACT_TEXTS, 'is_primary']) contact.fields[name] = stored(name, body[name]);
      this.merge(contact.custom, body);
      contact.account = this.linked(body.account_number);
    };
    if (there) this.change(contact, replace);
    else replace();
    return { status: there ? 200 : 201, contact };
  }

  patchContact(reference: string, body: Body, ifMatch?: Tag): Outcome {
    const wrong = this.contactFaults(body);
    if (wrong) return wrong;
    const contact = this.contact(reference);
    if (!contact) return { status: 404 };
    if (ifMatch && !this.holds(contact, ifMatch)) return { status: 412 };
    this.change(contact, () => {
      Object.assign(contact.fields, this.sent([...CONTACT_TEXTS, 'is_primary'], body));
      // "PATCH `name` clears `first_name`/`last_name` and the reverse"
      if (isSet(body.name)) Object.assign(contact.fields, { first_name: null, last_name: null });
      if (isSet(body.first_name) || isSet(body.last_name)) contact.fields.name = null;
      this.merge(contact.custom, body);
      if (body.account_number !== undefined) contact.account = this.linked(body.account_number);
    });
    return { status: 200, contact };
  }

  getContact(reference: string): Outcome {
    const contact = this.contact(reference);
    return contact ? { status: 200, contact } : { status: 404 };
  }

  deleteContact(reference: string, ifMatch?: Tag): Outcome {
    const contact = this.contact(reference);
    if (!contact) return { status: 404 };
    if (ifMatch && !this.holds(contact, ifMatch)) return { status: 412 };
    return this.remove(contact);
  }

  private remove(contact: ModelContact): Outcome {
    this.contacts = this.contacts.filter((other) => other !== contact);
    return { status: 204 };
  }

  listContacts({ account_number, email }: { account_number?: string; email?: string }): ModelContact[] {
    const account = account_number === undefined ? undefined : this.account(account_number);
    if (account_number !== undefined && !account) return [];
    return this.contacts.filter(
      (contact) =>
        (account === undefined || contact.account === account) &&
        (email === undefined || (isSet(contact.fields.email) && this.hasEmail(contact, email))),
    );
  }

  private hasEmail({ fields }: ModelContact, email: string): boolean {
    return isSet(fields.email) && addressKey(String(fields.email)) === addressKey(email);
  }

  private holds(record: ModelContact | ModelAccount, tag: Tag): boolean {
    return tag.of === record && tag.version === record.version;
  }

  // ——— Ingest dialect: accounts

  private newAccount(number: Text, fields: Record<string, unknown>): ModelAccount {
    const names = [...ACCOUNT_TEXTS, 'credit_limit', 'is_parent_account'];
    const unset = Object.fromEntries(names.map((name) => [name, null]));
    const account = {
      number,
      fields: { ...unset, ...fields },
      billing: {},
      custom: new Map(),
      source: null,
      version: 1,
      learned: {},
    };
    this.accounts.push(account);
    return account;
  }

  /** "ISO 4217; locked once set: a different value is 422." */
  private refusesCurrency(account: ModelAccount | undefined, currency: unknown): boolean {
    const locked = account?.fields.currency;
    return isSet(locked) && currency !== undefined && stored('currency', currency) !== locked;
  }

  putAccount(number: string, body: Body, ifMatch?: Tag): Outcome {
    const faults: string[] = [];
    if (!isSet(body.name)) faults.push('/name');
    if (isSet(body.parent_account_number) && !isSet(body.is_parent_account))
      faults.push('/is_parent_account');
    if (faults.length > 0) return { status: 422, faults };
    const there = this.account(number);
    if (ifMatch && !(there && this.holds(there, ifMatch))) return { status: 412 };
    if (isSet(body.currency) && this.refusesCurrency(there, body.currency))
      return { status: 422, faults: ['/currency'] };
    const account = there ?? this.newAccount(number, {});
    const replace = () => {
      const { currency } = account.fields;
      for (const name of Object.keys(account.fields)) account.fields[name] = stored(name, body[name]);
      account.fields.currency ??= currency;
      account.billing = {};
      this.setAddress(account, body.billing_address);
      this.merge(account.custom, body);
    };
    if (there) this.change(account, replace);
    else replace();
    return { status: there ? 200 : 201, account };
  }

  postAccount(number: string, body: Body): Outcome {
    const refused = this.account(number)
      ? this.putAccount(number, body, NEVER)
      : this.putAccount(number, body);
    return refused.status === 412 ? { status: 409 } : refused;
  }

  patchAccount(number: string, body: Body, ifMatch?: Tag): Outcome {
    if (body.name !== undefined && !isSet(body.name)) return { status: 422, faults: ['/name'] };
    const account = this.account(number);
    if (!account) return { status: 404 };
    if (ifMatch && !this.holds(account, ifMatch)) return { status: 412 };
    if (this.refusesCurrency(account, body.currency)) return { status: 422, faults: ['/currency'] };
    const next = { ...account.fields, ...this.sent(Object.keys(account.fields), body) };
    // "required when `parent_account_number` is set"
    if (isSet(next.parent_account_number) && !isSet(next.is_parent_account))
      return { status: 422, faults: ['/is_parent_account'] };
    this.change(account, () => {
      account.fields = next;
      if (body.billing_address === null) account.billing = {};
      else this.setAddress(account, body.billing_address);
      this.merge(account.custom, body);
    });
    return { status: 200, account };
  }

  private setAddress(account: ModelAccount, parts: unknown): void {
    const next = new Map(Object.entries(account.billing));
    for (const name of ADDRESS) {
      const value = (parts as Body | null | undefined)?.[name];
      if (value === undefined) continue;
      if (isSet(value)) next.set(name, String(stored(name, value)));
      else next.delete(name);
    }
    account.billing = Object.fromEntries([...next].sort());
  }

  getAccount(number: string): Outcome {
    const account = this.account(number);
    return account ? { status: 200, account } : { status: 404 };
  }

  // ——— Agent dialect

  /** `role`, `notes`, `isPrimary` "are accepted and stored as `function`, `notes`, `is_primary`". */
  private agentFields(body: Body): Record<string, unknown> {
    const { email, language, role, notes, isPrimary } = body;
    return this.sent([...CONTACT_TEXTS, 'is_primary'], {
      email,
      language,
      function: role,
      notes,
      is_primary: isPrimary,
    });
  }

  private agentFaults(body: Body): string[] {
    return ['fullName', 'language'].filter((name) => !isSet(body[name])).map((name) => `/${name}`);
  }

  postAgentContact(account: ModelAccount | undefined, body: Body): Outcome {
    const faults = this.agentFaults(body);
    if (faults.length > 0) return { status: 422, faults };
    if (!account) return { status: 404 };
    return {
      status: 201,
      contact: this.newContact(null, account, { ...this.agentFields(body), name: body.fullName }),
    };
  }

  /** "A contact of another account … 404." */
  private at(account: ModelAccount | undefined, contact: ModelContact | undefined): ModelContact | null {
    return account && contact && contact.account === account ? contact : null;
  }

  private overwrite(contact: ModelContact, body: Body): ModelContact {
    return this.change(contact, () => {
      // "a PATCH of `fullName` sets `name`, clears first and last, only if it differs from the present `fullName`". The same holds if it would differ
      // because what stands in for a name changes at the same time. For a contact without a name, an address other than the email sent is not a name.
      const present = fullName(contact);
      const { name, first_name, last_name } = contact.fields;
      Object.assign(contact.fields, this.agentFields(body));
      if (body.fullName === undefined) return;
      const isEcho = isSet(body.email) && isAddress(String(body.fullName)) && body.fullName !== body.email;
      if (isEcho && ![name, first_name, last_name].some(isSet)) return;
      if (body.fullName !== present || body.fullName !== fullName(contact)) {
        Object.assign(contact.fields, { name: body.fullName, first_name: null, last_name: null });
      }
    });
  }

  patchAgentContact(
    account: ModelAccount | undefined,
    contact: ModelContact | undefined,
    body: Body,
    ifMatch?: Tag,
  ): Outcome {
    const found = this.at(account, contact);
    if (!found) return { status: 404 };
    if (ifMatch && !this.holds(found, ifMatch)) return { status: 412 };
    return { status: 200, contact: this.overwrite(found, body) };
  }

  getAgentContact(account: ModelAccount | undefined, contact: ModelContact | undefined): Outcome {
    const found = this.at(account, contact);
    return found ? { status: 200, contact: found } : { status: 404 };
  }

  deleteAgentContact(
    account: ModelAccount | undefined,
    contact: ModelContact | undefined,
    ifMatch?: Tag,
  ): Outcome {
    const found = this.at(account, contact);
    if (!found) return { status: 404 };
    return ifMatch && !this.holds(found, ifMatch) ? { status: 412 } : this.remove(found);
  }

  /** "Upsert matching": by email, the oldest; else by name, the smallest distance, then the oldest. */
  private match(account: ModelAccount, { email, fullName: name }: Body): ModelContact | null {
    const here = this.contactsOf(account);
    const byEmail = isSet(email) && here.find((contact) => this.hasEmail(contact, String(email)));
    if (byEmail) return byEmail;
    if (!isSet(name)) return null;
    let best: { contact: ModelContact; distance: number } | null = null;
    for (const contact of here) {
      const found = alike(String(name), fullName(contact));
      if (found !== null && (best === null || found < best.distance)) best = { contact, distance: found };
    }
    return best?.contact ?? null;
  }

  upsert(account: ModelAccount | undefined, body: Body): Outcome {
    if (!account) return { status: 404 };
    const matching = this.match(account, body);
    if (matching) return { status: 200, contact: this.overwrite(matching, body) };
    return this.postAgentContact(account, body);
  }

  private setAgentAddress(account: ModelAccount, parts: unknown): void {
    const theirs = Object.entries(AGENT_ADDRESS);
    this.setAddress(
      account,
      Object.fromEntries(theirs.map(([name, ours]) => [ours, (parts as Body | null)?.[name] ?? null])),
    );
  }

  /** "A pair that another account of the tenant holds, is 409", and so is "another pair on a linked account". */
  private refusesSource(account: ModelAccount | null, pair: ModelAccount['source']): boolean {
    if (!pair) return false;
    const same = (source: ModelAccount['source']) =>
      source?.connectionId === pair.connectionId && source.sourceId === pair.sourceId;
    if (account?.source && !same(account.source)) return true;
    return this.accounts.some((other) => other !== account && same(other.source));
  }

  postAgentAccount(body: Body): Outcome {
    const source = (body.source ?? null) as ModelAccount['source'];
    if (this.refusesSource(null, source)) return { status: 409 };
    // "an account made in the agent dialect has its `id` as number unless its source gives one: `sourceId`, if free"
    const number = source && !this.account(source.sourceId) ? source.sourceId : null;
    const account = this.newAccount(number, {
      name: body.fullName,
      currency: stored('currency', body.currencyCode),
    });
    account.source = source;
    this.setAgentAddress(account, body.billingAddress ?? null);
    for (const person of (body.contacts ?? []) as Body[]) this.postAgentContact(account, person);
    return { status: 201, account };
  }

  putAgentAccount(account: ModelAccount | undefined, body: Body, ifMatch?: Tag): Outcome {
    if (!account) return { status: 404 };
    if (ifMatch && !this.holds(account, ifMatch)) return { status: 412 };
    const source = body.source as ModelAccount['source'] | undefined;
    if (this.refusesCurrency(account, body.currencyCode)) return { status: 422, faults: ['/currencyCode'] };
    if (this.refusesSource(account, source ?? null)) return { status: 409 };
    this.change(account, () => {
      account.fields.name = body.fullName;
      if (body.currencyCode !== undefined) account.fields.currency = stored('currency', body.currencyCode);
      if (body.billingAddress !== undefined) this.setAgentAddress(account, body.billingAddress);
    });
    if (source) this.putSource(account, source);
    else if (source === null) this.deleteSource(account);
    for (const person of (body.contacts ?? []) as Body[]) this.upsert(account, person);
    return { status: 200, account };
  }

  /** "DELETE of an account removes its contacts." */
  deleteAccount(account: ModelAccount | undefined, ifMatch?: Tag): Outcome {
    if (!account) return { status: 404 };
    if (ifMatch && !this.holds(account, ifMatch)) return { status: 412 };
    this.contacts = this.contacts.filter((contact) => contact.account !== account);
    this.accounts = this.accounts.filter((other) => other !== account);
    return { status: 204 };
  }

  putSource(
    account: ModelAccount | undefined,
    source: NonNullable<ModelAccount['source']>,
    ifMatch?: Tag,
  ): Outcome {
    if (!account) return { status: 404 };
    if (ifMatch && !this.holds(account, ifMatch)) return { status: 412 };
    if (this.refusesSource(account, source)) return { status: 409 };
    account.source = source;
    if (account.number === null && !this.account(source.sourceId)) account.number = source.sourceId;
    account.version += 1; // "the same pair again refreshes `lastUpdate`"
    return { status: 200, account };
  }

  deleteSource(account: ModelAccount | undefined, ifMatch?: Tag): Outcome {
    if (!account) return { status: 404 };
    if (ifMatch && !this.holds(account, ifMatch)) return { status: 412 };
    if (!account.source) return { status: 404 };
    account.source = null;
    account.version += 1;
    return { status: 204 };
  }

  /** Sets what delivery events say of an address. */
  deliver(email: string, status: string): void {
    this.statuses.set(addressKey(email), status);
  }

  // ——— What is shown

  private statusOf({ fields }: ModelContact): Text {
    return isSet(fields.email) ? (this.statuses.get(addressKey(String(fields.email))) ?? 'Valid') : null;
  }

  ingestContact(contact: ModelContact): Body {
    const { account, fields, custom, learned } = contact;
    return {
      reference: contact.reference ?? learned.id,
      id: learned.id,
      account_number: account && (account.number ?? account.learned.id),
      ...fields,
      custom_fields: [...custom].sort(),
      email_status: this.statusOf(contact),
      created_at: learned.createdAt,
      updated_at: learned.updatedAt,
    };
  }

  agentContact(contact: ModelContact): Body {
    const { account, fields, learned } = contact;
    return {
      id: learned.id,
      fullName: fullName(contact),
      email: isSet(fields.email) ? { address: fields.email, status: this.statusOf(contact) } : null,
      // "the contact's, else the account's, else the tenant's default"
      language: fields.language ?? account?.fields.language ?? this.language,
      createdAt: learned.createdAt,
      updatedAt: learned.updatedAt,
    };
  }

  ingestAccount({ number, fields, billing, custom, learned }: ModelAccount): Body {
    const unset = Object.fromEntries(ADDRESS.map((name) => [name, null]));
    return {
      account_number: number ?? learned.id,
      id: learned.id,
      ...fields,
      billing_address: Object.keys(billing).length === 0 ? null : { ...unset, ...billing },
      remit_to: null,
      data_providers: null,
      custom_fields: [...custom].sort(),
      created_at: learned.createdAt,
      updated_at: learned.updatedAt,
    };
  }

  agentAccount(account: ModelAccount): Body {
    const { number, fields, billing, source, learned } = account;
    const parts = Object.entries(AGENT_ADDRESS).map(([name, ours]) => [name, billing[ours] ?? null]);
    return {
      id: learned.id,
      organizationId: this.organizationId,
      // "`fullName` of an ingest stub is its account number"
      fullName: fields.name ?? number ?? learned.id,
      currencyCode: fields.currency,
      billingAddress: Object.keys(billing).length === 0 ? {} : Object.fromEntries(parts),
      contacts: this.contactsOf(account).map((contact) => this.agentContact(contact)),
      source: source && { ...source, connectorType: 'Custom' },
      readOnlyReason: null,
      createdAt: learned.createdAt,
      updatedAt: learned.updatedAt,
    };
  }
}

const NEVER: Tag = { text: '', of: {}, version: 0 };
