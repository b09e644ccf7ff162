import { describe, expect, it } from 'vitest';
import {
  type ReachabilityReason,
  type ReachabilityState,
  reasonsOf,
  type Standing,
} from '../../src/core/reachability.ts';

const nobody: Standing = { steady: 0, wavering: 0, bounced: 0, complained: 0, silent: 0, primariesLost: 0 };
const cases: [ReachabilityState, Partial<Standing>, ReachabilityReason[]][] = [
  ['dark', {}, ['no_contacts']],
  ['dark', { silent: 1 }, ['no_addresses']],
  ['dark', { bounced: 1 }, ['addresses_bounced']],
  ['dark', { complained: 1 }, ['addresses_complained']],
  ['dark', { bounced: 1, complained: 1 }, ['addresses_bounced', 'addresses_complained']],
  ['dark', { bounced: 1, silent: 1 }, ['addresses_bounced']],
  ['dark', { bounced: 1, complained: 1, silent: 1 }, ['addresses_bounced', 'addresses_complained']],
  ['dark', { complained: 1, silent: 1, primariesLost: 1 }, ['addresses_complained']],
  ['reachable', { steady: 1 }, []],
  ['reachable', { steady: 2, bounced: 1 }, []],
  ['reachable', { steady: 1, wavering: 1, bounced: 1 }, []],
  ['reachable', { steady: 1, silent: 3 }, []],
  ['at_risk', { steady: 2, primariesLost: 1, bounced: 1 }, ['primary_lost']],
  ['at_risk', { wavering: 1 }, ['soft_bounces']],
  ['at_risk', { wavering: 2, bounced: 1 }, ['soft_bounces']],
  ['at_risk', { steady: 1, bounced: 1 }, ['last_address']],
  ['at_risk', { steady: 1, complained: 1 }, ['last_address']],
  ['at_risk', { wavering: 1, bounced: 1 }, ['soft_bounces', 'last_address']],
  ['at_risk', { steady: 1, bounced: 1, primariesLost: 1 }, ['primary_lost', 'last_address']],
  [
    'at_risk',
    { wavering: 1, complained: 1, primariesLost: 1 },
    ['primary_lost', 'soft_bounces', 'last_address'],
  ],
];

describe('reasonsOf', () => {
  it.each(cases)('%s, with %j: %j', (state, standing, reasons) => {
    expect(reasonsOf(state, { ...nobody, ...standing })).toEqual(reasons);
  });
});
