/** The operator's face: `Authorization: Bearer $ADMIN_TOKEN`. It speaks for no vendor; otherwise it is built like a dialect. */
import { bearerIn, refuseFlood } from '../platform/auth.ts';
import { defineDialect } from '../platform/dialect.ts';
import { isSame } from '../platform/is-same.ts';
import { Problem, plainWording } from '../platform/problem.ts';
import type { Writer } from '../storage/database.ts';

/** What the operator's verbs work on: all tenants, and the look-up of keys. */
interface Office extends Writer {
  kv: KVNamespace;
  /** The queue of delivery events. */
  deliveries: Queue;
  /** True on a developer's machine. */
  isLocal: boolean;
  /** The operator's token; new keys are derived from it and a random seed. */
  secret: string;
  requestId: string;
}

/** The token in .dev.vars.example, which the Deploy button puts into its form. It is valid on a developer's machine and nowhere else. */
const PUBLISHED_TOKEN = 'local-only-admin-token';

export const admin = defineDialect({
  base: '/admin/v1',
  wording: {
    ...plainWording,
    detail: (status, detail) =>
      status === 401 ? 'Send the ADMIN_TOKEN of this service, as Authorization: Bearer.' : detail,
  },
  answers: () => import('./answers.ts'),
  documentation: {
    title: 'diglot: admin',
    tag: 'Admin',
    description: 'For the operator: tenants and their keys. `Authorization: Bearer $ADMIN_TOKEN`.',
    security: ['adminToken'],
  },
  async open(c): Promise<Office> {
    const token = bearerIn(c.req.raw.headers) ?? '';
    const isLocal = c.env.LOCAL === 'true';
    const expected = isLocal || c.env.ADMIN_TOKEN !== PUBLISHED_TOKEN ? c.env.ADMIN_TOKEN : undefined;
    if (!expected || !(await isSame(token, expected))) {
      await refuseFlood(c);
      throw new Problem('auth.unauthorized', {
        headers: { 'WWW-Authenticate': 'Bearer realm="diglot admin"' },
      });
    }
    return {
      ...c.get('payer'),
      kv: c.env.KEYS,
      deliveries: c.env.DELIVERIES,
      isLocal,
      secret: token,
      requestId: c.get('requestId'),
      scope: 'admin',
      attempt: null,
    };
  },
});
