/** Whether mail can still reach an account, by what is known of its contacts' addresses. Contacts without an address count for nothing. */

/** How an account can be reached; docs/deliverability.md has the rule of each state. */
export const REACHABILITY_STATES = ['reachable', 'at_risk', 'dark'] as const;
export type ReachabilityState = (typeof REACHABILITY_STATES)[number];

/** How an account's contacts stand. The triggers of migrations/0009 keep the counts, and the table derives the state from them. */
export interface Standing {
  /** Contacts with a Valid address that has no soft bounce since its last delivery. */
  steady: number;
  /** Contacts with a Valid address that has had one. */
  wavering: number;
  bounced: number;
  complained: number;
  /** Contacts without an address. */
  silent: number;
  /** Primary contacts whose address is Bounced or Complained. */
  primariesLost: number;
}

/** Why an account is at risk or dark. */
export type ReachabilityReason =
  | 'no_contacts'
  | 'no_addresses'
  | 'addresses_bounced'
  | 'addresses_complained'
  | 'primary_lost'
  | 'soft_bounces'
  | 'last_address';

/** Why the account is at risk or dark; empty when it is reachable. */
export function reasonsOf(state: ReachabilityState, standing: Standing): ReachabilityReason[] {
  const { steady, wavering, bounced, complained, silent, primariesLost } = standing;
  const reasons: [boolean, ReachabilityReason][] =
    state === 'dark'
      ? [
          [bounced + complained + silent === 0, 'no_contacts'],
          [bounced + complained === 0 && silent > 0, 'no_addresses'],
          [bounced > 0, 'addresses_bounced'],
          [complained > 0, 'addresses_complained'],
        ]
      : [
          [primariesLost > 0, 'primary_lost'],
          [steady === 0, 'soft_bounces'],
          [steady + wavering === 1 && bounced + complained > 0, 'last_address'],
        ];
  return reasons.filter(([holds]) => holds).map(([, reason]) => reason);
}
