// Vendor page: Mailgun, "Event Structure" and "Tracking Failures".
import type { DeliveryKind } from '../../core/delivery.ts';
import { toEvents } from '../event.ts';
import type { Provider } from '../provider.ts';
import { isLasting } from '../smtp.ts';

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
  ['greylisted', 'soft_bounce'],
  ['blacklisted', 'soft_bounce'],
]);

function kindOf({ event, severity, reason, ...rest }: Event): DeliveryKind | null {
  if (event === 'delivered') return 'delivered';
  if (event === 'complained') return 'complaint';
  if (event !== 'failed') return null;
  const status = rest['delivery-status'] ?? {};
  if (severity === 'permanent') return permanent.get(reason) ?? kindOfFailure(reason, status);
  // While Mailgun keeps trying, the failure is not final.
  return Number(status['retry-seconds']) > 0 ? 'deferred' : 'soft_bounce';
}

/** Mailgun calls a failure `generic` when it cannot tell the reason. Then the other server's status decides, if there is one. */
function kindOfFailure(reason: unknown, status: Record<string, unknown>): DeliveryKind {
  const code = status['enhanced-code'];
  const isUnclear = reason === 'generic' && typeof code === 'string' && code !== '';
  const isSoft = status['bounce-type'] === 'soft' || (isUnclear && !isLasting(code, String(status.message)));
  return isSoft ? 'soft_bounce' : 'hard_bounce';
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
