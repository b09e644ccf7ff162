/** @diglot/client in workerd. */
import { fetchWorker, newKey, newTenant, ORIGIN } from '../client.ts';
import { clientCases } from './client-cases.ts';

clientCases(() => ({
  baseUrl: ORIGIN,
  fetch: (request) => fetchWorker(request),
  newKey: async (rateLimit = { limit: 1_000_000, windowSeconds: 60 }) =>
    (await newKey((await newTenant()).id, ['accounts:all'], { rateLimit })).key,
}));
