import { describe, expect, it, vi } from 'vitest';
import { hooked, sendgrid } from './signing.ts';

const status = async (
  tenant: { ingest: (method: string, path: string) => Promise<{ body: { email_status: string } }> },
  reference: string,
) => (await tenant.ingest('GET', `/contacts/${reference}`)).body.email_status;

describe('SendGrid', () => {
  it('a signed hard bounce is on the contact in both dialects within seconds', async () => {
    const signer = sendgrid();
    const tenant = await hooked('sendgrid', signer);
    await tenant.ingest('PUT', '/contacts/C-1', {
      account_number: 'A-1',
      name: 'Ada',
      email: 'Ada@Example.com',
    });
    const reply = await tenant.post(
      signer.sign([
        {
          email: 'ada@example.com',
          event: 'bounce',
          type: 'bounce',
          timestamp: 1_760_000_000,
          sg_event_id: 'e1',
          status: '5.1.1',
          reason: '550 5.1.1 No such user',
        },
      ]),
    );
    expect([reply.status, reply.body]).toEqual([200, { queued: 1 }]);
    await vi.waitFor(async () => expect(await status(tenant, 'C-1')).toBe('Bounced'), { timeout: 5_000 });
    const { body } = await tenant.ingest('GET', '/contacts/C-1/deliveries');
    expect(body).toEqual({
      email: 'Ada@Example.com',
      email_status: 'Bounced',
      verdict: {
        provider: 'sendgrid',
        event_id: 'e1',
        kind: 'hard_bounce',
        at: '2025-10-09T08:53:20.000Z',
        code: '5.1.1',
        reason: '550 5.1.1 No such user',
      },
      items: [
        {
          provider: 'sendgrid',
          event_id: 'e1',
          kind: 'hard_bounce',
          at: '2025-10-09T08:53:20.000Z',
          code: '5.1.1',
          reason: '550 5.1.1 No such user',
        },
      ],
      next: null,
    });
  });
});
