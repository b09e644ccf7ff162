/** A body whose connection breaks: it counts as malformed, not as an error of the service. */
import { expect, it } from 'vitest';
import { newTenant, send } from '../client.ts';

const { key } = await newTenant();

const brokenOff = () =>
  new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"name":')),
    pull: (controller) => controller.error(new Error('Connection is gone')),
  });

it.each<Record<string, string>>([{}, { 'Content-Length': '100' }, { 'Content-Length': '1000000' }])(
  'that breaks off is 400, with %j',
  async (headers) => {
    const raw = brokenOff();
    const { status, body } = await send('PUT', '/api/v1/ingest/contacts/C', {
      key,
      raw,
      headers,
      bindings: {},
    });
    expect([status, body.code]).toEqual([400, 'body.malformed_json']);
  },
);
