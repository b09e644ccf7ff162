// Vendor page: Resend, "Event types".
import type { DeliveryKind } from '../../core/delivery.ts';
import { toEvents } from '../event.ts';
import type { Provider } from '../provider.ts';
import { codeIn } from '../smtp.ts';

interface Payload {
  type?: unknown;
  created_at?: unknown;
  data: {
    to?: unknown;
    /** Of a suppression: the address, and why it is suppressed. */
    email?: unknown;
    origin?: unknown;
    suppressed?: { message?: unknown };
    bounce?: { type?: unknown; subType?: unknown; message?: unknown; diagnosticCode?: unknown };
  };
}

/** Why an address came onto the suppression list. By hand, it says nothing about the address. */
const origins = new Map<unknown, DeliveryKind>([
  ['bounce', 'hard_bounce'],
  ['complaint', 'complaint'],
]);

function kindOf({ type, data }: Payload): DeliveryKind | null {
  switch (type) {
    case 'email.delivered':
      return 'delivered';
    case 'email.delivery_delayed':
      return 'deferred';
    case 'email.complained':
      return 'complaint';
    // says the same as a bounce of the subtype Suppressed
    case 'email.suppressed':
      return 'hard_bounce';
    // names one address, also where the message had several recipients
    case 'suppression.added':
      return origins.get(data.origin) ?? 'note';
    case 'email.bounced':
      return ['Transient', 'Undetermined'].includes(String(data.bounce?.type))
        ? 'soft_bounce'
        : 'hard_bounce';
    default:
      return null;
  }
}

export const events: Provider['events'] = ({ id, payload, receivedAt }) => {
  const event = payload as Payload;
  const kind = kindOf(event);
  const recipients = [event.data.email ?? event.data.to].flat();
  // an event with several recipients does not say which of them it happened to
  if (kind === null || recipients.length !== 1) return [];
  const { bounce, suppressed, origin } = event.data;
  return toEvents('resend', receivedAt, {
    address: recipients[0],
    eventId: id,
    kind,
    at: event.created_at,
    code: codeIn([bounce?.diagnosticCode, bounce?.message].flat().join(' ')),
    reason: bounce?.message ?? suppressed?.message ?? origin,
  });
};
