/** Days by hand: the edges of cells, findings and ends at midnight, and what is said where there is nothing. */
import { describe, expect, test } from 'vitest';
import type { Cell, Finding } from '../../src/core/coverage.ts';
import { chainGrid, dayGrid, type AccountDays, type ChainDays, type DayWindow } from '../../src/core/days.ts';
import { formatIso } from '../../src/core/time.ts';
import type { CellState, FindingCode } from '../../src/core/verdict.ts';
import { at, say } from './handmade-chain.ts';

/** Three days of 24 hours. */
const WINDOW: DayWindow = { from: at(0), to: at(72), due: at(72) };
const cell = (from: number, to: number, state: CellState = 'verified'): Cell => ({ from: at(from), to: at(to), state });
const finding = (code: FindingCode, from: number | null, to: number | null): Finding => ({
  ...say(code, '', {}),
  from: from === null ? null : formatIso(at(from)),
  to: to === null ? null : formatIso(at(to)),
});
const chain = (
  cells: readonly Cell[],
  {
    findings = [],
    begins = null,
    ends = null,
  }: { findings?: readonly Finding[]; begins?: number | null; ends?: number | null } = {},
): ChainDays => ({
  coverage: { cells, findings },
  begins: begins === null ? null : at(begins),
  ends: ends === null ? null : at(ends),
});
const grid = (one: ChainDays, window: DayWindow = WINDOW): readonly string[] =>
  chainGrid(window, one).map(({ state, reason }) => `${state}: ${reason}`);
const account = (chains: readonly ChainDays[], parts: Partial<AccountDays> = {}): readonly string[] =>
  dayGrid(WINDOW, [{ account: '111122223333', chains, problem: null, complete: true, ...parts }]).map(
    ({ state, reason }) => `${state}: ${reason}`,
  );
const NONE = 'unknown: no digest is known';
const NOTHING = 'unknown: nothing was due';

describe('the days of a window', () => {
  const days = (from: number, to: number): readonly string[] =>
    chainGrid({ from: at(from), to: at(to), due: at(0) }, chain([])).map(({ day }) => day);
  test('are those that it touches', () => {
    expect(days(0, 72)).toEqual(['2026-05-01', '2026-05-02', '2026-05-03']);
    expect(days(23, 25)).toEqual(['2026-05-01', '2026-05-02']);
    expect(days(0, 24)).toEqual(['2026-05-01']);
    expect(days(5, 5)).toEqual(['2026-05-01']);
    expect(days(0, 0)).toEqual(['2026-05-01']);
  });
  test('are four thousand at most, the newest', () => {
    const many = days(-24 * 5000, 24);
    expect([many.length, many.at(-1)]).toEqual([4000, '2026-05-01']);
  });
});

describe('cells', () => {
  test('count for each day that they touch, none for what it ends at', () => {
    expect(grid(chain([cell(0, 24)]))).toEqual(['verified: null', NONE, NONE]);
    expect(grid(chain([cell(23, 25, 'failed')]))).toEqual(['failed: null', 'failed: null', NONE]);
    expect(grid(chain([cell(24, 24, 'failed')]))).toEqual([NONE, 'failed: null', NONE]);
  });
  test('outside the window count for nothing', () => {
    expect(grid(chain([cell(-30, -1), cell(72, 99)]))).toEqual([NONE, NONE, NONE]);
    expect(grid(chain([cell(-30, 99)]))).toEqual(['verified: null', 'verified: null', 'verified: null']);
  });
  test('come to the worst; what is only not due yet counts where there is nothing else', () => {
    expect(grid(chain([cell(0, 1), cell(1, 2, 'pending')]))[0]).toBe('verified: null');
    expect(grid(chain([cell(0, 1, 'pending'), cell(1, 2)]))[0]).toBe('verified: null');
    expect(grid(chain([cell(0, 1, 'pending')]))[0]).toBe('pending: null');
    expect(grid(chain([cell(0, 1), cell(1, 2, 'late'), cell(2, 3)]))[0]).toBe('late: waits to be judged');
  });
});

