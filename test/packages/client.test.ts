/** @diglot/client in workerd. */
import { exports } from 'cloudflare:workers';
import { newKey, newTenant, ORIGIN } from '../client.ts';
import { clientCases } from './client-cases.ts';

clientCases(() => ({
  baseUrl: ORIGIN,
  fetch: (request) => exports.default.fetch(request),
  newKey: async (rateLimit = { limit: 1_000_000, windowSeconds: 60 }) =>
    (await newKey((await newTenant()).id, ['accounts:all'], { rateLimit })).key,
}));
