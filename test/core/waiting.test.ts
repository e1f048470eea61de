/** Hours whose digest lies in the source unjudged: late instead of missing, and never green. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverChain } from '../../src/core/coverage.ts';
import { withWaiting } from '../../src/core/waiting.ts';
import { HOUR } from '../cloud/forge/times.ts';
import { HOURS, judgeStage, newStage, START } from './forged-chain.ts';
import { GRACE } from './judge-buckets.ts';

const whole = judgeStage(newStage(), 2 * HOUR).judged;
const { chain, views } = whole;
const NOW = START + (HOURS + 2) * HOUR;
const expected = { from: null, to: null, now: NOW, grace: GRACE };
const due = NOW - GRACE - HOUR;
const endOf = (hour: number): number => START + (hour + 1) * HOUR;
const without = (hidden: readonly number[]) => views.filter(({ end }) => !hidden.some((hour) => endOf(hour) === end));

const inner = fc.subarray(
  Array.from({ length: HOURS - 2 }, (_, index) => index + 1),
  { minLength: 1 },
);

describe('digests that wait between judged ones', () => {
  test('are late and no finding, hour by hour; those that are missing stay missing, and nothing turns green', () => {
    fc.assert(
      fc.property(inner, fc.infiniteStream(fc.boolean()), (hidden, coins) => {
        const waits = hidden.filter(() => coins.next().value === true);
        const left = without(hidden);
        const before = coverChain(chain, left, expected);
        const after = withWaiting(before, { ends: waits.map(endOf), due }, left);
        const green = (cells: typeof before.cells) =>
          cells.filter(({ state }) => state === 'verified').map(({ to }) => to);
        expect(green(after.cells)).toEqual(green(before.cells));
        expect(after.findings.map(({ to }) => Date.parse(to ?? ''))).toEqual(
          hidden.filter((hour) => !waits.includes(hour)).map(endOf),
        );
        const late = after.cells
          .filter(({ state }) => state === 'late')
          .flatMap(({ from, to }) =>
            Array.from({ length: (to - from) / HOUR }, (_, index) => from + (index + 1) * HOUR),
          );
        for (const hour of waits) expect(late).toContain(endOf(hour));
        for (const [index, cell] of after.cells.entries())
          expect(cell.from).toBe(after.cells[index - 1]?.to ?? cell.from);
        expect(after.state === 'verified').toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  test('are pending while nothing is due', () => {
    const left = without([5]);
    const after = withWaiting(coverChain(chain, left, expected), { ends: [endOf(5)], due: endOf(5) - 1 }, left);
    expect(after.cells.find(({ to }) => to === endOf(5))?.state).toBe('pending');
    expect(after.findings).toEqual([]);
  });

  test('leave a digest that is bad itself what it is', () => {
    const bad = views.map((view) => (view.end === endOf(5) ? { ...view, verdict: 'digest-malformed' as const } : view));
    const before = coverChain(chain, bad, expected);
    const after = withWaiting(before, { ends: [endOf(5) + 1000], due }, bad);
    expect(after.findings).toEqual(before.findings);
    expect(after.state).toBe('failed');
  });

  test('change nothing where there are none', () => {
    const before = coverChain(chain, views, expected);
    expect(withWaiting(before, { ends: [], due }, views)).toBe(before);
  });
});
