import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_RULE,
  DELIVERY_KINDS,
  type DeliveryEvent,
  type DeliveryKind,
  type DeliveryRule,
  judge,
  learn,
} from '../../src/core/delivery.ts';

type Told = Pick<DeliveryEvent, 'kind' | 'at'>;
const told = (kind: DeliveryKind, at: string): Told => ({
  kind,
  at: at.length === 10 ? `${at}T12:00:00.000Z` : at,
});
const statusAfter = (events: Told[], rule: DeliveryRule = DEFAULT_RULE) =>
  judge(events.reduce(learn, {}), rule).status;

describe('the rule', () => {
  it.each<[string, Told[], string]>([
    ['nothing yet', [], 'Valid'],
    ['hard bounce', [told('hard_bounce', '2026-03-01')], 'Bounced'],
    ['complaint', [told('complaint', '2026-03-01')], 'Complained'],
    [
      'complaint, then delivered',
      [told('complaint', '2026-03-01'), told('delivered', '2026-03-02')],
      'Complained',
    ],
    [
      'complaint, then hard bounce',
      [told('complaint', '2026-03-01'), told('hard_bounce', '2026-03-02')],
      'Complained',
    ],
    [
      'hard bounce, then delivered',
      [told('hard_bounce', '2026-03-01'), told('delivered', '2026-03-02')],
      'Bounced',
    ],
    [
      'hard bounce, then revalidated',
      [told('hard_bounce', '2026-03-01'), told('revalidated', '2026-03-02')],
      'Valid',
    ],
    [
      'hard bounce from before the revalidation, told late',
      [told('revalidated', '2026-03-02'), told('hard_bounce', '2026-03-01')],
      'Valid',
    ],
    [
      'hard bounce after the revalidation',
      [told('revalidated', '2026-03-02'), told('hard_bounce', '2026-03-03')],
      'Bounced',
    ],
    [
      'complaint, then revalidated without force',
      [told('complaint', '2026-03-01'), told('revalidated', '2026-03-02')],
      'Complained',
    ],
    [
      'complaint, then revalidated by force',
      [told('complaint', '2026-03-01'), told('revalidated_by_force', '2026-03-02')],
      'Valid',
    ],
    ['two soft bounces', [told('soft_bounce', '2026-03-01'), told('soft_bounce', '2026-03-02')], 'Valid'],
    [
      'three on three days',
      [
        told('soft_bounce', '2026-03-01'),
        told('soft_bounce', '2026-03-02'),
        told('soft_bounce', '2026-03-09'),
      ],
      'Bounced',
    ],
    [
      'three on two days',
      [
        told('soft_bounce', '2026-03-01'),
        told('soft_bounce', '2026-03-01T18:00:00.000Z'),
        told('soft_bounce', '2026-03-02'),
      ],
      'Valid',
    ],
    [
      'three, the 30th day included',
      [
        told('soft_bounce', '2026-03-01'),
        told('soft_bounce', '2026-03-15'),
        told('soft_bounce', '2026-03-30'),
      ],
      'Bounced',
    ],
    [
      'three, on the 31st day',
      [
        told('soft_bounce', '2026-03-01'),
        told('soft_bounce', '2026-03-15'),
        told('soft_bounce', '2026-03-31'),
      ],
      'Valid',
    ],
    [
      'three of four within 30 days',
      [
        told('soft_bounce', '2026-01-01'),
        told('soft_bounce', '2026-03-01'),
        told('soft_bounce', '2026-03-02'),
        told('soft_bounce', '2026-03-03'),
      ],
      'Bounced',
    ],
    [
      'delivered between them',
      [
        told('soft_bounce', '2026-03-01'),
        told('soft_bounce', '2026-03-02'),
        told('delivered', '2026-03-03'),
        told('soft_bounce', '2026-03-04'),
      ],
      'Valid',
    ],
    [
      'delivered after them',
      [
        told('soft_bounce', '2026-03-01'),
        told('soft_bounce', '2026-03-02'),
        told('soft_bounce', '2026-03-03'),
        told('delivered', '2026-03-04'),
      ],
      'Valid',
    ],
    [
      'a soft bounce later on the day of the delivery',
      [
        told('delivered', '2026-03-01'),
        told('soft_bounce', '2026-03-01T18:00:00.000Z'),
        told('soft_bounce', '2026-03-02'),
        told('soft_bounce', '2026-03-03'),
      ],
      'Bounced',
    ],
    [
      'deferred for ever',
      Array.from({ length: 9 }, (_, day) => told('deferred', `2026-03-0${day + 1}`)),
      'Valid',
    ],
    ['a note', [told('note', '2026-03-01')], 'Valid'],
  ])('%s', (_name, events, status) => {
    expect(statusAfter(events)).toBe(status);
    expect(statusAfter(events.toReversed())).toBe(status);
  });

  it('takes both numbers from the tenant', () => {
    const two = [told('soft_bounce', '2026-03-01'), told('soft_bounce', '2026-03-08')];
    expect(statusAfter(two, { softBounces: 2, withinDays: 8 })).toBe('Bounced');
    expect(statusAfter(two, { softBounces: 2, withinDays: 7 })).toBe('Valid');
    expect(statusAfter(two.slice(0, 1), { softBounces: 1, withinDays: 1 })).toBe('Bounced');
  });

  it('names the event that decided', () => {
    const events = [
      told('hard_bounce', '2026-03-01'),
      told('hard_bounce', '2026-03-05'),
      told('delivered', '2026-03-06'),
    ];
    expect(judge(events.reduce(learn, {}), DEFAULT_RULE)).toEqual({
      status: 'Bounced',
      softBounces: 0,
      cause: 'hard_bounce',
      causeAt: '2026-03-05T12:00:00.000Z',
    });
    expect(judge({}, DEFAULT_RULE)).toEqual({ status: 'Valid', softBounces: 0, cause: null, causeAt: null });
  });
});

