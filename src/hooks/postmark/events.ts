// Vendor pages: Postmark, "Bounce webhook", "Spam complaint webhook", "Delivery webhook", "Subscription change webhook", "Bounce types".
import type { DeliveryKind } from '../../core/delivery.ts';
import { toEvents } from '../event.ts';
import type { Provider } from '../provider.ts';
import { codeIn } from '../smtp.ts';

type Payload = Record<string, unknown>;

/** The types of bounce that say something about the address. The others (auto-replies, requests, faults of the message) are notes. */
const bounces = new Map<unknown, DeliveryKind>([
  ['HardBounce', 'hard_bounce'],
  ['BadEmailAddress', 'hard_bounce'],
  ['SoftBounce', 'soft_bounce'],
  ['Blocked', 'soft_bounce'],
  ['DnsError', 'soft_bounce'],
  ['SpamNotification', 'soft_bounce'],
  ['Transient', 'deferred'],
  ['SpamComplaint', 'complaint'],
]);

const suppressions = new Map<unknown, DeliveryKind>([
  ['HardBounce', 'hard_bounce'],
  ['SpamComplaint', 'complaint'],
]);

export const events: Provider['events'] = ({ payload, receivedAt }) => {
  const it = payload as Payload;
  switch (it.RecordType) {
    case 'Bounce':
    case 'SpamComplaint':
      return toEvents('postmark', receivedAt, {
        address: it.Email,
        // The id alone may be a number beyond what JSON.parse keeps exactly.
        eventId: `${it.ID}:${it.MessageID}:${it.RecordType}`,
        kind: it.RecordType === 'SpamComplaint' ? 'complaint' : (bounces.get(it.Type) ?? 'note'),
        at: it.BouncedAt,
        code: codeIn(it.Details),
        reason: it.Details || it.Description,
      });
    case 'Delivery':
      return toEvents('postmark', receivedAt, {
        address: it.Recipient,
        eventId: `${it.MessageID}:delivered`,
        kind: 'delivered',
        at: it.DeliveredAt,
        code: codeIn(it.Details),
        reason: it.Details,
      });
    case 'SubscriptionChange':
      return toEvents('postmark', receivedAt, {
        address: it.Recipient,
        eventId: `subscription:${it.ChangedAt}`,
        kind: (it.SuppressSending === true && suppressions.get(it.SuppressionReason)) || 'note',
        at: it.ChangedAt,
        reason: it.SuppressSending ? it.SuppressionReason : 'Reactivated',
      });
    default:
      return [];
  }
};
