/** One delivery event, made of what a provider says. */
import { addressKey } from '../core/address.ts';
import type { DeliveryEvent, DeliveryKind } from '../core/delivery.ts';

interface Told {
  address: unknown;
  eventId: unknown;
  kind: DeliveryKind;
  /** A date text, or seconds since 1970. */
  at: unknown;
  code?: unknown;
  reason?: unknown;
}

const MOST_ID = 96;
const MOST_REASON = 500;
/** A longer text is no date in any form, and is not parsed as one. */
const MOST_DATE = 100;

/**
 * The event in our terms; none when the address is not one. A time that is missing or in the future becomes the time of receipt, so that a wrong
 * clock cannot overrule later events. Throws when the event has no id: it could not be counted only once.
 */
export function toEvents(provider: string, receivedAt: string, told: Told): DeliveryEvent[] {
  const key = addressKey(bare(told.address));
  if (key === null) return [];
  return [
    {
      addressKey: key,
      provider,
      eventId: shortId(told.eventId),
      kind: told.kind,
      at: timeOf(told.at, receivedAt),
      code: short(told.code, 64),
      reason: short(told.reason, MOST_REASON),
    },
  ];
}

/** "Jane <jane@example.com>", " jane@example.com" and "<jane@example.com>" all name one address. */
function bare(address: unknown): string {
  const text = typeof address === 'string' ? address.trim() : '';
  return /<([^<>]*)>$/.exec(text)?.[1] ?? text;
}

/**
 * Keeps an id as it is. One that is too long for a cursor, or is not visible ASCII, is replaced by its beginning and a digest of the whole. Throws for
 * what is no id.
 */
export function shortId(id: unknown): string {
  const text = typeof id === 'number' ? String(id) : id;
  if (typeof text !== 'string' || text === '') throw new TypeError('An event without an id');
  if (text.length <= MOST_ID && /^[\x21-\x7e]+$/.test(text)) return text;
  return `${text.replace(/[^\x21-\x7e]/g, '_').slice(0, MOST_ID - 29)}~${fnv1a(text)}`;
}

/** Two independent 64-bit FNV-1a sums: enough to tell the ids of one provider apart. */
export function fnv1a(text: string): string {
  const sum = (seed: bigint) => {
    let hash = seed;
    for (let at = 0; at < text.length; at += 1)
      hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
    return hash.toString(36);
  };
  return `${sum(0xcbf29ce484222325n)}-${sum(0x84222325cbf29ce4n)}`;
}

function timeOf(at: unknown, receivedAt: string): string {
  const isText = typeof at === 'string' && at.length <= MOST_DATE;
  const milliseconds = typeof at === 'number' ? at * 1_000 : isText ? Date.parse(at) : Number.NaN;
  if (!(milliseconds > 0 && milliseconds <= Date.parse(receivedAt))) return receivedAt;
  return new Date(milliseconds).toISOString();
}

function short(value: unknown, most: number): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  return cut(text, most).toWellFormed() || null;
}

/** What stands between addresses in a text. */
const BETWEEN = /[\s<>()[\],;:"]/;
const LONGEST_ADDRESS = 254;

/** The beginning of the text. An address that does not fit is left out as a whole: an erasure would not find a piece of one. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let start = most;
  while (start > 0 && !BETWEEN.test(text[start - 1]!)) start -= 1;
  const [word = ''] = text.slice(start, most + LONGEST_ADDRESS).split(BETWEEN, 1);
  return text.slice(0, word.includes('@') ? start : most);
}
