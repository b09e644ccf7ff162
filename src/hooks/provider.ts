/** What the intake knows of every mail provider: how its requests prove themselves, and what its terms mean in ours. */
import type { DeliveryEvent } from '../core/delivery.ts';

/** A request as it came. Nothing in it is trusted yet. */
export interface Incoming {
  headers: Headers;
  bytes: Uint8Array;
  /** The body as JSON; undefined when it is not JSON. */
  body: unknown;
  /** Milliseconds since 1970. */
  now: number;
}

/** The proof that a request was made with the secret. */
export interface Voucher {
  /** What no second accepted request may carry; null for a provider whose requests have nothing that is valid only once. */
  nonce: string | null;
}

/** A verified request on its way through the queue. */
export interface Letter {
  /** null where only the consumer can tell: for events that come straight from a queue. */
  tenantId: string | null;
  provider: string;
  receivedAt: string;
  /** The provider's id of the request, where its events have none of their own. */
  id?: string | undefined;
  payload?: unknown;
  /** In place of a payload that does not fit into a message of the queue. */
  events?: DeliveryEvent[];
}

/** What the intake and the consumer need of one mail provider. */
export interface Provider {
  /** The form of a secret, in words for people. */
  secretForm: string;
  isSecret(text: string): Promise<boolean> | boolean;
  /** The voucher when the request was made with this secret and, if it has a time, within five minutes; else null. */
  authenticate(request: Incoming, secret: string): Promise<Voucher | null> | Voucher | null;
  /** Handles a request that is about the connection, not about mail. Returns what has become of it, for the log; null for any other request. */
  settle?(request: Incoming): Promise<'hook.subscribed' | 'hook.unsubscribed' | null>;
  /** The provider's id of the whole request. */
  idOf?(request: Incoming): string | undefined;
  /** The independent parts of a body, for a provider whose bodies may be longer than a message of the queue. */
  split?(body: unknown): unknown[];
  /** The events in the payload; none when it is of no concern here. Pure. Throws for a payload of an unknown form. */
  events(letter: Pick<Letter, 'id' | 'payload' | 'receivedAt'>): DeliveryEvent[];
}

/** How many milliseconds the time of a request may be before now, or after. */
export const WINDOW_MS = 5 * 60_000;

/** True for a time within five minutes of now; `seconds` is text, as it was signed. */
export const isRecent = (seconds: string, now: number) =>
  /^\d{1,12}$/.test(seconds) && Math.abs(Number(seconds) * 1_000 - now) <= WINDOW_MS;
