// Vendor pages: Amazon SES, "Amazon SNS notification contents" (notificationType) and "Contents of event data" (eventType).
import type { DeliveryKind } from '../../core/delivery.ts';
import { toEvents } from '../event.ts';
import type { Provider } from '../provider.ts';

interface Recipient {
  emailAddress?: string;
  action?: string;
  status?: string;
  diagnosticCode?: string;
}

interface Message {
  eventType?: string;
  notificationType?: string;
  mail: { messageId?: string };
  bounce?: {
    bounceType?: string;
    bounceSubType?: string;
    bouncedRecipients?: Recipient[];
    timestamp?: string;
    feedbackId?: string;
  };
  complaint?: {
    complainedRecipients?: Recipient[];
    complaintFeedbackType?: string;
    timestamp?: string;
    feedbackId?: string;
  };
  delivery?: { recipients?: string[]; timestamp?: string; smtpResponse?: string };
  deliveryDelay?: { delayType?: string; delayedRecipients?: Recipient[]; timestamp?: string };
}

interface Happening {
  kind: DeliveryKind;
  recipients: Recipient[];
  id: string | undefined;
  at: string | undefined;
  reason: string | undefined;
}

/** Types of feedback that are not a recipient's complaint. */
const NO_COMPLAINT = new Set<string | undefined>(['not-spam', 'auth-failure', 'virus']);

function happeningIn({ eventType, notificationType, mail, ...message }: Message): Happening | null {
  const { bounce, complaint, delivery, deliveryDelay } = message;
  const type = eventType ?? notificationType;
  const idAt = (at: string | undefined) => `${mail.messageId}:${type}:${at}`;
  if (type === 'Bounce' && bounce) {
    const {
      bounceType,
      bounceSubType,
      bouncedRecipients: recipients = [],
      feedbackId: id,
      timestamp: at,
    } = bounce;
    const reason = [bounceType, bounceSubType].join('/');
    // "An active automatic response rule (such as an out of the office message)" comes as a bounce, too, but without a server's report.
    const isReply =
      reason === 'Transient/General' && !recipients.some((it) => it.status ?? it.diagnosticCode);
    // The address is on an unsubscribe list of SES, and works.
    const isNote = isReply || bounceSubType === 'UnsubscribedRecipient';
    const kind = isNote ? 'note' : bounceType === 'Permanent' ? 'hard_bounce' : 'soft_bounce';
    return { kind, recipients, id, at, reason };
  }
  if (type === 'Complaint' && complaint) {
    const recipients = complaint.complainedRecipients ?? [];
    // SES lists everybody who may have complained. With several of them, nobody is known to have.
    const known = recipients.length === 1 && !NO_COMPLAINT.has(complaint.complaintFeedbackType);
    const { feedbackId: id, timestamp: at, complaintFeedbackType: reason } = complaint;
    return { kind: known ? 'complaint' : 'note', recipients, id, at, reason };
  }
  if (type === 'Delivery' && delivery) {
    const recipients = (delivery.recipients ?? []).map((emailAddress) => ({ emailAddress }));
    const { timestamp: at, smtpResponse: reason } = delivery;
    return { kind: 'delivered', recipients, id: idAt(at), at, reason };
  }
  if (type === 'DeliveryDelay' && deliveryDelay) {
    const { delayedRecipients: recipients = [], timestamp: at, delayType: reason } = deliveryDelay;
    return { kind: 'deferred', recipients, id: idAt(at), at, reason };
  }
  return null;
}

/** What SES publishes to a topic that becomes its event destination: a sentence in place of JSON. */
const TOPIC_VALIDATED = 'Successfully validated SNS topic for Amazon SES event publishing.';

/** The SNS message holds the SES one as text. */
export const events: Provider['events'] = ({ payload, receivedAt }) => {
  const { Message: text } = payload as { Message: string };
  if (text === TOPIC_VALIDATED) return [];
  const happening = happeningIn(JSON.parse(text));
  if (!happening) return [];
  const { kind, recipients, id, at, reason } = happening;
  return recipients.flatMap(({ emailAddress, action, status, diagnosticCode }) =>
    toEvents('ses', receivedAt, {
      address: emailAddress,
      eventId: id,
      // One report may be about several: the message of this one is late, whatever became of the others'.
      kind: action?.toLowerCase() === 'delayed' ? 'deferred' : kind,
      at,
      code: status,
      reason: diagnosticCode ?? reason,
    }),
  );
};
