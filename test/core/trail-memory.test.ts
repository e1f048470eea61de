/** What is remembered of a trail: nothing is forgotten because it is seen no more, and nothing is due before its time. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectorsOf } from '../../src/core/selectors.ts';
import type { Source } from '../../src/core/source.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import {
  afterListing,
  afterLook,
  afterLoss,
  recordedChains,
  sameSighting,
  withForgotten,
} from '../../src/core/trail-memory.ts';
import type { TrailRecord } from '../../src/core/trail-record.ts';
import { OWNER, sourceOf } from './trail-source.ts';

const NOW = Date.UTC(2026, 2, 1, 5);
const LATER = NOW + 2 * HOUR;
const MEMBER = '222222222222';
const ORG = 'o-exampleorgid';

/** One look after another, an hour apart. */
function looks(...sources: readonly Partial<Source>[]): TrailRecord {
  const [first = {}, ...rest] = sources;
  return rest.reduce<TrailRecord>(
    (record, change, index) => afterLook(record, sourceOf(change), NOW + (index + 1) * HOUR),
    afterLook(null, sourceOf(first), NOW),
  );
}

const chainsOf = (record: TrailRecord): readonly string[] =>
  recordedChains(record, record.source).map(({ account, region, since, until }) =>
    [account, region, since === undefined ? '' : `since ${since}`, until === undefined ? '' : `until ${until}`]
      .filter((word) => word !== '')
      .join(' '),
  );
const selectors = (...ExcludeManagementEventSources: readonly string[]) =>
  selectorsOf({ basic: [{ ExcludeManagementEventSources }], advanced: [] });

describe('regions', () => {
  test('that are switched on ought to deliver, whatever a bucket shows', () => {
    expect(chainsOf(looks({}))).toEqual([`${OWNER} eu-west-1`, `${OWNER} us-east-1`]);
    expect(chainsOf(afterListing(looks({}), new Map(), LATER))).toEqual(chainsOf(looks({})));
  });

  test('are the home region alone where nobody may say, until something is seen', () => {
    const unknown = looks({ regions: null, regionsFrom: 'seen' });
    expect(chainsOf(unknown)).toEqual([`${OWNER} us-east-1`]);
    const listed = afterListing(unknown, new Map([[OWNER, ['ap-south-1']]]), LATER);
    expect(chainsOf(listed)).toEqual([`${OWNER} ap-south-1`, `${OWNER} us-east-1`]);
    expect(chainsOf(afterListing(listed, new Map([[OWNER, []]]), LATER))).toEqual(chainsOf(listed));
  });

  test('are not forgotten when they may not be asked any more', () => {
    const record = looks({}, { regions: null, regionsFrom: 'seen' });
    expect(record.source).toMatchObject({ regions: ['eu-west-1', 'us-east-1'], regionsFrom: 'enabled' });
    expect(sameSighting(looks({}), record)).toBe(true);
  });

  test('switched on later have nothing due before, and switched off nothing after', () => {
    const on = looks({ regions: ['us-east-1'] }, { regions: ['us-east-1', 'ap-east-1'] });
    expect(chainsOf(on)).toEqual([`${OWNER} ap-east-1 since ${NOW + HOUR}`, `${OWNER} us-east-1`]);
    const off = afterLook(on, sourceOf({ regions: ['us-east-1'] }), NOW + 5 * HOUR);
    expect(chainsOf(off)[0]).toBe(`${OWNER} ap-east-1 since ${NOW + HOUR} until ${NOW + HOUR}`);
    const again = afterLook(off, sourceOf({ regions: ['us-east-1', 'ap-east-1'] }), NOW + 9 * HOUR);
    expect(chainsOf(again)[0]).toBe(`${OWNER} ap-east-1 since ${NOW + 9 * HOUR}`);
  });

  test('first told of after nobody could say are not taken for new ones', () => {
    const told = looks({ regions: null, regionsFrom: 'seen' }, {});
    expect(chainsOf(told)).toEqual([`${OWNER} eu-west-1`, `${OWNER} us-east-1`]);
  });

  test('first seen in a listing that was made before are new', () => {
    const first = afterListing(looks({ regions: ['us-east-1'] }), new Map([[OWNER, ['us-east-1']]]), NOW);
    const next = afterListing(first, new Map([[OWNER, ['us-east-1', 'me-south-1']]]), LATER);
    expect(chainsOf(next)).toEqual([`${OWNER} me-south-1 since ${LATER}`, `${OWNER} us-east-1`]);
  });

  test('of the configuration are exactly these, before and after', () => {
    const seen = afterListing(looks({}), new Map([[OWNER, ['ap-south-1']]]), NOW);
    const exact = afterLook(seen, sourceOf({ regions: ['eu-west-1'], regionsFrom: 'configured' }), LATER);
    expect(chainsOf(exact)).toEqual([`${OWNER} eu-west-1`]);
    expect(chainsOf(afterListing(exact, new Map([[OWNER, ['ap-south-1']]]), LATER))).toEqual(chainsOf(exact));
  });

  test('of a trail that was made single-region end there, and that is less than before', () => {
    const single = { multiRegion: false, regions: ['us-east-1'], regionsFrom: 'configured' } as const;
    const record = looks({}, single);
    expect(chainsOf(record)).toEqual([`${OWNER} eu-west-1 until ${NOW}`, `${OWNER} us-east-1`]);
    expect(record.source.narrowed).toEqual({
      at: NOW + HOUR,
      detail: 'no longer recorded: regions other than us-east-1',
    });
    expect(looks(single, {}).source.narrowed).toBeNull();
  });
});

