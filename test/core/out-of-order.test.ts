/** Digests that come late and out of order, as AWS delivers them for up to thirty days, settle to what order would give. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverChain, type Cell, type Coverage, type DigestView } from '../../src/core/coverage.ts';
import { DAY, HOUR, MINUTE } from '../cloud/forge/times.ts';
import { judgeStage, newStage, START } from './forged-chain.ts';
import { GRACE } from './judge-buckets.ts';

const { chain, views } = judgeStage(newStage(6)).judged;
const running = { ...chain, source: { ...chain.source, status: null } };
const at = (hours: number): number => START + hours * HOUR;

/** What is said at a time of the digests with these numbers; the link of one whose forerunner has not come is open. */
function look(now: number, ...numbers: readonly number[]): Coverage {
  const there = numbers.flatMap((number): readonly DigestView[] => {
    const view = views[number];
    if (view === undefined) return [];
    const linked = number === 0 || numbers.includes(number - 1);
    return [linked ? view : { ...view, link: 'digest-missing', linkDetail: 'the digest before it is gone' }];
  });
  return coverChain(running, there, { from: null, to: null, now, grace: GRACE });
}

const codesOf = ({ findings }: Coverage): readonly string[] => findings.map(({ code }) => code);
const statesOf = ({ cells }: Coverage): readonly Cell['state'][] => cells.map(({ state }) => state);

describe('a digest that comes after its successor', () => {
  test('is waited for until its grace is over, and so is the link to it', () => {
    const soon = look(at(3) + GRACE - MINUTE, 0, 1, 3);
    expect(codesOf(soon)).toEqual([]);
    expect(statesOf(soon)).toEqual(['verified', 'verified', 'pending', 'pending', 'pending']);
    expect(soon.verifiedUntil).toBe(at(2));
    const later = look(at(3) + GRACE, 0, 1, 3);
    expect(codesOf(later)).toEqual(['digest-missing']);
    expect(statesOf(later)).toEqual(['verified', 'verified', 'failed', 'failed', 'pending']);
  });
  test('and is the first of its chain is waited for too', () => {
    const soon = look(at(1) + GRACE - MINUTE, 1);
    expect([codesOf(soon), soon.state]).toEqual([[], 'pending']);
    expect(codesOf(look(at(1) + GRACE, 1))).toEqual(['digest-missing']);
  });
  test('of two, one late and one due, only the one that is due is missing', () => {
    const between = look(at(3) + GRACE - MINUTE, 0, 3, 4);
    expect(codesOf(between)).toEqual(['digest-missing']);
    expect(statesOf(between)).toEqual(['verified', 'failed', 'pending', 'failed', 'verified']);
  });
});

test('whatever order they come in, and whatever was said meanwhile, the end is the same', () => {
  const inOrder = look(at(6) + 30 * DAY, 0, 1, 2, 3, 4, 5);
  const orders = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  fc.assert(
    fc.property(orders, (order) => {
      for (let come = 0; come < order.length; come += 1) {
        const seen = order.slice(0, come);
        const { cells } = look(at(6) + come * 5 * DAY, ...seen);
        const green = cells.filter(({ state }) => state === 'verified').length;
        expect(green).toBeLessThanOrEqual(seen.length);
      }
      expect(look(at(6) + 30 * DAY, ...order)).toEqual(inOrder);
    }),
    { numRuns: 30 },
  );
});
