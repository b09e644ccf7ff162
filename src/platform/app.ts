/** A whole app without its operations: what every answer carries, and what answers where nothing else does. */
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

/** Answers with an app that is loaded at its first request, so that no other request waits for its code. */
export function loadedLater(load: () => Promise<Router>) {
  let app: Promise<Router> | undefined;
  return async (request: Request, env: Bindings, context: ExecutionContext): Promise<Response> => {
    app ??= load();
    return (await app).fetch(request, env, context);
  };
}
