/** A few cases of each target of `npm run fuzz`, and that it finds, names and replays what is wrong. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editBytes, editText, type ByteEdit } from './edits.ts';
import { BATCH, runTarget } from './run.ts';
import { claim, target } from './target.ts';
import { TARGETS } from './targets.ts';

describe('no input makes it throw, dwell, or say what is not so', () => {
  test.each(TARGETS.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const outcome = await runTarget(one, { cases: 2000, seed: 20_260_501, step: 1, path: null });
    expect(outcome.failure).toBeNull();
    expect(outcome.cases).toBe(2000);
  });
});

describe('a reader with a fault', () => {
  const faulty = target('faulty', fc.uint8Array({ maxLength: 30 }), (bytes) =>
    claim(!bytes.includes(0xff), 'it cannot read 255'),
  );
  const plan = { cases: 50_000, seed: 5, step: 2, path: null };

  test('is found, with the smallest input that shows it', async () => {
    const { failure, cases } = await runTarget(faulty, plan);
    expect(cases).toBeLessThan(plan.cases);
    expect(failure).toMatchObject({ reason: 'it cannot read 255', input: '[{"base64":"/w=="}]'.slice(1, -1) });
  });
  test('is found again from the seed and path that it printed, in one case', async () => {
    const { failure } = await runTarget(faulty, plan);
    const again = await runTarget(faulty, { cases: 1, seed: failure?.seed ?? 0, step: 1, path: failure?.path ?? null });
    expect(again.failure).toEqual(failure);
  });
  test('that comes late has the seed of its own batch', async () => {
    let seen = 0;
    const late = target('late', fc.nat(), () => claim((seen += 1) <= BATCH + 7, 'late'));
    const { failure } = await runTarget(late, plan);
    expect(failure).toMatchObject({ seed: plan.seed + plan.step, reason: 'late' });
    expect(failure?.path.split(':')[0]).toBe('7');
  });
  test('that dwells longer than a second each time is found, once only is not', async () => {
    const dwelling = async (times: number): ReturnType<typeof runTarget> => {
      let [left, now] = [times, 0];
      const slow = target('slow', fc.constant('x'), () => {
        if (left > 0) now += 1001;
        left -= 1;
      });
      return await runTarget(slow, { ...plan, cases: 3 }, { clock: () => now });
    };
    expect((await dwelling(2)).failure).toBeNull();
    expect((await dwelling(3)).failure?.reason).toBe('it took 1001 ms');
  });
  test('is not found where there is none, and its time is this thread’s own', async () => {
    const busy = target('busy', fc.constant('x'), () => {
      for (let round = 0; round < 1e7; round += 1) Math.sqrt(round);
    });
    const outcome = await runTarget(busy, { ...plan, cases: 2 });
    expect(outcome).toMatchObject({ cases: 2, failure: null });
    expect(outcome.slowest).toBeGreaterThan(0);
  });
});

test('edits do what they say', () => {
  expect(editText('abc', [[1, 1, 'X']])).toBe('aXc');
  expect(editText('abc', [[7, 0, '/']])).toBe('abc/');
  const bytes = Buffer.from('abcd');
  const edited = (...edits: readonly ByteEdit[]): string => Buffer.from(editBytes(bytes, edits)).toString('latin1');
  expect(edited(['set', 1, 0x58])).toBe('aXcd');
  expect(edited(['flip', -1, 1])).toBe('abcf');
  expect(edited(['drop', 4, 0])).toBe('bcd');
  expect(edited(['insert', 2, 0x2d])).toBe('ab-cd');
  expect(edited(['cut', 3, 0])).toBe('abc');
  expect(edited(['repeat', 1, 2], ['cut', -1, 0])).toBe('abcbc');
  expect(bytes.toString()).toBe('abcd');
});
