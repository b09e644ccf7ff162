/** What every mail provider is to the intake: how its requests are known to be its own, and what its words mean in ours. */
import type { DeliveryEvent } from '../core/delivery.ts';

/** A request as it came: nothing of it is believed yet. */
export interface Incoming {
  headers: Headers;
  bytes: Uint8Array;
  /** The body as JSON; undefined when it is none. */
  body: unknown;
  /** Milliseconds since 1970. */
  now: number;
}

/** What a secret has vouched for. */
export interface Voucher {
  /** What no second accepted request may carry; null for a provider whose requests have nothing of the kind. */
  nonce: string | null;
}

/** A request that was vouched for, on its way through the queue. */
export interface Letter {
  /** null where only the consumer can tell: events that come straight from a queue. */
  tenantId: string | null;
  provider: string;
  receivedAt: string;
  /** The provider's id of the request, where its events have none of their own. */
  id?: string | undefined;
  payload?: unknown;
  /** In place of a payload that a queue's message cannot hold. */
  events?: DeliveryEvent[];
}

export interface Provider {
  /** What a secret looks like, for people. */
  secretForm: string;
  isSecret(text: string): Promise<boolean> | boolean;
  /** The voucher when the request was made with this secret, and is not older than five minutes; else null. */
  authenticate(request: Incoming, secret: string): Promise<Voucher | null> | Voucher | null;
  /** Answers what is about the connection and not about mail. What has become of it, for the log; null where the request is not that. */
  settle?(request: Incoming): Promise<'hook.subscribed' | 'hook.unsubscribed' | null>;
  /** The provider's id of the whole request. */
  idOf?(request: Incoming): string | undefined;
  /** The independent parts of a body, where it may be longer than a queue's message. */
  split?(body: unknown): unknown[];
  /** What the payload tells about addresses, none when it is of no concern here. Pure. Throws what a payload of another form throws. */
  events(letter: Pick<Letter, 'id' | 'payload' | 'receivedAt'>): DeliveryEvent[];
}

/** "Old timestamps (5 minutes) are refused": also those from the future. */
export const WINDOW_MS = 5 * 60_000;

/** True for a time within five minutes of now; `seconds` is text, as it was signed. */
export const isRecent = (seconds: string, now: number) =>
  /^\d{1,12}$/.test(seconds) && Math.abs(Number(seconds) * 1_000 - now) <= WINDOW_MS;
