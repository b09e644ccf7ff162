/**
 * What delivery results say of an address: the rule behind `email.status`, published in docs/deliverability.md. Pure. The evidence of an address is a
 * summary of its events. It is the same whatever their order of arrival, and a repeated event adds nothing.
 */
import type { EmailStatus } from './contact.ts';

/** What can happen to mail for an address. A `soft_bounce` is final for its message: the sender has given up on that one. */
export const DELIVERY_KINDS = [
  'delivered',
  'deferred',
  'soft_bounce',
  'hard_bounce',
  'complaint',
  'note',
  'revalidated',
  'revalidated_by_force',
] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** One thing that happened to mail for one address, whichever provider reported it. */
export interface DeliveryEvent {
  addressKey: string;
  provider: string;
  /** The provider's own id of the event: it counts once, however often it is sent. */
  eventId: string;
  kind: DeliveryKind;
  /** When it happened, in RFC 3339 UTC with milliseconds. */
  at: string;
  /** The SMTP reply or enhanced status code. */
  code: string | null;
  reason: string | null;
}

/** How many days with a final soft bounce, within how many days, make an address Bounced. */
export interface DeliveryRule {
  softBounces: number;
  withinDays: number;
}

/** The rule of a tenant that has set no other. */
export const DEFAULT_RULE: DeliveryRule = { softBounces: 3, withinDays: 30 };

/** All that the rule needs to know of the events so far: the latest time of each kind, and of each day's soft bounces that still count. */
export interface Evidence {
  delivered?: string;
  hard_bounce?: string;
  complaint?: string;
  revalidated?: string;
  revalidated_by_force?: string;
  /** UTC day → the latest soft bounce of that day. */
  soft?: Record<string, string>;
}

/** What the rule makes of the evidence, and the kind and time of the event that it rests on. */
export interface Verdict {
  status: EmailStatus;
  /** Days with a soft bounce since the last delivery: above 0 a Valid address is at risk. */
  softBounces: number;
  cause: DeliveryKind | null;
  causeAt: string | null;
}

const latest = (...times: (string | undefined)[]): string =>
  times.reduce<string>((last, time) => (time !== undefined && time > last ? time : last), '');

/** The kinds that set aside the soft bounces before them. When two happened at one moment, the first in this list counts as the cause. */
const CLEARING = ['revalidated_by_force', 'revalidated', 'delivered'] as const;
const clearedAt = (evidence: Evidence) => latest(...CLEARING.map((kind) => evidence[kind]));

/** The evidence with one more event. Commutative, associative and idempotent; the event's own time decides, not its arrival. */
export function learn(evidence: Evidence, { kind, at }: Pick<DeliveryEvent, 'kind' | 'at'>): Evidence {
  if (kind === 'note' || kind === 'deferred') return evidence;
  if (kind !== 'soft_bounce') return settled({ ...evidence, [kind]: latest(evidence[kind], at) });
  const day = at.slice(0, 10);
  return settled({ ...evidence, soft: { ...evidence.soft, [day]: latest(evidence.soft?.[day], at) } });
}

/** Drops the soft bounces that are set aside: they never count again. */
function settled({ soft, ...evidence }: Evidence): Evidence {
  const cleared = clearedAt(evidence);
  const counting = Object.entries(soft ?? {}).filter(([, at]) => at > cleared);
  return counting.length > 0 ? { ...evidence, soft: Object.fromEntries(counting) } : evidence;
}

/**
 * What the rule makes of the evidence (docs/deliverability.md, "The rule"). A complaint outweighs a hard bounce, and that outweighs soft bounces. Only
 * a revalidation sets a hard bounce aside, and only a forced one a complaint.
 */
export function judge(evidence: Evidence, { softBounces: most, withinDays }: DeliveryRule): Verdict {
  const { complaint, hard_bounce: hard, revalidated, revalidated_by_force: forced } = evidence;
  const days = Object.keys(evidence.soft ?? {}).sort();
  const softBounces = days.length;
  if (complaint !== undefined && complaint > latest(forced))
    return { status: 'Complained', softBounces, cause: 'complaint', causeAt: complaint };
  if (hard !== undefined && hard > latest(forced, revalidated))
    return { status: 'Bounced', softBounces, cause: 'hard_bounce', causeAt: hard };
  if (days.some((day, index) => daysBetween(day, days[index + most - 1]) < withinDays)) {
    const causeAt = latest(...Object.values(evidence.soft ?? {}));
    return { status: 'Bounced', softBounces, cause: 'soft_bounce', causeAt };
  }
  const causeAt = clearedAt(evidence);
  const cause = CLEARING.find((kind) => evidence[kind] === causeAt) ?? null;
  return { status: 'Valid', softBounces, cause, causeAt: causeAt || null };
}

const daysBetween = (first: string, last: string | undefined): number =>
  last === undefined ? Number.POSITIVE_INFINITY : (Date.parse(last) - Date.parse(first)) / 86_400_000;
