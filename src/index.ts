/** The Worker: mounts every face of the book. No logic. */
import { Hono } from 'hono';
import { faces } from './faces.ts';
import { consumeQueue, hooks, receiveMail } from './hooks/index.ts';
import { mount } from './platform/dialect.ts';
import { allowedOrigins } from './platform/cors.ts';
import type { Bindings, Env } from './platform/env.ts';
import { everyAnswer } from './platform/every-answer.ts';
import { health } from './platform/health.ts';
import { page, pagePaths } from './platform/pages.ts';
import { rawPath } from './platform/path.ts';
import { Problem, plainWording } from './platform/problem.ts';
import { refuse } from './platform/refuse.ts';
import { purge } from './platform/scheduled.ts';

const app = new Hono<Env>({ getPath: rawPath });

app.use(everyAnswer, allowedOrigins);
app.onError((error, c) => refuse(error, c, plainWording));
app.notFound((c) => refuse(new Problem('route.not_found'), c, plainWording));
app.get('/health', health);
for (const path of pagePaths) app.all(path, page);
for (const face of faces) mount(app, face);
app.route('/hooks', hooks);

export { RateLimiter } from './platform/rate-limit.ts';

export default {
  fetch: app.fetch,
  scheduled: purge,
  queue: consumeQueue,
  email: receiveMail,
} satisfies ExportedHandler<Bindings>;
