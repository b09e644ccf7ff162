/** What each call costs in D1, whatever the machine: round trips, rows read and rows written. */
import { API_KEY, accountId } from './book.ts';
import type { LogLine, Subject } from './workerd.ts';

const INGEST = '/api/v1/ingest/contacts';
const UPSERT = `/api/public/v1/accounts/${accountId(1)}/contacts/upsert`;
const contact = {
  account_number: 'A-1',
  first_name: 'Priya',
  last_name: 'Raman',
  email: 'priya.raman@example.com',
  title: 'Buyer',
};
const person = { fullName: 'Jordan Okafor', language: 'en', email: 'jordan.okafor@example.com' };

/** The calls run in this order, in one book: each meets what those before it have left. */
const CALLS: [name: string, method: string, path: string, body?: object][] = [
  ['GET', 'GET', `${INGEST}/C-5`],
  ['list of 50', 'GET', `${INGEST}?first=50`],
  ['PUT, new, with a new account', 'PUT', `${INGEST}/first`, { ...contact, account_number: 'A-counted' }],
  ['PUT, new', 'PUT', `${INGEST}/counted`, contact],
  ['PUT, changed', 'PUT', `${INGEST}/counted`, { ...contact, title: 'Head buyer' }],
  ['PUT, equal', 'PUT', `${INGEST}/counted`, { ...contact, title: 'Head buyer' }],
  ['PATCH', 'PATCH', `${INGEST}/counted`, { title: 'Buyer' }],
  ['upsert, new', 'PUT', UPSERT, person],
  ['upsert, by name', 'PUT', UPSERT, { fullName: 'Jordan Okafer', phone: '404-555-0100' }],
  ['DELETE', 'DELETE', `${INGEST}/counted`],
];

export type Counts = Record<string, Pick<LogLine, 'roundTrips' | 'rowsRead' | 'rowsWritten'>>;

/** The costs of each call, from the Worker's own log. */
export async function count({ url, nextLine }: Subject): Promise<Counts> {
  const counts: Counts = {};
  await fetch(`${url}${INGEST}/C-1`, { headers: { 'X-API-Key': API_KEY } });
  await nextLine(); // an isolate's first request also looks up the key
  await fetch(`${url}${INGEST}/C-1`, {
    method: 'PATCH',
    headers: { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' },
    body: '{}',
  });
  await nextLine(); // and its first write also reads the version of the tables
  for (const [name, method, path, body] of CALLS) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'X-API-Key': API_KEY, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    await response.text();
    const { roundTrips, rowsRead, rowsWritten } = await nextLine();
    counts[name] = { roundTrips, rowsRead, rowsWritten };
  }
  return counts;
}
