/** What each provider's types of events mean: every type of the table in docs/deliverability.md. */
import { describe, expect, it } from 'vitest';
import { senders } from '../../src/hooks/providers.ts';
import * as cloudflare from './fixtures/cloudflare.ts';
import * as mailgun from './fixtures/mailgun.ts';
import * as postmark from './fixtures/postmark.ts';
import * as resend from './fixtures/resend.ts';
import * as sendgrid from './fixtures/sendgrid.ts';
import * as ses from './fixtures/ses.ts';

const RECEIVED = '2026-10-01T00:00:00.000Z';
const events = (provider: string, payload: unknown, id = 'msg_1') =>
  senders.get(provider)!.events({ id, payload, receivedAt: RECEIVED });
const event = (data: object) => ({ signature: {}, 'event-data': data });
const notification = (message: object) => ({ Type: 'Notification', Message: JSON.stringify(message) });

/** provider, name, payload, [address, kind] of each event. */
type Case = [
  provider: string,
  name: string,
  payload: unknown,
  ...expected: [address: string, kind: string][],
];
const TEST = 'example@test.example.com';
const cases: Case[] = [
  ['sendgrid', 'delivered', [sendgrid.delivered], [TEST, 'delivered']],
  ['sendgrid', 'deferred', [sendgrid.deferred], [TEST, 'deferred']],
  ['sendgrid', 'bounce', [sendgrid.bounce], [TEST, 'hard_bounce']],
  ['sendgrid', 'bounce of type blocked', [sendgrid.blocked], [TEST, 'soft_bounce']],
  ['sendgrid', 'bounce of type expired', [{ ...sendgrid.blocked, type: 'expired' }], [TEST, 'soft_bounce']],
  ['sendgrid', 'bounce of no type', [{ ...sendgrid.bounce, type: undefined }], [TEST, 'hard_bounce']],
  ['sendgrid', 'dropped: bounced address', [sendgrid.dropped], [TEST, 'hard_bounce']],
  ['sendgrid', 'dropped: invalid', [{ ...sendgrid.dropped, reason: 'Invalid' }], [TEST, 'hard_bounce']],
  [
    'sendgrid',
    'dropped: a header of the sender that is invalid',
    [{ ...sendgrid.dropped, reason: 'Invalid SMTPAPI header' }],
    [TEST, 'note'],
  ],
  ['sendgrid', 'an event that is not in an array', sendgrid.bounce, [TEST, 'hard_bounce']],
  ['sendgrid', 'dropped: spam reporting address', [sendgrid.droppedAfterSpamReport], [TEST, 'complaint']],
  ['sendgrid', 'dropped: spam content', [sendgrid.droppedForItsContent], [TEST, 'note']],
  ['sendgrid', 'spamreport', [sendgrid.spamreport], [TEST, 'complaint']],
  ['sendgrid', 'open and processed', [sendgrid.open, sendgrid.processed]],
  ['mailgun', 'permanent', event(mailgun.permanent), ['alice@example.com', 'hard_bounce']],
  ['mailgun', 'temporary, tried again', event(mailgun.temporary), ['alice@example.com', 'deferred']],
  ['mailgun', 'temporary, given up', event(mailgun.lastAttempt), ['alice@example.com', 'soft_bounce']],
  ['mailgun', 'too old', event(mailgun.tooOld), ['alice@example.com', 'soft_bounce']],
  [
    'mailgun',
    'blocked',
    event({ ...mailgun.permanent, reason: 'espblock' }),
    ['alice@example.com', 'soft_bounce'],
  ],
  ...['greylisted', 'blacklisted'].map(
    (reason): Case => [
      'mailgun',
      reason,
      event({ ...mailgun.permanent, reason }),
      ['alice@example.com', 'soft_bounce'],
    ],
  ),
  ['mailgun', 'refused for its content', event(mailgun.refused), ['alice@example.com', 'soft_bounce']],
  [
    'mailgun',
    'refused, with a type of bounce',
    event({ ...mailgun.unknown, 'delivery-status': { code: 550, 'bounce-type': 'soft' } }),
    ['alice@example.com', 'soft_bounce'],
  ],
  ['mailgun', 'unknown', event(mailgun.unknown), ['alice@example.com', 'hard_bounce']],
  [
    'mailgun',
    'unknown, for no reason of its list',
    event({ ...mailgun.unknown, reason: 'generic' }),
    ['alice@example.com', 'hard_bounce'],
  ],
  [
    'mailgun',
    'unknown, for no reason of its list, and without a status',
    event({ ...mailgun.refused, 'delivery-status': { code: 550, 'enhanced-code': '' } }),
    ['alice@example.com', 'hard_bounce'],
  ],
  [
    'mailgun',
    'too many just now, in words of Gmail',
    event({
      ...mailgun.refused,
      'delivery-status': {
        code: 550,
        message: 'The user you are trying to contact is receiving mail at a rate that is too high',
        'enhanced-code': '5.2.1',
      },
    }),
    ['alice@example.com', 'soft_bounce'],
  ],
  [
    'mailgun',
    'a bounce, whatever its status is',
    event({ ...mailgun.refused, reason: 'bounce' }),
    ['alice@example.com', 'hard_bounce'],
  ],
  [
    'mailgun',
    'unsubscribed',
    event({ ...mailgun.permanent, reason: 'suppress-unsubscribe' }),
    ['alice@example.com', 'note'],
  ],
  [
    'mailgun',
    'suppressed after a complaint',
    event(mailgun.afterComplaint),
    ['alice@example.com', 'complaint'],
  ],
  [
    'mailgun',
    'permanent, for a reason that JavaScript knows',
    event({ ...mailgun.permanent, reason: 'constructor' }),
    ['alice@example.com', 'hard_bounce'],
  ],
  ['mailgun', 'complained', event(mailgun.complained), ['alice@example.com', 'complaint']],
  ['mailgun', 'delivered', event(mailgun.delivered), ['alice@example.com', 'delivered']],
  ['mailgun', 'opened', event(mailgun.opened)],
  ['postmark', 'HardBounce', postmark.bounce, ['john@example.com', 'hard_bounce']],
  ['postmark', 'BadEmailAddress', postmark.ofType('BadEmailAddress', 2), ['john@example.com', 'hard_bounce']],
  ['postmark', 'SoftBounce', postmark.ofType('SoftBounce', 3), ['john@example.com', 'soft_bounce']],
  ['postmark', 'Blocked', postmark.ofType('Blocked', 4), ['john@example.com', 'soft_bounce']],
  ['postmark', 'DnsError', postmark.ofType('DnsError', 7), ['john@example.com', 'soft_bounce']],
  [
    'postmark',
    'SpamNotification',
    postmark.ofType('SpamNotification', 8),
    ['john@example.com', 'soft_bounce'],
  ],
  ['postmark', 'Transient', postmark.ofType('Transient', 5), ['john@example.com', 'deferred']],
  ['postmark', 'AutoResponder', postmark.ofType('AutoResponder', 6), ['john@example.com', 'note']],
  ['postmark', 'SpamComplaint', postmark.spamComplaint, ['john@example.com', 'complaint']],
  [
    'postmark',
    'a bounce of type SpamComplaint',
    postmark.ofType('SpamComplaint', 10),
    ['john@example.com', 'complaint'],
  ],
  ['postmark', 'Delivery', postmark.delivery, ['john@example.com', 'delivered']],
  [
    'postmark',
    'SubscriptionChange: hard bounce',
    postmark.subscriptionChange,
    ['john@example.com', 'hard_bounce'],
  ],
  [
    'postmark',
    'SubscriptionChange: complaint',
    { ...postmark.subscriptionChange, SuppressionReason: 'SpamComplaint' },
    ['john@example.com', 'complaint'],
  ],
  [
    'postmark',
    'SubscriptionChange: unsubscribed',
    { ...postmark.subscriptionChange, SuppressionReason: 'ManualSuppression' },
    ['john@example.com', 'note'],
  ],
  [
    'postmark',
    'SubscriptionChange: reactivated',
    { ...postmark.subscriptionChange, SuppressSending: false, SuppressionReason: null },
    ['john@example.com', 'note'],
  ],
  [
    'postmark',
    'SubscriptionChange: reactivated after a hard bounce',
    { ...postmark.subscriptionChange, SuppressSending: false },
    ['john@example.com', 'note'],
  ],
  [
    'postmark',
    'a type that JavaScript knows',
    postmark.ofType('constructor', 9),
    ['john@example.com', 'note'],
  ],
  ['postmark', 'Open', postmark.open],
  ['resend', 'bounced', resend.bounced, ['bounced@example.com', 'hard_bounce']],
  ['resend', 'bounced, transient', resend.transient, ['bounced@example.com', 'soft_bounce']],
  [
    'resend',
    'bounced, undetermined',
    { ...resend.bounced, data: { ...resend.bounced.data, bounce: { type: 'Undetermined' } } },
    ['bounced@example.com', 'soft_bounce'],
  ],
  ['resend', 'suppressed', resend.suppressed, ['bounced@example.com', 'hard_bounce']],
  [
    'resend',
    'suppression added: bounce',
    resend.suppressionAdded('bounce'),
    ['bounced@example.com', 'hard_bounce'],
  ],
  [
    'resend',
    'suppression added: complaint',
    resend.suppressionAdded('complaint'),
    ['bounced@example.com', 'complaint'],
  ],
  ['resend', 'suppression added: manual', resend.suppressionAdded('manual'), ['bounced@example.com', 'note']],
  ['resend', 'suppression removed', { ...resend.suppressionAdded('bounce'), type: 'suppression.removed' }],
  ['resend', 'complained', resend.complained, ['bounced@example.com', 'complaint']],
  ['resend', 'delivered', resend.delivered, ['bounced@example.com', 'delivered']],
  ['resend', 'delivery_delayed', resend.delayed, ['bounced@example.com', 'deferred']],
  ['resend', 'several recipients', resend.toSeveral],
  ['resend', 'opened', resend.opened],
  ['ses', 'Bounce', notification(ses.bounce), ['jane@example.com', 'hard_bounce']],
  [
    'ses',
    'Bounce of two',
    notification(ses.bounceWithoutReport),
    ['jane@example.com', 'hard_bounce'],
    ['richard@example.com', 'hard_bounce'],
  ],
  [
    'ses',
    'Bounce of one, while the other is only late',
    notification(ses.bounceOfOneOfTwo),
    ['jane@example.com', 'hard_bounce'],
    ['richard@example.com', 'deferred'],
  ],
  [
    'ses',
    'Bounce of somebody who has unsubscribed',
    notification({ ...ses.bounce, bounce: { ...ses.bounce.bounce, bounceSubType: 'UnsubscribedRecipient' } }),
    ['jane@example.com', 'note'],
  ],
  ['ses', 'Bounce, transient', notification(ses.transient), ['jane@example.com', 'soft_bounce']],
  ['ses', 'Bounce of an auto-reply', notification(ses.outOfOffice), ['jane@example.com', 'note']],
  [
    'ses',
    'Bounce, transient, that a server reported',
    notification({ ...ses.bounce, bounce: { ...ses.bounce.bounce, bounceType: 'Transient' } }),
    ['jane@example.com', 'soft_bounce'],
  ],
  [
    'ses',
    'Bounce, transient, of which a server has said only a sentence',
    notification(ses.outOfOfficeWith({ diagnosticCode: 'smtp; 450 try again later' })),
    ['jane@example.com', 'soft_bounce'],
  ],
  [
    'ses',
    'Bounce, transient, of which no server has said anything, but SES what it is',
    notification({
      ...ses.outOfOffice,
      bounce: { ...ses.outOfOffice.bounce, bounceSubType: 'MailboxFull' },
    }),
    ['jane@example.com', 'soft_bounce'],
  ],
  [
    'ses',
    'Bounce of one who is only late, in other letters',
    notification(ses.outOfOfficeWith({ status: '4.0.0', action: 'Delayed' })),
    ['jane@example.com', 'deferred'],
  ],
  [
    'ses',
    'Bounce, undetermined',
    notification({ ...ses.bounce, bounce: { ...ses.bounce.bounce, bounceType: 'Undetermined' } }),
    ['jane@example.com', 'soft_bounce'],
  ],
  ['ses', 'Bounce as eventType', notification(ses.publishedBounce), ['jane@example.com', 'hard_bounce']],
  ['ses', 'Complaint', notification(ses.complaint), ['richard@example.com', 'complaint']],
  [
    'ses',
    'Complaint of one of two',
    notification(ses.complaintOfOneOfTwo),
    ['richard@example.com', 'note'],
    ['jane@example.com', 'note'],
  ],
  ...['not-spam', 'auth-failure', 'virus'].map((complaintFeedbackType): Case => {
    const complaint = { ...ses.complaint.complaint, complaintFeedbackType };
    const payload = notification({ ...ses.complaint, complaint });
    return ['ses', `Complaint: ${complaintFeedbackType}`, payload, ['richard@example.com', 'note']];
  }),
  ['ses', 'Delivery', notification(ses.delivery), ['jane@example.com', 'delivered']],
  ['ses', 'DeliveryDelay', notification(ses.deliveryDelay), ['jane@example.com', 'deferred']],
  ['ses', 'Click', notification(ses.click)],
  ['ses', 'what is published to a new event destination', { Type: 'Notification', Message: ses.validated }],
  ['ses', 'what is published to a new topic of an identity', notification(ses.subscribed)],
  ['cloudflare', 'delivered', cloudflare.delivered, ['user@example.net', 'delivered']],
  ['cloudflare', 'deferred', cloudflare.deferred, ['user@example.net', 'deferred']],
  ['cloudflare', 'bounced, hard', cloudflare.hard, ['user@example.net', 'hard_bounce']],
  ['cloudflare', 'bounced, soft', cloudflare.soft, ['user@example.net', 'soft_bounce']],
  ['cloudflare', 'bounced, nobody knows how', cloudflare.bounced, ['user@example.net', 'soft_bounce']],
  ['cloudflare', 'complained', cloudflare.complained, ['user@example.net', 'complaint']],
  ['cloudflare', 'rejected', cloudflare.rejected, ['user@example.net', 'note']],
  ['cloudflare', 'failed', cloudflare.failed, ['user@example.net', 'note']],
  [
    'cloudflare',
    'a type that JavaScript knows',
    { ...cloudflare.failed, type: 'cf.email.sending.message.constructor' },
  ],
];

