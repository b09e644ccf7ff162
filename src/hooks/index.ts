/** What others tell the book about its mail: requests of providers, queues, and mail itself. */
import type { Bindings } from '../platform/env.ts';
import { only } from '../platform/methods.ts';
import { newRouter } from '../platform/router.ts';
import { consume, consumeDead } from './consumer.ts';
import { intake } from './intake.ts';

export { receiveMail } from './email/receive.ts';

export const hooks = newRouter();
hooks.all('/:tenantId/:provider', only('POST'), intake);

/** Consumes a batch of either queue: delivery events, or those that the queue has given up. */
export const consumeQueue = (batch: MessageBatch, env: Bindings) =>
  (batch.queue.endsWith('-dead') ? consumeDead : consume)(batch as Parameters<typeof consume>[0], env);