describe('an organization trail', () => {
  const org = { org: ORG, regions: ['us-east-1'] };
  test('has a chain for every account ever seen, and a newcomer owes nothing of before', () => {
    const first = afterListing(looks(org), new Map([[OWNER, ['us-east-1']]]), NOW);
    const shown = new Map([[MEMBER, ['us-east-1', 'ap-east-1']]]);
    const next = afterListing(first, shown, LATER);
    expect(chainsOf(next)).toEqual([
      `${OWNER} us-east-1`,
      `${MEMBER} ap-east-1 since ${LATER}`,
      `${MEMBER} us-east-1 since ${LATER}`,
    ]);
    expect(chainsOf(afterListing(next, new Map(), LATER + HOUR))).toEqual(chainsOf(next));
  });

  test('that becomes a trail of its account alone records less than before', () => {
    expect(looks(org, {}).source.narrowed?.detail).toBe(`no longer recorded: accounts other than ${OWNER}`);
  });
});

describe('selectors', () => {
  const WIDE = { selectors: selectors() };
  const NARROW = { selectors: selectors('kms.amazonaws.com') };
  const NARROWER = { selectors: selectors('kms.amazonaws.com', 'rdsdata.amazonaws.com') };
  const lost = 'no longer recorded: eventCategory=Management, eventSource=';

  test('that select less than before are told, with the time of the look that showed it', () => {
    expect(looks(WIDE, WIDE, NARROW, NARROW).source.narrowed).toEqual({
      at: NOW + 2 * HOUR,
      detail: `${lost}kms.amazonaws.com`,
    });
    expect(looks(NARROW, WIDE, WIDE).source.narrowed).toBeNull();
  });

  test('narrowed twice are told of the second time, which does not hide the first', () => {
    expect(looks(WIDE, NARROW, NARROWER).source.narrowed).toEqual({
      at: NOW + 2 * HOUR,
      detail: `${lost}rdsdata.amazonaws.com; narrowed before at 2026-03-01T06:00:00Z`,
    });
  });

  test('narrowed and widened again stay told of: the events between were not recorded', () => {
    const restored = looks(WIDE, NARROW, WIDE);
    expect(restored.source.narrowed).toEqual({
      at: NOW + HOUR,
      detail: `${lost}kms.amazonaws.com; recorded again since 2026-03-01T07:00:00Z`,
    });
    expect(afterLook(restored, sourceOf(WIDE), NOW + 9 * HOUR).source.narrowed).toEqual(restored.source.narrowed);
  });

  test('that could not be read in between are compared with those before', () => {
    expect(looks(WIDE, { selectors: null }, NARROW).source.narrowed?.at).toBe(NOW + 2 * HOUR);
    expect(looks({ selectors: null }, NARROW).source.narrowed).toBeNull();
  });

  test('of a trail that was deleted and made anew are compared with those of the old one', () => {
    const anew = afterLook(afterLoss(looks(WIDE), LATER), sourceOf(NARROW), LATER + HOUR);
    expect(anew.source).toMatchObject({ gone: false, narrowed: { at: LATER + HOUR } });
  });
});

