/** One client of the soak. It writes, remembers what was answered 2xx, and repeats what was not answered under the same Idempotency-Key. */
import { setTimeout as wait } from 'node:timers/promises';
import { random } from '../random.ts';

// biome-ignore lint/suspicious/noExplicitAny: what is read of a body, is compared
type Json = any;

/** What a contact must be in the end. */
export interface Expected {
  id: string;
  reference: string;
  /** How many writes of the contact were answered 2xx. Each has made one version. */
  version: number;
  name: string | null;
  phone: string | null;
  notes: string | null;
  email: string | null;
  collections: Record<string, number>;
}

export interface Tally {
  writes: number;
  retries: number;
}

/** What one client has written: its contacts by id, and its accounts. */
export interface Book {
  contacts: Map<string, Expected>;
  accounts: Set<string>;
  /** Addresses that it has upserted into the account that all clients share. */
  shared: Set<string>;
}

/** By then, a server that is killed and started again has answered. */
const PATIENCE_MS = 120_000;

const INGEST = '/api/v1/ingest';
const AGENT = '/api/public/v1';

interface Situation {
  url: string;
  key: string;
  /** The account that all clients share. */
  account: string;
  tally: Tally;
  isOver(): boolean;
}

/** Works until the load is over. Returns what must be stored then. */
export async function work(name: string, seed: number, situation: Situation): Promise<Book> {
  const { url, key, account, tally, isOver } = situation;
  const next = random(seed);
  const book: Book = { contacts: new Map(), accounts: new Set(), shared: new Set() };
  const own: string[] = [];
  let count = 0;
  const fresh = () => `${name}-${++count}`;
  const pick = () => book.contacts.get(own[Math.floor(next() * own.length)]!)!;

  /** Sends until the Worker itself answers: a lost answer, or a 5xx, does not tell what has happened. */
  const send = async (
    method: string,
    path: string,
    json?: object,
  ): Promise<{ status: number; body: Json }> => {
    const attempt = `soak ${fresh()}`;
    const started = Date.now();
    for (;;) {
      try {
        const response = await fetch(url + path, {
          method,
          headers: { 'X-API-Key': key, 'Content-Type': 'application/json', 'Idempotency-Key': attempt },
          signal: AbortSignal.timeout(15_000),
          ...(json && { body: JSON.stringify(json) }),
        });
        const text = await response.text();
        if (response.status < 500) {
          tally.writes += 1;
          if (!response.ok) throw new Unexpected(`${method} ${path}: ${response.status} ${text}`);
          return { status: response.status, body: text === '' ? null : JSON.parse(text) };
        }
      } catch (error) {
        if (error instanceof Unexpected) throw error;
      }
      tally.retries += 1;
      if (Date.now() - started > PATIENCE_MS)
        throw new Unexpected(`${method} ${path}: no answer in ${PATIENCE_MS / 1_000} s`);
      await wait(50 + next() * 200);
    }
  };

  const keep = (contact: Expected) => {
    book.contacts.set(contact.id, contact);
    own.push(contact.id);
  };
  const empty = { version: 1, name: null, phone: null, notes: null, email: null, collections: {} };

  const verbs: (() => Promise<void>)[] = [
    async function create() {
      const [reference, phone] = [fresh(), fresh()];
      const { body } = await send('POST', `${INGEST}/contacts/${reference}`, {
        phone,
        account_number: `A-${name}`,
      });
      keep({ ...empty, id: body.id, reference, phone });
    },
    async function replace() {
      const contact = pick();
      const fields = { name: fresh(), notes: fresh() };
      await send('PUT', `${INGEST}/contacts/${contact.reference}`, fields);
      Object.assign(contact, {
        ...empty,
        collections: contact.collections,
        ...fields,
        version: contact.version + 1,
      });
    },
    async function change() {
      const contact = pick();
      const phone = fresh();
      await send('PATCH', `${INGEST}/contacts/${contact.reference}`, { phone });
      Object.assign(contact, { phone, version: contact.version + 1 });
    },
    async function annotate() {
      const contact = pick();
      const field = `f${Math.floor(next() * 50)}`;
      const value = ++count;
      await send('PATCH', `${INGEST}/contacts/${contact.reference}`, {
        custom_fields: { collections: { [field]: value } },
      });
      contact.collections = { ...contact.collections, [field]: value };
      contact.version += 1;
    },
    async function remove() {
      const contact = pick();
      await send('DELETE', `${INGEST}/contacts/${contact.reference}`);
      book.contacts.delete(contact.id);
      own.splice(own.indexOf(contact.id), 1);
    },
    async function open() {
      const people = [0, 1].map(() => ({ fullName: `Person ${fresh()}`, language: 'en' }));
      const { body } = await send('POST', `${AGENT}/accounts`, { fullName: fresh(), contacts: people });
      book.accounts.add(body.id);
      for (const { id, fullName } of body.contacts) keep({ ...empty, id, reference: id, name: fullName });
    },
    async function meet() {
      const email = `shared${Math.floor(next() * 40)}@example.com`;
      await send('PUT', `${AGENT}/accounts/${account}/contacts/upsert`, {
        fullName: email,
        email,
        language: 'en',
      });
      book.shared.add(email);
    },
    async function add() {
      const fullName = `Person ${fresh()}`;
      const { body } = await send('POST', `${AGENT}/accounts/${account}/contacts`, {
        fullName,
        language: 'en',
      });
      keep({ ...empty, id: body.id, reference: body.id, name: fullName });
    },
  ];
  await verbs[0]!();
  while (!isOver()) {
    if (own.length < 5) await verbs[0]!();
    await verbs[Math.floor(next() * verbs.length)]!();
  }
  return book;
}

/** An answer that no fault explains. */
export class Unexpected extends Error {}
