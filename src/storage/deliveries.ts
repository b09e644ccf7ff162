/** What has happened to mail for a contact. */
import { sql } from 'drizzle-orm';
import { type EmailStatus, emailStatusOf } from '../core/contact.ts';
import type { DeliveryEvent } from '../core/delivery.ts';
import { Failure } from '../core/failure.ts';
import { bySelector, type ContactSelector } from './contact-record.ts';
import { type Book, columnsOf, p, read, tenantQuery } from './database.ts';
import { deliveries } from './delivery-schema.ts';
import { type Page, pageOf } from './page.ts';
import { addresses, contacts } from './schema.ts';

/** An event as it is kept. */
export type Delivery = Omit<DeliveryEvent, 'addressKey'>;

/** A contact's address, the event that decided its status, and a page of the events for it. */
interface DeliveryRecord extends Page<Delivery> {
  email: string | null;
  status: EmailStatus | null;
  /** The event that decided; null while none has. */
  verdict: Delivery | null;
}

const { provider, eventId, kind, at, code, reason } = deliveries;
const columns = columnsOf({ provider, eventId, kind, at, code, reason });

const queriesOf = bySelector((where) => ({
  verdict: tenantQuery(
    (tenant) => sql`SELECT ${contacts.email} AS "email", ${addresses.status} AS "status", ${columns}
FROM ${contacts} LEFT JOIN ${addresses} ON ${addresses.tenantId} = ${contacts.tenantId} AND ${addresses.addressKey} = ${contacts.emailKey}
LEFT JOIN ${deliveries} ON ${deliveries.tenantId} = ${contacts.tenantId} AND ${deliveries.addressKey} = ${contacts.emailKey} AND ${at} = ${addresses.causeAt} AND ${kind} = ${addresses.cause}
WHERE ${where(tenant)} ORDER BY ${provider}, ${eventId} LIMIT 1`,
  ),
  page: tenantQuery(
    (
      tenant,
    ) => sql`SELECT ${columns} FROM ${deliveries} WHERE ${deliveries.tenantId} = ${tenant} AND ${deliveries.addressKey} = (SELECT ${contacts.emailKey} FROM ${contacts} WHERE ${where(tenant)})
AND (${at}, ${provider}, ${eventId}) < (${p('at')}, ${p('provider')}, ${p('eventId')})
ORDER BY ${at} DESC, ${provider} DESC, ${eventId} DESC LIMIT ${p('limit')}`,
  ),
}));

/** 1 round trip. Up to `first` events of the contact's address, latest first, from the one after `after`. Throws `contact.not_found`. */
export async function listDeliveries(
  book: Book,
  which: ContactSelector,
  first: number,
  after: Pick<Delivery, 'at' | 'provider' | 'eventId'> | null,
): Promise<DeliveryRecord> {
  const { verdict, page } = queriesOf(which);
  const position = after ?? { at: '~', provider: '', eventId: '' };
  const [found, listed] = await read(book, [
    verdict(book, { ...which }),
    page(book, { ...which, ...position, limit: first + 1 }),
  ]);
  const row = found.results[0];
  if (!row) throw new Failure('contact.not_found');
  const { email, status, ...cause } = row as unknown as DeliveryRecord & Delivery;
  return {
    email,
    status: emailStatusOf(email, status),
    verdict: cause.provider === null ? null : cause,
    ...pageOf(listed.results, first, (event) => event as unknown as Delivery),
  };
}
