/** An app without operations: what every answer carries, and the answer where no operation takes the request. */
import type { Context } from 'hono';
import { allowedOrigins } from './cors.ts';
import type { Bindings, Env } from './env.ts';
import { everyAnswer } from './every-answer.ts';
import { rawPath } from './path.ts';
import { Problem, plainWording } from './problem.ts';
import { newRouter, type Router } from './router.ts';

/** An app that answers 404 to everything, in the form that all answers have. */
export function newApp(): Router {
  const app = newRouter({ getPath: rawPath });
  app.use(everyAnswer, allowedOrigins);
  const refuse = async (error: unknown, c: Context<Env>) =>
    (await import('./refuse.ts')).refuse(error, c, plainWording);
  app.onError(refuse);
  app.notFound((c) => refuse(new Problem('route.not_found'), c));
  return app;
}

/** Loads the app at its first request, so that other requests do not wait for its code. */
export function loadedLater(load: () => Promise<Router>) {
  let app: Promise<Router> | undefined;
  return async (request: Request, env: Bindings, context: ExecutionContext): Promise<Response> => {
    app ??= load();
    return (await app).fetch(request, env, context);
  };
}
