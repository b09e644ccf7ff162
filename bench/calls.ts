/** The calls that are compared, on the book of book.ts. */
import { API_KEY } from './book.ts';

export interface Call {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}

export const CALLS = ['get', 'put', 'list'] as const;
export type CallName = (typeof CALLS)[number];

const headers = { 'X-API-Key': API_KEY };
const PATH = '/api/v1/ingest/contacts';

/** A complete contact, as an accounting system sends it; `n` makes it differ from the one before. */
const body = (n: number) =>
  JSON.stringify({
    account_number: `A-${n % 100}`,
    first_name: 'Priya',
    last_name: 'Raman',
    function: 'Accounts payable manager',
    email: 'priya.raman@supply.example.com',
    phone: '404-555-0101',
    title: `Head of Accounts Payable ${n}`,
    department: 'Finance',
    contact_type: 'AP',
    language: 'en',
    address1: '1 Peachtree St',
    city: 'Atlanta',
    state: 'GA',
    zip: '30303',
    country: 'US',
    is_primary: true,
    custom_fields: { collections: { segment: 'enterprise', credit_hold: false } },
  });

let written = 0;

/** The n-th call of a kind, over the first thousand contacts. Each PUT sends a body that no PUT has sent before. */
export function call(name: CallName, origin: string, n: number): Call {
  const reference = `C-${(n * 7919) % 1000}`;
  if (name === 'list') return { url: `${origin}${PATH}?first=50`, method: 'GET', headers };
  if (name === 'get') return { url: `${origin}${PATH}/${reference}`, method: 'GET', headers };
  written += 1;
  const typed = { ...headers, 'Content-Type': 'application/json' };
  return { url: `${origin}${PATH}/${reference}`, method: 'PUT', headers: typed, body: body(written) };
}

/** Sends the same calls to every server. Throws unless all give the same answers, apart from cursors and times of change. */
export async function requireEqualAnswers(servers: Record<string, { url: string }>): Promise<void> {
  for (const name of CALLS) {
    const at = written;
    const answers = await Promise.all(
      Object.values(servers).map(async (server) => {
        written = at;
        const { url, ...init } = call(name, server.url, 5);
        const response = await fetch(url, init);
        const type = response.headers.get('Content-Type');
        return JSON.stringify([response.status, type, comparable(await response.json())]);
      }),
    );
    if (new Set(answers).size > 1) throw new Error(`The answers to ${name} differ:\n${answers.join('\n')}`);
  }
}

const comparable = (body: unknown) => ({
  ...(body as object),
  next: typeof (body as { next?: unknown }).next,
  updated_at: null,
});
