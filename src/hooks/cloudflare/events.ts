// Vendor page: Cloudflare Email Service, "Event subscriptions": cf.email.sending.message.*, straight from a queue.
import type { DeliveryKind } from '../../core/delivery.ts';
import { toEvents } from '../event.ts';
import type { Provider } from '../provider.ts';

interface Message {
  type?: string;
  source?: { type?: string; domain?: string };
  payload: {
    eventId?: string;
    messageId?: string;
    sender?: string;
    recipient?: string;
    delivery?: { smtpStatusCode?: string; smtpEnhancedStatusCode?: string; smtpResponse?: string };
    bounce?: { type?: string; reason?: string };
    rejection?: { reason?: string };
  };
  metadata?: { eventTimestamp?: string };
}

const PREFIX = 'cf.email.sending.message.';

/** The kind of each event but a bounce. A message that is rejected or fails within Cloudflare says nothing about the address. */
const kinds = new Map<string, DeliveryKind>([
  ['delivered', 'delivered'],
  ['deferred', 'deferred'],
  ['complained', 'complaint'],
  ['failed', 'note'],
  ['rejected', 'note'],
]);

/** The domain that the message was sent from, if the sender's address agrees with the subscription's domain; else null. */
export function senderDomain(message: unknown): string | null {
  const { source, payload } = (message ?? {}) as Partial<Message>;
  const domain = source?.domain?.toLowerCase();
  const sender = payload?.sender?.toLowerCase();
  if (!domain) return null;
  const from = sender?.slice(sender.lastIndexOf('@') + 1).replace(/>$/, '');
  return sender === undefined || from === domain || from?.endsWith(`.${domain}`) ? domain : null;
}

export const events: Provider['events'] = ({ payload: message, receivedAt }) => {
  const { type, payload, metadata } = message as Message;
  const name = type?.startsWith(PREFIX) ? type.slice(PREFIX.length) : '';
  const kind =
    name === 'bounced' ? (payload.bounce?.type === 'hard' ? 'hard_bounce' : 'soft_bounce') : kinds.get(name);
  if (!kind) return [];
  const { eventId, messageId, recipient, delivery, bounce, rejection } = payload;
  return toEvents('cloudflare', receivedAt, {
    address: recipient,
    eventId: eventId ?? `${messageId}:${name}:${metadata?.eventTimestamp}`,
    kind,
    at: metadata?.eventTimestamp,
    code: delivery?.smtpEnhancedStatusCode || delivery?.smtpStatusCode,
    reason: bounce?.reason ?? rejection?.reason ?? delivery?.smtpResponse,
  });
};
