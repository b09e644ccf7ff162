/** The Worker. It mounts every face of the book, and has no logic of its own. Code that no API call needs is loaded when it is first asked for. */
import { dialects } from './dialects/index.ts';
import { loadedLater, newApp } from './platform/app.ts';
import { mount } from './platform/dialect.ts';
import type { Bindings } from './platform/env.ts';
import { health } from './platform/health.ts';
import { getOnly } from './platform/methods.ts';
import { page, pagePaths } from './platform/pages.ts';
import { rawPath } from './platform/path.ts';

const api = newApp();
api.all('/health', getOnly, health);
for (const path of pagePaths) api.all(path, getOnly, page);
for (const dialect of dialects) mount(api, dialect);

const admin = loadedLater(async () => {
  const app = newApp();
  mount(app, (await import('./admin/index.ts')).admin);
  return app;
});

const hooks = loadedLater(async () => newApp().route('/hooks', (await import('./hooks/index.ts')).hooks));

export { RateLimiter } from './platform/rate-limiter.ts';

export default {
  fetch(request: Request, env: Bindings, context: ExecutionContext) {
    const path = rawPath(request);
    if (path.startsWith('/admin/')) return admin(request, env, context);
    if (path.startsWith('/hooks/')) return hooks(request, env, context);
    return api.fetch(request, env, context);
  },
  async scheduled(_event, env) {
    return (await import('./platform/scheduled.ts')).purge(env);
  },
  async queue(batch, env) {
    return (await import('./hooks/index.ts')).consumeQueue(batch, env);
  },
  async email(message, env) {
    return (await import('./hooks/index.ts')).receiveMail(message, env);
  },
} satisfies ExportedHandler<Bindings>;
