/** An app without operations: what every answer carries, and the answer where no operation takes the request. */
import { allowedOrigins } from './cors.ts';
import type { Bindings } from './env.ts';
import { everyAnswer } from './every-answer.ts';
import { rawPath } from './path.ts';
import { Problem, plainWording } from './problem.ts';
import { refuse } from './refuse.ts';
import { newRouter, type Router } from './router.ts';

/** An app that answers 404 to everything, in the form that all answers have. */
export function newApp(): Router {
  const app = newRouter({ getPath: rawPath });
  app.use(everyAnswer, allowedOrigins);
  app.onError((error, c) => refuse(error, c, plainWording));
  app.notFound((c) => refuse(new Problem('route.not_found'), c, plainWording));
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