describe('mappings', () => {
  it.each(cases.map(([provider, name, payload, ...expected]) => ({ provider, name, payload, expected })))(
    '$provider: $name',
    ({ provider, payload, expected }) => {
      expect(events(provider, payload).map(({ addressKey, kind }) => [addressKey, kind])).toEqual(expected);
    },
  );

  it.each([
    [
      'sendgrid',
      [sendgrid.bounce],
      { eventId: 'Ym91bmNl', at: '2017-12-15T00:59:29.000Z', code: '5.0.0', reason: '500 unknown recipient' },
    ],
    [
      'mailgun',
      event(mailgun.tooOld),
      { eventId: 'G9Bn-old', at: '2018-03-16T20:46:35.375Z', code: '4.4.7', reason: 'Too old' },
    ],
    [
      'postmark',
      postmark.bounce,
      {
        eventId: expect.stringMatching(/^\d+:883953f4-6105-42a2-a16a-77a8eac79483:Bounce$/),
        at: '2019-11-05T16:33:54.907Z',
        code: '5.1.1',
        reason: 'smtp;550 5.1.1 The email account that you tried to reach does not exist.',
      },
    ],
    [
      'resend',
      resend.transient,
      { eventId: 'msg_1', at: '2024-11-22T23:41:12.126Z', code: null, reason: 'Mailbox full' },
    ],
    [
      'ses',
      notification(ses.bounce),
      {
        eventId: '00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000',
        at: '2016-01-27T14:59:38.237Z',
        code: '5.1.1',
        reason: 'smtp; 550 5.1.1 <jane@example.com>... User',
      },
    ],
    [
      'cloudflare',
      cloudflare.hard,
      {
        eventId: 'event-bounced',
        at: '2026-05-01T02:48:57.132Z',
        code: '5.1.1',
        reason: '550 5.1.1 User unknown',
      },
    ],
    ['sendgrid', [sendgrid.delivered], { code: null, reason: '250 OK' }],
    [
      'mailgun',
      event({
        ...mailgun.permanent,
        'delivery-status': { ...mailgun.permanent['delivery-status'], 'enhanced-code': '' },
      }),
      { code: '605', reason: 'Not delivering to previously bounced address' },
    ],
    ['mailgun', event({ ...mailgun.permanent, 'delivery-status': {} }), { reason: 'suppress-bounce' }],
    [
      'postmark',
      { ...postmark.delivery, Details: 'smtp;250 2.0.0 OK' },
      { code: '2.0.0', reason: 'smtp;250 2.0.0 OK' },
    ],
    [
      'postmark',
      postmark.delivery,
      { eventId: '883953f4-6105-42a2-a16a-77a8eac79483:delivered', at: '2019-11-05T16:33:54.907Z' },
    ],
    ['postmark', { ...postmark.bounce, Details: '' }, { code: null, reason: postmark.bounce.Description }],
    [
      'postmark',
      postmark.subscriptionChange,
      {
        eventId: 'subscription:2020-02-01T10:53:34.416071Z',
        at: '2020-02-01T10:53:34.416Z',
        reason: 'HardBounce',
      },
    ],
    ['postmark', { ...postmark.subscriptionChange, SuppressSending: false }, { reason: 'Reactivated' }],
    ['resend', resend.bounced, { code: '5.1.1' }],
    ['resend', resend.bouncedSaying('smtp; 550 5.2.2 full'), { code: '5.2.2', reason: 'Refused' }],
    ['resend', resend.bouncedSaying('smtp; 452 4.2.2 full'), { code: '4.2.2' }],
    ['resend', resend.suppressed, { reason: 'On the account-level suppression list' }],
    ['resend', resend.suppressionAdded('complaint'), { reason: 'complaint' }],
    [
      'ses',
      notification(ses.delivery),
      {
        eventId:
          '00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000:Delivery:2016-01-27T14:59:38.237Z',
        reason: '250 ok:  Message 64111812 accepted',
      },
    ],
    [
      'ses',
      notification(ses.complaint),
      {
        eventId: '000001378603177f-18c07c78-fa81-4a58-9dd1-fedc3cb8f49a-000000',
        at: '2016-01-27T14:59:38.237Z',
        reason: 'abuse',
      },
    ],
    [
      'ses',
      notification(ses.deliveryDelay),
      { at: '2020-06-16T00:25:40.914Z', reason: 'smtp; 421 4.4.1 Unable to connect to remote host' },
    ],
    ['cloudflare', cloudflare.delivered, { code: '2.0.0', reason: '250 2.0.0 OK' }],
    ['cloudflare', cloudflare.rejected, { reason: 'suppressed' }],
    [
      'cloudflare',
      cloudflare.deferredWithoutId,
      {
        eventId: '0101018f7d0c4d9a-msg-deadbeef:deferred:2026-05-01T02:48:57.132Z',
        code: '421',
      },
    ],
  ])('%s: keeps id, time, code and reason', (provider, payload, expected) => {
    expect(events(provider, payload)[0]).toMatchObject(expected);
  });

  it('tells Postmark bounces apart whose ids are too long for a number', () => {
    const idOf = (id: string, MessageID: string) =>
      events('postmark', {
        ...JSON.parse(`{"ID": ${id}}`),
        MessageID,
        RecordType: 'Bounce',
        Type: 'HardBounce',
        Email: TEST,
      })[0]!.eventId;
    expect(idOf('4323372036854775807', 'one')).not.toBe(idOf('4323372036854775806', 'two'));
  });

  it('takes the time of receipt for one that is missing, unreadable or still to come', () => {
    const at = (timestamp: unknown) => events('sendgrid', [{ ...sendgrid.bounce, timestamp }])[0]!.at;
    const long = `1 Jan 2020 (${'x'.repeat(100)})`; // JavaScript would read it
    for (const wrong of [undefined, 'soon', -5, 4_000_000_000, Number.NaN, long])
      expect(at(wrong)).toBe(RECEIVED);
  });

  it('leaves out what is no address, and does not take an event without an id', () => {
    expect(events('sendgrid', [{ ...sendgrid.bounce, email: 'nobody' }])).toEqual([]);
    expect(
      events('sendgrid', [{ ...sendgrid.bounce, email: 'Example <EXAMPLE@Test.Example.com>' }])[0]!
        .addressKey,
    ).toBe(TEST);
    expect(events('sendgrid', [{ ...sendgrid.bounce, email: `Example <${TEST}> ` }])[0]!.addressKey).toBe(
      TEST,
    );
    for (const sg_event_id of [undefined, ''])
      expect(() => events('sendgrid', [{ ...sendgrid.bounce, sg_event_id }])).toThrow();
  });

  it('keeps a reason as one line, cuts a long one, and no character of it in two', () => {
    const reasonOf = (reason: string) => events('sendgrid', [{ ...sendgrid.bounce, reason }])[0]!.reason!;
    expect(reasonOf('550 No\r\n such\u0000user\n')).toBe('550 No  such user');
    expect(reasonOf('\uD800')).toBe('\uFFFD');
    expect(reasonOf('\n')).toBeNull();
    expect(reasonOf('x'.repeat(501))).toBe('x'.repeat(500));
    expect(reasonOf(`${'x'.repeat(499)}😀`).isWellFormed()).toBe(true);
  });

  it('keeps a reason whose last address just fits, and as much of a code', () => {
    const reason = `${'x'.repeat(482)} grace@example.com`;
    const status = '5'.repeat(65);
    const [event] = events('sendgrid', [{ ...sendgrid.bounce, reason, status }]);
    expect([event!.reason, event!.code]).toEqual([reason, '5'.repeat(64)]);
  });

  it.each([499, 495, 488, 484, 483])('cuts a long reason, and no address in it, at %i', (length) => {
    const said = `${'x'.repeat(length)} <grace@example.com> is unknown`;
    const { reason } = events('sendgrid', [{ ...sendgrid.bounce, reason: said }])[0]!;
    expect(reason).toBe(said.slice(0, length + 2).slice(0, 500));
  });

  it('keeps the ids of two long ones apart', () => {
    const idOf = (sg_event_id: string) =>
      events('sendgrid', [{ ...sendgrid.bounce, sg_event_id }])[0]!.eventId;
    const long = 'x'.repeat(200);
    expect(idOf(long)).toBe(idOf(long));
    expect(idOf(`${long}1`)).not.toBe(idOf(`${long}2`));
    expect(idOf(`${long}1`).length).toBeLessThanOrEqual(96);
    expect(idOf(long.slice(0, 96))).toBe(long.slice(0, 96));
    expect(idOf(long.slice(0, 97)).length).toBeLessThanOrEqual(96);
    expect(idOf('a b')).toMatch(/^[\x21-\x7e]+$/);
  });
});