describe('a trail that is gone', () => {
  test('keeps its chains and loses its status, once', () => {
    const gone = afterLoss(looks({}), LATER);
    expect(gone.source).toMatchObject({ gone: true, status: null });
    expect(chainsOf(gone)).toEqual(chainsOf(looks({})));
    expect(afterLoss(gone, LATER + HOUR)).toBe(gone);
  });
});

describe('former places', () => {
  test('are those that AWS described before, the configured ones first', () => {
    const record = looks({ bucket: 'one' }, { bucket: 'two', formerBuckets: [{ bucket: 'told', prefix: '' }] });
    const again = afterLook(record, sourceOf({ bucket: 'one' }), LATER);
    expect(record.source.formerBuckets).toEqual([
      { bucket: 'told', prefix: '' },
      { bucket: 'one', prefix: 'logs/' },
    ]);
    expect(again.source.formerBuckets.map(({ bucket }) => bucket)).toEqual(['told', 'two']);
  });

  test('are bounded, and the oldest ones stay: whoever may move a trail may do so all day', () => {
    const moves = Array.from({ length: 40 }, (_, index) => ({ bucket: `bucket-${index}` }));
    const places = looks(...moves).source.formerBuckets;
    expect(places).toHaveLength(20);
    expect(places[0]).toEqual({ bucket: 'bucket-0', prefix: 'logs/' });
  });
});

describe('nothing new', () => {
  const moved = (by: number) => {
    const { status } = sourceOf();
    return status === null
      ? {}
      : { status: { ...status, latestDigestDelivery: (status.latestDigestDelivery ?? 0) + by } };
  };
  test('is said by the same sight, nor by a delivery within the hour', () => {
    expect(sameSighting(looks({}), looks({}, {}))).toBe(true);
    expect(sameSighting(looks({}), looks({}, moved(59 * MINUTE)))).toBe(true);
  });
  test.each([
    ['a delivery an hour later', moved(HOUR)],
    ['a delivery taken back', moved(-MINUTE)],
    ['validation', { validation: false }],
    ['another bucket', { bucket: 'other' }],
    ['other selectors', { selectors: selectors('x') }],
  ])('is not said of %s', (_what, change) => expect(sameSighting(looks({}), looks({}, change))).toBe(false));

  test('what could not be read stands as it was known', () => {
    const blind = looks({}, { status: null, selectors: null, regions: null, regionsFrom: 'seen' });
    expect(sameSighting(looks({}), blind)).toBe(true);
  });
});

test('records of one trail are in order, though the clock is set back or stands still', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -HOUR, max: HOUR })), (steps) => {
      let record = afterLook(null, sourceOf(), NOW);
      let clock = NOW;
      for (const step of steps) {
        clock += step;
        const next = afterLook(record, sourceOf({ bucket: `b${step}` }), clock);
        expect(next.seen).toBeGreaterThan(record.seen);
        expect(next.seen % 1000).toBe(0);
        record = next;
      }
    }),
  );
});

test('of two processes that wrote at once neither makes the other forget', () => {
  const base = looks({ regions: null, regionsFrom: 'seen' });
  const one = afterListing(base, new Map([[OWNER, ['ap-south-1']]]), NOW);
  const other = afterListing(base, new Map([[OWNER, ['sa-east-1']]]), NOW);
  const both = [`${OWNER} ap-south-1`, `${OWNER} sa-east-1`, `${OWNER} us-east-1`];
  expect(chainsOf(withForgotten(one, [base, other]))).toEqual(both);
  expect(chainsOf(withForgotten(other, [base, one]))).toEqual(both);
});
