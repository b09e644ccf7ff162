/** What the rule returns besides the status: the event that the status rests on, and the evidence that is kept. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULE, type DeliveryKind, type Evidence, judge, learn } from '../../src/core/delivery.ts';

const day = (number: number) => `2026-03-${String(number).padStart(2, '0')}T12:00:00.000Z`;
const learned = (...events: [kind: DeliveryKind, at: string][]) =>
  events.reduce<Evidence>((evidence, [kind, at]) => learn(evidence, { kind, at }), {});
const verdict = (...events: Parameters<typeof learned>) => judge(learned(...events), DEFAULT_RULE);

describe('the verdict names the event that it rests on', () => {
  it.each<[string, Parameters<typeof learned>, object]>([
    ['nothing', [], { status: 'Valid', softBounces: 0, cause: null, causeAt: null }],
    [
      'a delivery',
      [['delivered', day(1)]],
      { status: 'Valid', softBounces: 0, cause: 'delivered', causeAt: day(1) },
    ],
    [
      'a revalidation',
      [
        ['hard_bounce', day(1)],
        ['revalidated', day(2)],
      ],
      { status: 'Valid', softBounces: 0, cause: 'revalidated', causeAt: day(2) },
    ],
    [
      'a forced revalidation',
      [
        ['complaint', day(1)],
        ['revalidated_by_force', day(2)],
      ],
      { status: 'Valid', softBounces: 0, cause: 'revalidated_by_force', causeAt: day(2) },
    ],
    [
      'a delivery after a revalidation',
      [
        ['revalidated', day(1)],
        ['delivered', day(2)],
      ],
      { status: 'Valid', softBounces: 0, cause: 'delivered', causeAt: day(2) },
    ],
    [
      'a revalidation after a delivery',
      [
        ['delivered', day(1)],
        ['revalidated', day(2)],
      ],
      { status: 'Valid', softBounces: 0, cause: 'revalidated', causeAt: day(2) },
    ],
    [
      'a complaint',
      [['complaint', day(3)]],
      { status: 'Complained', softBounces: 0, cause: 'complaint', causeAt: day(3) },
    ],
    [
      'a hard bounce, with a soft one beside it',
      [
        ['hard_bounce', day(3)],
        ['soft_bounce', day(4)],
      ],
      { status: 'Bounced', softBounces: 1, cause: 'hard_bounce', causeAt: day(3) },
    ],
    [
      'soft bounces: the latest of them',
      [
        ['soft_bounce', day(1)],
        ['soft_bounce', day(2)],
        ['soft_bounce', day(3)],
      ],
      { status: 'Bounced', softBounces: 3, cause: 'soft_bounce', causeAt: day(3) },
    ],
    [
      'too few soft bounces',
      [
        ['soft_bounce', day(1)],
        ['soft_bounce', day(2)],
      ],
      { status: 'Valid', softBounces: 2, cause: null, causeAt: null },
    ],
  ])('%s', (_, events, expected) => {
    expect(verdict(...events)).toEqual(expected);
  });

  it('a revalidation at the very time of what it sets aside sets it aside', () => {
    expect(verdict(['hard_bounce', day(1)], ['revalidated', day(1)]).status).toBe('Valid');
    expect(verdict(['complaint', day(1)], ['revalidated_by_force', day(1)]).status).toBe('Valid');
    expect(verdict(['soft_bounce', day(1)], ['delivered', day(1)]).softBounces).toBe(0);
  });
});

describe('the evidence', () => {
  it.each<DeliveryKind>(['note', 'deferred'])('learns nothing from %s', (kind) => {
    const evidence = learned(['delivered', day(1)]);
    expect(learn(evidence, { kind, at: day(2) })).toEqual({ delivered: day(1) });
  });

  it('keeps the latest of a kind, and of a day', () => {
    expect(learned(['delivered', day(2)], ['delivered', day(1)])).toEqual({ delivered: day(2) });
    const late = '2026-03-01T20:00:00.000Z';
    expect(learned(['soft_bounce', late], ['soft_bounce', day(1)])).toEqual({ soft: { '2026-03-01': late } });
  });

  it('keeps no soft bounce that counts no longer, nor an empty place for them', () => {
    expect(learned(['soft_bounce', day(1)], ['delivered', day(2)])).toEqual({ delivered: day(2) });
    expect(Object.keys(learned(['soft_bounce', day(1)], ['delivered', day(2)]))).toEqual(['delivered']);
    expect(learned(['delivered', day(2)], ['soft_bounce', day(3)]).soft).toEqual({ '2026-03-03': day(3) });
  });
});
