/**
 * Absence is not evidence (reliability.md I5): whatever is hidden from the judge – gone, empty, garbage, unreadable, not
 * listed –, no time turns green that was not, and no chain that failed is verified.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverChain, type Coverage, type DigestView } from '../../src/core/coverage.ts';
import { BLOCKED_CODES } from '../../src/core/verdict.ts';
import { putObjects, type Buckets, type ObjectName } from '../cloud/forge/buckets.ts';
import { createRandom, type Random } from '../cloud/forge/random.ts';
import type { CloudObject } from '../cloud/types.ts';
import type { Span } from '../second/question.ts';
import { without } from '../second/spans.ts';
import { lookAt, type Sight } from '../worlds/look.ts';
import { damagedScene, healthyScene } from '../worlds/trial.ts';
import { GRACE, type JudgedChain } from './judge-buckets.ts';

const RUNS = 40;

type Hiding = (object: CloudObject) => CloudObject | null;

/** What a reader may get instead of an object. */
const HIDINGS: readonly Hiding[] = [
  () => null,
  (object) => ({ ...object, body: new Uint8Array() }),
  (object) => ({ ...object, body: Buffer.from('<html>AccessDenied</html>') }),
  (object) => ({ ...object, body: object.body.slice(0, Math.floor(object.body.length / 2)) }),
  (object) => ({ ...object, metadata: new Map() }),
];

/** The same buckets, with a part of what is in them hidden; `kept` are left alone. */
function hidden(buckets: Buckets, random: Random, kept: ReadonlySet<string>): Buckets {
  const share = random.pick([0.02, 0.1, 0.5]);
  const seen = [...buckets.values()].flatMap((bucket) => [...bucket.values()]);
  return putObjects(
    new Map([...buckets.keys()].map((name) => [name, new Map<string, CloudObject>()])),
    seen.flatMap((object) => {
      const left = kept.has(nameOf(object)) || random.float() > share ? object : random.pick(HIDINGS)(object);
      return left === null ? [] : [left];
    }),
  );
}

const nameOf = ({ bucket, key }: ObjectName): string => `${bucket}/${key}`;

/** The times that are green in `after` and were not before, by chain; and chains that had failed and are verified. */
function risen(before: readonly JudgedChain[], after: readonly JudgedChain[]): readonly unknown[] {
  return before.flatMap(({ coverage, views }, index) => {
    const other = after[index];
    if (other === undefined) throw new Error('the same chains are judged twice');
    const left = new Set(other.views.filter(({ verdict }) => verdict === 'valid').map(nameOf));
    const gone = views.filter((view) => view.verdict === 'valid' && !left.has(nameOf(view)));
    const times = without(without(greenOf(other.coverage), greenOf(coverage)), accusedBy(gone, views));
    const { state } = other.coverage;
    const rose = state === 'verified' && hasFailed(coverage);
    return times.length === 0 && !rose ? [] : [{ index, times, from: coverage.state, to: state }];
  });
}

/**
 * The times of digests that only these may have spoken against: their predecessors, and those they overlap. One look
 * cannot hold an accuser that it does not see against anybody; the accuser's own time is not green then.
 */
function accusedBy(gone: readonly DigestView[], views: readonly DigestView[]): readonly Span[] {
  const accused = views.filter((view) =>
    gone.some(
      (one) =>
        one.previousKey === view.key || ((one.start ?? one.end) < view.end && one.end > (view.start ?? view.end)),
    ),
  );
  return accused.filter((view) => !gone.includes(view)).map(({ start, end }) => ({ from: start ?? end, to: end }));
}

const hasFailed = ({ cells }: Coverage): boolean =>
  cells.some(({ state }) => state === 'failed' || state === 'blocked');
const greenOf = ({ cells }: Coverage): Coverage['cells'] => cells.filter(({ state }) => state === 'verified');

function judgedWith(sight: Sight, random: Random, kept: ReadonlySet<string>): readonly unknown[] {
  const before = lookAt(sight).judged;
  return risen(before, lookAt({ ...sight, buckets: hidden(sight.buckets, random, kept) }).judged);
}

test(`hiding any part of ${RUNS} healthy worlds turns nothing green`, { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (seed) => {
      const { sight } = healthyScene(seed);
      // Nor the other way round: what lies bare is the most that can be green.
      expect(judgedWith(sight, createRandom(`hide/${seed}`), new Set())).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

test(`hiding any part of ${RUNS} damaged worlds but the damage turns nothing green`, { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (seed) => {
      const { sight, truth } = damagedScene(seed);
      const kept = new Set((truth?.objects ?? []).map(nameOf));
      const found = judgedWith(sight, createRandom(`hide/${seed}`), kept);
      expect({ damage: truth?.kind, found }).toEqual({ damage: truth?.kind, found: [] });
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

type Hide = (view: DigestView, random: Random) => DigestView | null;

/** What the program makes of a digest, or of what it names, that it could not look at. */
const UNREAD: readonly Hide[] = [
  () => null,
  (view, random) => ({
    ...view,
    verdict: random.pick(BLOCKED_CODES),
    start: null,
    link: 'digest-missing',
    logs: [],
    previousKey: null,
  }),
  (view, random) => (view.verdict === 'valid' ? { ...view, link: random.pick(BLOCKED_CODES) } : view),
  (view, random) => ({ ...view, logs: view.logs.map((log) => ({ ...log, verdict: random.pick(BLOCKED_CODES) })) }),
];

test(`not being able to look at digests or files of ${RUNS} worlds turns nothing green`, { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.boolean(), (seed, healthy) => {
      const { sight } = healthy ? healthyScene(seed) : damagedScene(seed);
      const random = createRandom(`blocked/${seed}`);
      for (const one of lookAt(sight).judged) expect(risenUnread(one, sight.now, random)).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

/** Of one chain: what is green now and was not. */
function risenUnread({ chain, views, coverage: whole }: JudgedChain, now: number, random: Random): readonly unknown[] {
  const share = random.pick([0.1, 0.3]);
  const pairs = views.map((view) => ({
    view,
    seen: random.float() < share ? random.pick(UNREAD)(view, random) : view,
  }));
  const seen = pairs.flatMap((pair) => (pair.seen === null ? [] : [pair.seen]));
  const after = coverChain(chain, seen, { from: null, to: null, now, grace: GRACE });
  const gone = pairs.filter((pair) => pair.seen !== pair.view).map(({ view }) => view);
  return without(without(greenOf(after), greenOf(whole)), accusedBy(gone, views));
}
