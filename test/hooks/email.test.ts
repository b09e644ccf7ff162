/** Delivery reports that come as mail: RFC 3464, RFC 5965, and auto-replies. */
import { env } from 'cloudflare:workers';
import PostalMime from 'postal-mime';
import { describe, expect, it, vi } from 'vitest';
import { eventsIn, type Parse } from '../../src/hooks/email/events.ts';
import worker from '../../src/index.ts';
import { newTenant, type TestTenant } from '../client.ts';
import { eventually, queueIsDone, setSecret } from './signing.ts';

const crlf = (text: string) => text.replaceAll(/\r?\n/g, '\r\n');
const MESSAGE = `From: billing@acme.example.com
To: Jane <jane@example.com>
Subject: Invoice 1
Message-ID: <invoice-1@acme.example.com>

Please pay.
`;

interface Report {
  action?: string;
  status?: string;
  recipient?: string;
  original?: string | null;
  more?: string;
}

/** A report in the form of the example in RFC 3464, section 4. */
const deliveryReport = ({
  action = 'failed',
  status = '5.1.1',
  recipient = 'jane@example.com',
  original = recipient,
  more = '',
}: Report = {}) => `From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>
To: <bounces@acme.example.com>
Date: Thu, 7 Jul 2025 17:16:05 -0400
Message-ID: <report-${action}-${status}@mx.example.com>
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
  boundary="BOUNDARY"

--BOUNDARY

The original message was received at Thu, 7 Jul 2025 17:15:49 -0400

--BOUNDARY
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

${original === null ? '' : `Original-Recipient: rfc822;${original}\n`}Final-Recipient: RFC822;${recipient}
Action: ${action}
Status: ${status}
Remote-MTA: DNS; vnet.example.com
Diagnostic-Code: smtp; 550 ${status} 'User unknown'
 in local recipient table
Last-Attempt-Date: Thu, 7 Jul 2025 17:15:49 -0400
${more}
--BOUNDARY
Content-Type: message/rfc822

${MESSAGE}
--BOUNDARY--
`;

/** A report as Exim writes it: the status is 5.0.0 whatever the other server has said. */
const eximReport = (said: string) =>
  deliveryReport({ status: '5.0.0' }).replace(/smtp; 550 5\.0\.0 .*\n .*/, `smtp; ${said}`);

/** A report of Exim about an address that no server has answered for: only the text for people tells why. */
const eximWithoutReply = (told: string) =>
  deliveryReport({ status: '5.0.0' })
    .replace(/Diagnostic-Code: .*\n .*\n/, '')
    .replace(
      /The original message was received .*/,
      `The following address(es) failed:

  joe@example.com
    Unrouteable address

  jane@example.com
    ${told}
`,
    );

/** The message as Outlook.com returns it: only its own header names who has complained. */
const RETURNED = MESSAGE.replace(
  'To: Jane <jane@example.com>',
  'X-HmXmrOriginalRecipient: <jane@example.com>\nTo: joe@example.com, ann@example.com',
);

/** A complaint that Outlook.com sends without a part for programs. */
const outlookComplaint = `From: staff@hotmail.com
To: abuse@acme.example.com
Date: Thu, 8 Mar 2025 17:40:36 EDT
Subject: complaint about message from 192.0.2.1
Message-ID: <outlook-1@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: message/rfc822

${RETURNED}
--BOUNDARY--
`;

/** A report in the form of RFC 5965, appendix B.2. */
const abuseReport = (
  type = 'abuse',
  recipients = 'Original-Rcpt-To: <jane@example.com>\n',
  message = MESSAGE,
) => `From: <abusedesk@example.com>
Date: Thu, 8 Mar 2025 17:40:36 EDT
Subject: FW: Earn money
To: <abuse@acme.example.com>
Message-ID: <abuse-${type}@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <billing@acme.example.com>
${recipients}Arrival-Date: Thu, 8 Mar 2025 14:00:00 EDT
Source-IP: 192.0.2.1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

${message}
--part1_13d.2e68ed54_boundary--
`;

const autoReply = `From: Jane <jane@example.com>
To: billing@acme.example.com
Date: Thu, 7 Jul 2025 17:16:05 -0400
Message-ID: <auto@example.com>
Subject: I have left Example Industrial Supply
Auto-Submitted: auto-replied

Please write to my successor.
`;