const someTime = fc
  .integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 3, 1) })
  .map((milliseconds) => new Date(milliseconds).toISOString());
const someEvent = fc.record({ kind: fc.constantFrom(...DELIVERY_KINDS), at: someTime });
const someEvents = fc.array(someEvent, { maxLength: 40 });

/** The rule in another form: all events are remembered, and replayed in the order of their own times. */
function replayed(events: Told[], { softBounces, withinDays }: DeliveryRule): string {
  let complained = false;
  let hard = false;
  let soft: string[] = [];
  let softBounced = false;
  const order = [...events].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  for (const { kind, at } of order) {
    if (kind === 'complaint') complained = true;
    if (kind === 'hard_bounce') hard = true;
    if (kind === 'soft_bounce') soft.push(at.slice(0, 10));
    if (kind.startsWith('revalidated')) hard = false;
    if (kind === 'revalidated_by_force') complained = false;
    if (kind === 'delivered' || kind.startsWith('revalidated')) {
      soft = [];
      softBounced = false;
    }
    const day = Date.parse(at.slice(0, 10));
    const recent = new Set(soft.filter((date) => (day - Date.parse(date)) / 86_400_000 < withinDays));
    if (recent.size >= softBounces) softBounced = true;
  }
  return complained ? 'Complained' : hard || softBounced ? 'Bounced' : 'Valid';
}

describe('whatever the order', () => {
  it('says what a replay in order of time says', () => {
    const distinct = fc.uniqueArray(someEvent, { selector: ({ at }) => at, maxLength: 40 });
    fc.assert(
      fc.property(
        distinct,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (events, softBounces, withinDays) => {
          const rule = { softBounces, withinDays };
          expect(statusAfter(events, rule)).toBe(replayed(events, rule));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('learns the same from any order and from repeated events', () => {
    const shuffled = someEvents.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray([...events, ...events], {
          minLength: events.length * 2,
          maxLength: events.length * 2,
        }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([events, mixed]) => {
        expect(mixed.reduce(learn, {})).toEqual(events.reduce(learn, {}));
      }),
      { numRuns: 500 },
    );
  });

  it('10 000 events of 200 addresses, shuffled, a third of them repeated, end as in order', () => {
    const random = fc.sample(fc.tuple(fc.nat(199), someEvent), { numRuns: 10_000, seed: 4 });
    const repeated = [...random, ...random.filter((_, index) => index % 3 === 0)];
    const inOrder = [...random].sort(([, one], [, other]) => (one.at < other.at ? -1 : 1));
    const [shuffled = []] = fc.sample(
      fc.shuffledSubarray(repeated, { minLength: repeated.length, maxLength: repeated.length }),
      { numRuns: 1, seed: 4 },
    );
    const verdicts = (events: typeof random) =>
      Object.fromEntries(
        [...Map.groupBy(events, ([address]) => address)]
          .sort(([one], [other]) => one - other)
          .map(([address, told]) => [
            address,
            judge(told.map(([, event]) => event).reduce(learn, {}), DEFAULT_RULE),
          ]),
      );
    const expected = verdicts(inOrder);
    expect(new Set(Object.values(expected).map(({ status }) => status))).toEqual(
      new Set(['Valid', 'Bounced', 'Complained']),
    );
    expect(verdicts(shuffled)).toEqual(expected);
  });
});
