/** The providers whose requests are accepted, one line each. */
import * as cloudflare from './cloudflare/events.ts';
import * as mailgunAuthenticity from './mailgun/authenticity.ts';
import * as mailgun from './mailgun/events.ts';
import * as postmarkAuthenticity from './postmark/authenticity.ts';
import * as postmark from './postmark/events.ts';
import type { Provider } from './provider.ts';
import * as resendAuthenticity from './resend/authenticity.ts';
import * as resend from './resend/events.ts';
import * as sendgridAuthenticity from './sendgrid/authenticity.ts';
import * as sendgrid from './sendgrid/events.ts';
import * as sesAuthenticity from './ses/authenticity.ts';
import * as ses from './ses/events.ts';

/** By the last segment of the hook's path. */
export const providers = new Map<string, Provider>([
  ['mailgun', { ...mailgunAuthenticity, ...mailgun }],
  ['postmark', { ...postmarkAuthenticity, ...postmark }],
  ['resend', { ...resendAuthenticity, ...resend }],
  ['sendgrid', { ...sendgridAuthenticity, ...sendgrid }],
  ['ses', { ...sesAuthenticity, ...ses }],
]);

/** The senders of a letter's payload, also of one that came straight from a queue. */
export const senders = new Map<string, Pick<Provider, 'events' | 'split'>>([
  ...providers,
  ['cloudflare', cloudflare],
]);
