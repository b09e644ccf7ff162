// Vendor page: Mailgun, "Event Structure" and "Tracking Failures".
import type { DeliveryKind } from '../../core/delivery.ts';
import { toEvents } from '../event.ts';
import type { Provider } from '../provider.ts';

interface Event {
  id?: unknown;
  event?: unknown;
  timestamp?: unknown;
  severity?: unknown;
  reason?: unknown;
  recipient?: unknown;
  'delivery-status'?: Record<string, unknown>;
}

/** Failures that Mailgun calls permanent, but that are no hard bounce. */
const permanent = new Map<unknown, DeliveryKind>([
  ['suppress-complaint', 'complaint'],
  ['suppress-unsubscribe', 'note'],
  ['old', 'soft_bounce'],
  ['espblock', 'soft_bounce'],
]);

function kindOf({ event, severity, reason, ...rest }: Event): DeliveryKind | null {
  if (event === 'delivered') return 'delivered';
  if (event === 'complained') return 'complaint';
  if (event !== 'failed') return null;
  if (severity === 'permanent') return permanent.get(reason) ?? 'hard_bounce';
  // While Mailgun keeps trying, the failure is not final.
  return Number(rest['delivery-status']?.['retry-seconds'] ?? 0) > 0 ? 'deferred' : 'soft_bounce';
}

export const events: Provider['events'] = ({ payload, receivedAt }) => {
  const event = (payload as { 'event-data': Event })['event-data'];
  const kind = kindOf(event);
  if (kind === null) return [];
  const status = event['delivery-status'] ?? {};
  return toEvents('mailgun', receivedAt, {
    address: event.recipient,
    eventId: event.id,
    kind,
    at: event.timestamp,
    code: status['enhanced-code'] || status.code,
    reason: status.message || status.description || event.reason,
  });
};