const forwarded = (...reports: string[]) => {
  const boundary = `OUTER${reports.join().length}`;
  const attached = reports.map(
    (report) => `--${boundary}
Content-Type: message/rfc822
Content-Disposition: attachment; filename="report.eml"

${report}
`,
  );
  return `From: Bob <bob@acme.example.com>
To: reports@diglot.example.com
Date: Thu, 7 Jul 2025 18:00:00 -0400
Message-ID: <forward@acme.example.com>
Subject: Fwd: Returned mail
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="${boundary}"

--${boundary}
Content-Type: text/plain

See below.
${attached.join('')}--${boundary}--
`;
};

/** Parts within parts, deeper than the parser follows. */
const tooDeep = `Message-ID: <deep@example.com>
MIME-Version: 1.0
${Array.from({ length: 300 }, (_, level) => `Content-Type: multipart/mixed; boundary="LEVEL${level}"\n\n--LEVEL${level}\n`).join('')}
`;

/** Hands a message to the Worker as Email Routing does. Returns the reason if it was rejected. */
async function receive(to: string, text: string, rawSize?: number): Promise<string | null> {
  const bytes = new TextEncoder().encode(crlf(text));
  let refusal: string | null = null;
  const message = {
    from: 'MAILER-DAEMON@mx.example.com',
    to,
    raw: new Response(bytes).body,
    rawSize: rawSize ?? bytes.length,
    headers: new Headers(),
    setReject(reason: string) {
      refusal = reason;
    },
  };
  await worker.email(message as unknown as ForwardableEmailMessage, env);
  return refusal;
}

let boxes = 0;
async function withMailbox(): Promise<TestTenant & { box: string }> {
  boxes += 1;
  const box = `reports${String(boxes).padStart(20, '0')}`;
  const tenant = await newTenant();
  await setSecret(tenant.id, 'email', box);
  await tenant.ingest('PUT', '/contacts/JANE', { email: 'jane@example.com' });
  return { ...tenant, box };
}

const deliveries = async (tenant: TestTenant) =>
  (await tenant.ingest('GET', '/contacts/JANE/deliveries')).body;
const waitFor = (tenant: TestTenant, expected: object) =>
  eventually(async () => expect(await deliveries(tenant)).toMatchObject(expected));