describe('the reason', () => {
  const failed = (...findings: readonly Finding[]): readonly string[] =>
    grid(chain([cell(0, 72, 'failed')], { findings })).map((one) => one.replace('failed: ', ''));
  test('is the first finding that touches the day', () => {
    expect(failed(finding('digest-missing', 1, 2), finding('log-missing', 1, 2))).toEqual([
      'digest-missing',
      'null',
      'null',
    ]);
    expect(failed(finding('digest-missing', 23, 25))).toEqual(['digest-missing', 'digest-missing', 'null']);
    expect(failed(finding('digest-missing', 23, 24))).toEqual(['digest-missing', 'null', 'null']);
    expect(failed(finding('digest-missing', 24, 25))).toEqual(['null', 'digest-missing', 'null']);
    expect(failed(finding('digest-missing', 24, 24))).toEqual(['null', 'digest-missing', 'null']);
  });
  test('of a finding without beginning or end is that of every day before or after', () => {
    expect(failed(finding('digest-missing', null, 25))).toEqual(['digest-missing', 'digest-missing', 'null']);
    expect(failed(finding('chain-truncated', 24, null))).toEqual(['null', 'chain-truncated', 'chain-truncated']);
    expect(failed(finding('chain-empty', null, null))).toEqual(['chain-empty', 'chain-empty', 'chain-empty']);
  });
  test('of a late cell is told before that it waits', () => {
    const late = chain([cell(0, 24, 'late')], { findings: [finding('chain-truncated', 5, 6)] });
    expect(grid(late)[0]).toBe('late: chain-truncated');
  });
});

describe('a day without a cell', () => {
  test('lies before or after the chain', () => {
    expect(grid(chain([], { begins: 48 }))).toEqual([NOTHING, NOTHING, NONE]);
    expect(grid(chain([], { begins: 47 }))).toEqual([NOTHING, NONE, NONE]);
    expect(grid(chain([], { ends: 24 }))).toEqual([NONE, NOTHING, NOTHING]);
    expect(grid(chain([], { ends: 25 }))).toEqual([NONE, NONE, NOTHING]);
  });
  test('after logging or validation was switched off cannot be proven', () => {
    for (const code of ['logging-stopped', 'validation-off'] as const)
      expect(grid(chain([], { findings: [finding(code, 24, null)] }))).toEqual([
        NONE,
        `unverifiable: ${code}`,
        `unverifiable: ${code}`,
      ]);
    for (const other of [
      finding('logging-stopped', 24, 25),
      finding('chain-truncated', 24, null),
      finding('validation-off', null, null),
    ])
      expect(grid(chain([], { findings: [other] })).join()).not.toContain('unverifiable');
  });
  test('is not due yet, or nobody knows', () => {
    const pending = 'pending: nothing is due yet';
    expect(grid(chain([]), { ...WINDOW, due: at(24) })).toEqual([NONE, pending, pending]);
    expect(grid(chain([]), { ...WINDOW, due: at(25) })).toEqual([NONE, NONE, pending]);
    expect(grid(chain([], { findings: [finding('chain-empty', 0, 5)] }))[0]).toBe('unknown: chain-empty');
  });
});

describe('an account', () => {
  const green = chain([cell(0, 72)]);
  test('is as bad as its worst chain, whichever is named first', () => {
    const bad = chain([cell(0, 72, 'late')]);
    for (const chains of [
      [green, bad],
      [bad, green],
    ])
      expect(account(chains)[0]).toBe('late: waits to be judged');
  });
  test('of two chains of one state has the reason of the one that tells it', () => {
    const told = chain([cell(0, 72, 'failed')], { findings: [finding('digest-missing', 0, 72)] });
    const other = chain([cell(0, 72, 'failed')], { findings: [finding('log-missing', 0, 72)] });
    const mute = chain([cell(0, 72, 'failed')]);
    expect([account([told, mute])[0], account([mute, told])[0]]).toEqual([
      'failed: digest-missing',
      'failed: digest-missing',
    ]);
    expect(account([told, other])[0]).toBe('failed: digest-missing');
  });
  test('has nothing to tell where nothing was due of any chain, or none is known', () => {
    expect(account([chain([], { begins: 48 }), green])[0]).toBe('verified: null');
    expect(account([chain([], { begins: 48 })])[0]).toBe(NOTHING);
    expect(account([])[0]).toBe('unknown: no chain is known');
  });
  test('in trouble is proven only where every chain is, and all chains are known', () => {
    const half = chain([cell(0, 72, 'gap-explained')]);
    expect(account([green], { problem: 'blocked-access' })[0]).toBe('verified: null');
    expect(account([green, half], { problem: 'blocked-access' })[0]).toBe('blocked: blocked-access');
    expect(account([half, green], { problem: 'blocked-access' })[0]).toBe('blocked: blocked-access');
    expect(account([green], { problem: 'blocked-access', complete: false })[0]).toBe('blocked: blocked-access');
    expect(account([green], { complete: false })[0]).toBe('verified: null');
    expect(account([], { problem: 'blocked-access' })[0]).toBe('blocked: blocked-access');
    expect(account([chain([cell(0, 72, 'failed')])], { problem: 'blocked-access' })[0]).toBe('failed: null');
  });
});
