// Vendor page: Twilio SendGrid, "Event Webhook Reference".
import type { DeliveryKind } from '../../core/delivery.ts';
import { toEvents } from '../event.ts';
import type { Provider } from '../provider.ts';

interface Event {
  email?: unknown;
  timestamp?: unknown;
  event?: unknown;
  sg_event_id?: unknown;
  type?: unknown;
  status?: unknown;
  reason?: unknown;
  response?: unknown;
}

/** The reasons for which SendGrid did not send at all and that say something about the address; every other reason is a note. */
const dropped: [reason: RegExp, kind: DeliveryKind][] = [
  [/bounced address|^invalid$/i, 'hard_bounce'],
  [/spam report/i, 'complaint'],
];

function kindOf({ event, type, reason }: Event): DeliveryKind | null {
  switch (event) {
    case 'delivered':
      return 'delivered';
    case 'deferred':
      return 'deferred';
    case 'bounce':
      return type === 'blocked' || type === 'expired' ? 'soft_bounce' : 'hard_bounce';
    case 'dropped':
      return dropped.find(([words]) => words.test(String(reason)))?.[1] ?? 'note';
    case 'spamreport':
      return 'complaint';
    default:
      return null;
  }
}

/** A request is an array of events. */
export const split = (body: unknown): unknown[] => (Array.isArray(body) ? body : [body]);

export const events: Provider['events'] = ({ payload, receivedAt }) =>
  (split(payload) as Event[]).flatMap((event) => {
    const kind = kindOf(event);
    if (kind === null) return [];
    return toEvents('sendgrid', receivedAt, {
      address: event.email,
      eventId: event.sg_event_id,
      kind,
      at: event.timestamp,
      code: event.status,
      reason: event.reason ?? event.response,
    });
  });