describe('mail to the secret mailbox', () => {
  it('a delivery report makes the address Bounced, with what the server said', async () => {
    const tenant = await withMailbox();
    expect(await receive(`${tenant.box.toUpperCase()}@diglot.example.com`, deliveryReport())).toBeNull();
    await waitFor(tenant, {
      email_status: 'Bounced',
      items: [
        {
          provider: 'email',
          event_id: '<report-failed-5.1.1@mx.example.com>:hard_bounce',
          kind: 'hard_bounce',
          at: '2025-07-07T21:15:49.000Z',
          code: '5.1.1',
          reason: "550 5.1.1 'User unknown' in local recipient table",
        },
      ],
    });
    await receive(`${tenant.box}@diglot.example.com`, deliveryReport());
    await queueIsDone();
    expect((await deliveries(tenant)).items).toHaveLength(1);
  });

  it.each<[name: string, report: string, status: string, kind: string]>([
    ['4.4.1: given up', deliveryReport({ status: '4.4.1' }), 'Valid', 'soft_bounce'],
    ['5.2.2: mailbox full', deliveryReport({ status: '5.2.2' }), 'Valid', 'soft_bounce'],
    ['5.3.4: too large', deliveryReport({ status: '5.3.4' }), 'Valid', 'soft_bounce'],
    ["5.1.7: the sender's address", deliveryReport({ status: '5.1.7' }), 'Valid', 'soft_bounce'],
    ["5.1.8: the sender's domain", deliveryReport({ status: '5.1.8' }), 'Valid', 'soft_bounce'],
    ['5.1.10: unknown', deliveryReport({ status: '5.1.10' }), 'Bounced', 'hard_bounce'],
    ["5.1.90: the sender's daily limit", deliveryReport({ status: '5.1.90' }), 'Valid', 'soft_bounce'],
    ['5.2.1: disabled', deliveryReport({ status: '5.2.1' }), 'Bounced', 'hard_bounce'],
    [
      '5.2.1: too many, in Gmail',
      deliveryReport({ status: '5.2.1' }).replace(
        /smtp; 550 .*\n .*/,
        'smtp; 550-5.2.1 The user you are trying to contact is receiving mail at a\n 550-5.2.1 rate that prevents additional messages from being delivered.',
      ),
      'Valid',
      'soft_bounce',
    ],
    [
      'Exim: too many, in Gmail',
      eximReport('550-5.2.1 The user you are trying to contact is receiving email at a rate that'),
      'Valid',
      'soft_bounce',
    ],
    ['Exim: disabled', eximReport('550 5.2.1 The email account is inactive'), 'Bounced', 'hard_bounce'],
    ['5.2.121: too many in an hour', deliveryReport({ status: '5.2.121' }), 'Valid', 'soft_bounce'],
    ['5.2.122: too many from anybody', deliveryReport({ status: '5.2.122' }), 'Valid', 'soft_bounce'],
    ['5.3.2: shut down', deliveryReport({ status: '5.3.2' }), 'Valid', 'soft_bounce'],
    ['5.3.5: misconfigured', deliveryReport({ status: '5.3.5' }), 'Valid', 'soft_bounce'],
    [
      '5.4.1: no such address, in Exchange Online',
      deliveryReport({ status: '5.4.1' }),
      'Bounced',
      'hard_bounce',
    ],
    ['5.4.2: bad connection', deliveryReport({ status: '5.4.2' }), 'Valid', 'soft_bounce'],
    ['5.4.3: directory away', deliveryReport({ status: '5.4.3' }), 'Valid', 'soft_bounce'],
    ['5.4.4: no such host', deliveryReport({ status: '5.4.4' }), 'Bounced', 'hard_bounce'],
    ["5.4.5: the relay's daily limit", deliveryReport({ status: '5.4.5' }), 'Valid', 'soft_bounce'],
    ['5.4.6: a loop', deliveryReport({ status: '5.4.6' }), 'Valid', 'soft_bounce'],
    ['5.4.14: a loop, in Exchange Online', deliveryReport({ status: '5.4.14' }), 'Valid', 'soft_bounce'],
    ['5.2.3: too large for the mailbox', deliveryReport({ status: '5.2.3' }), 'Valid', 'soft_bounce'],
    ['5.3.1: system full', deliveryReport({ status: '5.3.1' }), 'Valid', 'soft_bounce'],
    ['5.4.7: expired', deliveryReport({ status: '5.4.7' }), 'Valid', 'soft_bounce'],
    ['5.4.316: expired, connection refused', deliveryReport({ status: '5.4.316' }), 'Valid', 'soft_bounce'],
    ['5.4.312: no answer of DNS', deliveryReport({ status: '5.4.312' }), 'Valid', 'soft_bounce'],
    ['5.4.310: no such domain', deliveryReport({ status: '5.4.310' }), 'Bounced', 'hard_bounce'],
    ['5.5.3: too many recipients', deliveryReport({ status: '5.5.3' }), 'Valid', 'soft_bounce'],
    ['5.6.1: content', deliveryReport({ status: '5.6.1' }), 'Valid', 'soft_bounce'],
    ['5.7.1: blocked', deliveryReport({ status: '5.7.1' }), 'Valid', 'soft_bounce'],
    ['Exim: mailbox full', eximReport('552-5.2.2 The mailbox is over quota'), 'Valid', 'soft_bounce'],
    ['Exim: full, in an old server', eximReport('552 Quota exceeded'), 'Valid', 'soft_bounce'],
    ['Exim: no relay', eximReport('550 relay not permitted'), 'Valid', 'soft_bounce'],
    ['Exim: blocked', eximReport('550 5.7.1 Blocked by 192.0.2.1'), 'Valid', 'soft_bounce'],
    ['Exim: given up', eximReport('451 Greylisted, try again later'), 'Valid', 'soft_bounce'],
    ['Exim: unknown', eximReport('550 5.1.1 User unknown'), 'Bounced', 'hard_bounce'],
    [
      'Exim: unknown, in an old server',
      eximReport('550 No such user at 192.4.2.2'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'Exim: given up without an answer',
      eximWithoutReply('host mx.example.com [192.0.2.1]\n    Connection timed out: retry timeout exceeded'),
      'Valid',
      'soft_bounce',
    ],
    [
      'Exim: given up, while the server has been away for long',
      eximWithoutReply(
        "all hosts for 'example.com' have been failing for a long time (and retry time not reached)",
      ),
      'Valid',
      'soft_bounce',
    ],
    [
      'Exim: a full mailbox of its own',
      eximWithoutReply('mailbox is full: retry timeout exceeded'),
      'Valid',
      'soft_bounce',
    ],
    ['Exim: no such domain', eximWithoutReply('Unrouteable address'), 'Bounced', 'hard_bounce'],
    [
      'Exim: no such domain, and another given up',
      eximWithoutReply('Unrouteable address').replace(
        'joe@example.com\n    Unrouteable address',
        'joe@example.com\n    retry timeout exceeded',
      ),
      'Bounced',
      'hard_bounce',
    ],
    [
      'Cisco: expired',
      eximReport("5.4.7 - Delivery expired (message too old) 'timeout' (delivery attempts: 0)"),
      'Valid',
      'soft_bounce',
    ],
    [
      'Cisco: full',
      eximReport(
        "5.1.0 - Unknown address error 550-'5.2.2 <jane@example.com>... Mailbox Full' (delivery attempts: 0)",
      ),
      'Valid',
      'soft_bounce',
    ],
    [
      'Cisco: refused',
      eximReport(
        "5.3.0 - Other mail system problem 550-'SPF check failed. IP: 192.0.2.1' (delivery attempts: 0)",
      ),
      'Valid',
      'soft_bounce',
    ],
    [
      'Cisco: unknown',
      eximReport("5.1.0 - Unknown address error 550-'No such user (jane)' (delivery attempts: 0)"),
      'Bounced',
      'hard_bounce',
    ],
    [
      'Cisco: no such host',
      eximReport(
        "5.1.2 - Bad destination host 'DNS Hard Error looking up example.com (MX): NXDomain' (delivery attempts: 0)",
      ),
      'Bounced',
      'hard_bounce',
    ],
    ['qmail: blocked', eximReport('554 sorry, you are on our list (#5.7.1)'), 'Valid', 'soft_bounce'],
    [
      'qmail: unknown',
      eximReport('554 sorry, no mailbox here by that name. (#5.1.1)'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'an address of a network is no status',
      eximReport('550 No such user, says #5.7.1.2'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'Mimecast: the network is refused',
      eximReport('554 Host network not allowed - https://community.example.com/docs/1369#554'),
      'Valid',
      'soft_bounce',
    ],
    [
      'Mimecast: a policy',
      eximReport('550 Administrative prohibition - envelope blocked'),
      'Valid',
      'soft_bounce',
    ],
    ['Mimecast: unknown', eximReport('550 Invalid Recipient'), 'Bounced', 'hard_bounce'],
    [
      'a sender that could not be verified',
      eximReport(
        '550-Verification failed for <billing@acme.example.com> 550-No such user 550 Sender verify failed',
      ),
      'Valid',
      'soft_bounce',
    ],
    [
      'Yahoo: unknown',
      eximReport('552 1 Requested mail action aborted, mailbox not found'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'Yahoo: disabled',
      eximReport(
        '554 30 Sorry, your message to jane@example.com cannot be delivered. This mailbox is disabled (554.30).',
      ),
      'Bounced',
      'hard_bounce',
    ],
    [
      'unknown, in a domain with a telling name',
      eximReport(
        '550 <jane@spam.example.com>: no such user at spam.example.com, see https://example.com/policy',
      ),
      'Bounced',
      'hard_bounce',
    ],
    ['delayed', deliveryReport({ action: 'delayed', status: '4.4.7' }), 'Valid', 'deferred'],
    ['delivered', deliveryReport({ action: 'delivered', status: '2.0.0' }), 'Valid', 'delivered'],
    [
      'a forwarding address in between',
      deliveryReport({ recipient: 'hidden@example.net', original: 'jane@example.com' }),
      'Bounced',
      'hard_bounce',
    ],
    ['an original recipient that is no address', deliveryReport({ original: '' }), 'Bounced', 'hard_bounce'],
    [
      'a comment behind the action',
      deliveryReport({ action: 'Failed (user unknown)' }),
      'Bounced',
      'hard_bounce',
    ],
    [
      'a report of RFC 6533',
      deliveryReport().replace('message/delivery-status', 'message/global-delivery-status'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'a report without a status',
      deliveryReport()
        .replace('Status: 5.1.1\n', '')
        .replace(/smtp; 550 .*\n .*/, 'smtp; 550 No such user'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'a comment behind the status, and no reply',
      deliveryReport({ status: '5.1.1 (unknown)' }).replace(/Diagnostic-Code: .*\n .*\n/, ''),
      'Bounced',
      'hard_bounce',
    ],
    [
      'a report without a status or a reply',
      deliveryReport()
        .replace('Status: 5.1.1\n', '')
        .replace(/Diagnostic-Code: .*\n .*\n/, ''),
      'Valid',
      'soft_bounce',
    ],
    [
      'a report whose recipient follows the server without an empty line',
      deliveryReport().replace('dns; mx.example.com\n\n', 'dns; mx.example.com\n'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'a report that names no server',
      deliveryReport().replace('Reporting-MTA: dns; mx.example.com\n\n', ''),
      'Bounced',
      'hard_bounce',
    ],
    [
      'forwarded as an attachment of RFC 6532',
      forwarded(deliveryReport()).replace('message/rfc822', 'message/global'),
      'Bounced',
      'hard_bounce',
    ],
    [
      'a report that names nobody but returns a message of RFC 6532',
      abuseReport('abuse', '').replace('message/rfc822', 'message/global'),
      'Complained',
      'complaint',
    ],
    [
      'a report that names nobody but returns the header of one',
      abuseReport('abuse', '').replace('message/rfc822', 'message/global-headers'),
      'Complained',
      'complaint',
    ],
    [
      'a report that names nobody but returns the header of one in ASCII',
      abuseReport('abuse', '').replace('message/rfc822', 'text/rfc822-headers'),
      'Complained',
      'complaint',
    ],
    [
      'forwarded with one that cannot be read',
      forwarded(tooDeep, deliveryReport()),
      'Bounced',
      'hard_bounce',
    ],
    ['without the original recipient', deliveryReport({ original: null }), 'Bounced', 'hard_bounce'],
    ['forwarded as an attachment', forwarded(deliveryReport()), 'Bounced', 'hard_bounce'],
    [
      'forwarded with others',
      forwarded(MESSAGE, deliveryReport({ recipient: 'joe@example.com' }), deliveryReport()),
      'Bounced',
      'hard_bounce',
    ],
    ['and forwarded again', forwarded(forwarded(deliveryReport())), 'Bounced', 'hard_bounce'],
    ['an abuse report', abuseReport(), 'Complained', 'complaint'],
    ['a fraud report', abuseReport('fraud'), 'Complained', 'complaint'],
    [
      'a report that names nobody but returns the message',
      abuseReport('abuse', ''),
      'Complained',
      'complaint',
    ],
    [
      'an abuse report that names one twice',
      abuseReport('abuse', 'Original-Rcpt-To: <jane@example.com>\nOriginal-Rcpt-To: <Jane@example.com>\n'),
      'Complained',
      'complaint',
    ],
    ['an abuse report of Outlook.com', abuseReport('abuse', '', RETURNED), 'Complained', 'complaint'],
    ['a complaint of Outlook.com without a report', outlookComplaint, 'Complained', 'complaint'],
    ['such a complaint, forwarded', forwarded(outlookComplaint), 'Complained', 'complaint'],
    ...[
      'looks like spam',
      'was found in a DNSBL',
      'has a virus',
      'is on our block list',
      'is of poor reputation',
      'is against our policy',
      'is of a blocked sender',
      'fails DKIM',
      'fails DMARC',
      'breaks our policies',
    ].map((words): [string, string, string, string] => [
      `Exim: ${words}`,
      eximReport(`550 What you send ${words}`),
      'Valid',
      'soft_bounce',
    ]),
    ['Exim: unknown, in other words', eximReport('550 No such person here'), 'Bounced', 'hard_bounce'],
    ...['address', 'user', 'account', 'recipient'].map((whom): [string, string, string, string] => [
      `Exim: unknown ${whom}, with 554`,
      eximReport(`554 No such ${whom}`),
      'Bounced',
      'hard_bounce',
    ]),
    ['Exim: no reply of a server', eximReport('Unknown user'), 'Bounced', 'hard_bounce'],
    [
      'Exim: disabled, and not too many',
      eximReport('550 5.2.1 Not receiving mail'),
      'Bounced',
      'hard_bounce',
    ],
    ['Exim: a status that its code denies', eximReport('550 4.1.1 Unknown user'), 'Bounced', 'hard_bounce'],
    ['Exim: a rule of a page', eximReport('550 No such user (rule 5.7.1 - b)'), 'Bounced', 'hard_bounce'],
    ['qmail: full', eximReport('550 sorry, no room for this user. (#5.2.2)'), 'Valid', 'soft_bounce'],
    [
      'Exim: no server for long',
      eximWithoutReply('all hosts have been failing for a long time'),
      'Valid',
      'soft_bounce',
    ],
    [
      'Exim: no server for long, for an address in capitals',
      eximWithoutReply('retry timeout exceeded').replaceAll('jane@', 'JANE@'),
      'Valid',
      'soft_bounce',
    ],
    ['5.4.300: expired in Exchange', deliveryReport({ status: '5.4.300' }), 'Valid', 'soft_bounce'],
    ['5.7.26: not authenticated', deliveryReport({ status: '5.7.26' }), 'Valid', 'soft_bounce'],
    ['a space before the colon', deliveryReport().replace('Action:', 'Action :'), 'Bounced', 'hard_bounce'],
    [
      'the second of two, behind a line with a space',
      deliveryReport({
        recipient: 'joe@example.com',
        more: ' \nFinal-Recipient: rfc822;jane@example.com\nAction: failed\nStatus: 5.1.1\n',
      }),
      'Bounced',
      'hard_bounce',
    ],
    ['a complaint in capitals', abuseReport('ABUSE'), 'Complained', 'complaint'],
    [
      'a complaint of Outlook.com in capitals',
      outlookComplaint.replace('staff@hotmail', 'Staff@Hotmail'),
      'Complained',
      'complaint',
    ],
    ...['not-spam', 'auth-failure', 'virus', 'other'].map((type): [string, string, string, string] => [
      `a report that is no complaint: ${type}`,
      abuseReport(type),
      'Valid',
      'note',
    ]),
    ['an auto-reply', autoReply, 'Valid', 'note'],
    [
      'an auto-reply in the way of Lotus Notes',
      autoReply.replace('Auto-Submitted: auto-replied', 'X-Autoreply: yes'),
      'Valid',
      'note',
    ],
    [
      'an auto-reply with more in its header',
      autoReply.replace('auto-replied', 'Auto-Replied (vacation)'),
      'Valid',
      'note',
    ],
  ])('%s', async (_, report, status, kind) => {
    const tenant = await withMailbox();
    await receive(`${tenant.box}@diglot.example.com`, report);
    await waitFor(tenant, { email_status: status, items: [{ provider: 'email', kind }] });
  });

  it.each([
    [
      'an abuse report that names two',
      abuseReport('abuse', 'Original-Rcpt-To: <jane@example.com>\nOriginal-Rcpt-To: <joe@example.com>\n'),
    ],
    [
      'a message to two, with nobody named',
      abuseReport('abuse', '', MESSAGE.replace('<jane@example.com>', '<jane@example.com>, joe@example.com')),
    ],
    [
      'a message to one and a copy to another, with nobody named',
      abuseReport('abuse', '', MESSAGE.replace('Subject:', 'Cc: joe@example.com\nSubject:')),
    ],
    ['a message that Outlook.com returned to somebody else', outlookComplaint.replace('staff@', 'jane@')],
    ['ordinary mail', MESSAGE.replace('billing@acme.example.com', 'jane@example.com')],
    ['mail of a list', autoReply.replace('auto-replied', 'auto-generated')],
    ['an expanded mailing list', deliveryReport({ action: 'expanded' })],
    ['a report forwarded three times', forwarded(forwarded(forwarded(deliveryReport())))],
  ])('%s changes nothing, and says so in the log', async (_, report) => {
    const tenant = await withMailbox();
    const logged = vi.spyOn(console, 'log').mockImplementation(() => {});
    expect(await receive(`${tenant.box}@diglot.example.com`, report)).toBeNull();
    const line = { level: 'info', code: 'deliveries.ignored', tenant: tenant.id, provider: 'email' };
    expect(logged.mock.calls).toContainEqual([JSON.stringify(line)]);
    logged.mockRestore();
    await queueIsDone();
    expect(await deliveries(tenant)).toMatchObject({ email_status: 'Valid', items: [] });
  });

  it('knows an address that a report must write in ASCII', async () => {
    const tenant = await withMailbox();
    await tenant.ingest('PUT', '/contacts/JANE', { email: 'jörg@example.com' });
    const report = deliveryReport({ recipient: 'j\\x{F6}rg@example.com' }).replaceAll(/rfc822;/gi, 'utf-8; ');
    await receive(`${tenant.box}@diglot.example.com`, report);
    await waitFor(tenant, { email_status: 'Bounced', items: [{ kind: 'hard_bounce' }] });
  });

  it('costs no more than its length, whatever is repeated in it', async () => {
    const tenant = await withMailbox();
    const report = deliveryReport({ more: 'X:y\n'.repeat(190_000) });
    await receive(`${tenant.box}@diglot.example.com`, report);
    await waitFor(tenant, { email_status: 'Bounced' });
  });

  it('costs no more than its length, however many recipients it has and however long its id and its date are', async () => {
    const tenant = await withMailbox();
    const report = deliveryReport({
      more: '\nFinal-Recipient: rfc822;jane@example.com\nAction: failed\n'.repeat(2_000),
    })
      .replace('<report-', `<${'a'.repeat(1_000_000)}-`)
      .replace(/^Date: /m, `Date: ${'('.repeat(500_000)}`);
    await receive(`${tenant.box}@diglot.example.com`, report);
    await waitFor(tenant, { email_status: 'Bounced' });
  });

  it('is read one report after the other, however many it forwards', async () => {
    let [now, most] = [0, 0];
    const parse: Parse = async (raw) => {
      now += 1;
      most = Math.max(most, now);
      const email = await PostalMime.parse(raw, { forceRfc822Attachments: true });
      now -= 1;
      return email;
    };
    const reports = Array.from({ length: 20 }, () => deliveryReport());
    const email = await parse(new TextEncoder().encode(crlf(forwarded(...reports, forwarded(...reports)))));
    expect(await eventsIn(email, new Date().toISOString(), parse)).toHaveLength(40);
    expect(most).toBe(1);
  });

  it('a complaint is of the day of its report, not of the day of the mail that it is about', async () => {
    const tenant = await withMailbox();
    await receive(`${tenant.box}@diglot.example.com`, abuseReport());
    await waitFor(tenant, { items: [{ kind: 'complaint', at: '2025-03-08T21:40:36.000Z' }] });
  });

  it('is refused when it cannot be read, since it could not be read the next time either', async () => {
    const tenant = await withMailbox();
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(await receive(`${tenant.box}@diglot.example.com`, tooDeep)).toBe('Message cannot be read');
    const line = { level: 'warn', code: 'deliveries.unreadable', tenant: tenant.id, provider: 'email' };
    expect(logged.mock.calls).toEqual([[JSON.stringify(line)]]);
    logged.mockRestore();
  });

  it('is not known by its subject, which may name a person whom an erasure would not find there', async () => {
    const tenant = await withMailbox();
    const report = deliveryReport()
      .replace(/^Message-ID: .*\n/m, '')
      .replace('Returned mail', 'Undeliverable: grace@example.com');
    await receive(`${tenant.box}@diglot.example.com`, report);
    await waitFor(tenant, { email_status: 'Bounced' });
    expect(JSON.stringify(await deliveries(tenant))).not.toContain('grace');
  });

  it('knows a report without an id by its date and its subject', async () => {
    const tenant = await withMailbox();
    const report = deliveryReport({ status: '4.4.1' }).replace(/^Message-ID: .*\n/gm, '');
    for (const text of [report, report, report.replace('Returned mail', 'Undeliverable')]) {
      await receive(`${tenant.box}@diglot.example.com`, text);
      await scheduler.wait(5);
    }
    await queueIsDone();
    expect((await deliveries(tenant)).items).toHaveLength(2);
  });

  it('has the date of the report where it tells no other, and the status that the reply amounts to', async () => {
    const tenant = await withMailbox();
    const report = eximReport('552-5.2.2 The mailbox is over quota').replace(/Last-Attempt-Date: .*\n/, '');
    await receive(`${tenant.box}@diglot.example.com`, report);
    await waitFor(tenant, { items: [{ at: '2025-07-07T21:16:05.000Z', code: '5.2.2' }] });
  });

  it('tells reports apart that have neither an id nor a date', async () => {
    const tenant = await withMailbox();
    const report = deliveryReport({ status: '4.4.1' }).replace(/^(?:Date|Message-ID): .*\n/gm, '');
    await receive(`${tenant.box}@diglot.example.com`, report);
    await scheduler.wait(5);
    await receive(`${tenant.box}@diglot.example.com`, report);
    await waitFor(tenant, { items: [{ kind: 'soft_bounce' }, { kind: 'soft_bounce' }] });
  });

  it('is refused when it is longer than any report, unread', async () => {
    const tenant = await withMailbox();
    const most = 10 * 1024 * 1024;
    expect(await receive(`${tenant.box}@diglot.example.com`, MESSAGE, most)).toBeNull();
    expect(await receive(`${tenant.box}@diglot.example.com`, MESSAGE, most + 1)).toBe('Message too large');
  });

  it('is refused when it has more lines than there is memory for', async () => {
    const tenant = await withMailbox();
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const most = 200_000;
    const lined = (lines: number) => MESSAGE + '\n'.repeat(lines - MESSAGE.split('\n').length + 1);
    expect(await receive(`${tenant.box}@diglot.example.com`, lined(most))).toBeNull();
    expect(logged).not.toHaveBeenCalled();
    expect(await receive(`${tenant.box}@diglot.example.com`, lined(most + 1))).toBe('Message cannot be read');
    logged.mockRestore();
  });

  it('is read up to a length that no report has', async () => {
    const tenant = await withMailbox();
    const second = 'Final-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.1.1\n';
    const padded = (length: number) => deliveryReport({ more: `X: ${'x'.repeat(length)}\n\n${second}` });
    const recipients = async (report: string) => {
      const parsed = await PostalMime.parse(crlf(report), { forceRfc822Attachments: true });
      return (await eventsIn(parsed, new Date().toISOString(), async () => parsed)).length;
    };
    expect(await recipients(padded(1_000_000))).toBe(2);
    expect(await recipients(padded(1_048_576))).toBe(1);
    await receive(`${tenant.box}@diglot.example.com`, padded(1_048_576));
    await waitFor(tenant, { email_status: 'Bounced' });
  });

  it('is left out when it is forwarded with more lines than there is memory for', async () => {
    const tenant = await withMailbox();
    const encoded = (lines: number) =>
      forwarded(deliveryReport()).replace(
        /message\/rfc822(\n.*\n)\n([\s\S]*)(?=\n--OUTER)/,
        (_, fields, report) =>
          `message/rfc822${fields}Content-Transfer-Encoding: base64\n\n${btoa(crlf(report + '\n'.repeat(lines)))}`,
      );
    await receive(`${tenant.box}@diglot.example.com`, encoded(200_000));
    await queueIsDone();
    expect((await deliveries(tenant)).items).toHaveLength(0);
    await receive(`${tenant.box}@diglot.example.com`, encoded(100_000));
    await waitFor(tenant, { email_status: 'Bounced' });
  });

  it("is nobody's under another name, and the old name holds while one replaces the other", async () => {
    const tenant = await withMailbox();
    const secret = 'abcdefghijklmnopqrst'; // could be a mailbox, but is the secret of another provider
    await setSecret(tenant.id, 'mailgun', secret);
    for (const nobody of ['bounces', secret])
      expect(await receive(`${nobody}@diglot.example.com`, deliveryReport())).toBe('No such mailbox');
    const { body: hook } = await setSecret(tenant.id, 'email', `${tenant.box}x`);
    expect(hook).toMatchObject({ provider: 'email', path: null, liveSecrets: 2 });
    expect(await receive(`${tenant.box}@diglot.example.com`, MESSAGE)).toBeNull();
    expect(await receive(`${tenant.box}x@diglot.example.com`, MESSAGE)).toBeNull();
    const other = await newTenant();
    const taken = await setSecret(other.id, 'email', `${tenant.box}x`);
    expect([taken.status, taken.body.errors?.[0]]).toMatchObject([
      422,
      { pointer: '/secret', code: 'hook.secret_taken' },
    ]);
  });
});
