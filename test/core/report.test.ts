/** The answer of `verify`: what counts as a proof, in which order it is told, and its exit status. */
import { describe, expect, test } from 'vitest';
import type { Cell, Coverage } from '../../src/core/coverage.ts';
import { speaker, type Finding } from '../../src/core/finding.ts';
import { exitOf, verifyReport, VERIFY_SCHEMA, type ChainResult, type Verdict } from '../../src/core/report.ts';
import type { CellState } from '../../src/core/verdict.ts';
import { CHAIN } from './handmade-digest.ts';

const DAY = Date.UTC(2026, 4, 1);
const HOUR = 3_600_000;
const ALWAYS = { from: null, to: null };
const say = speaker(CHAIN);
const cell = (from: number, to: number, state: CellState): Cell => ({
  from: DAY + from * HOUR,
  to: DAY + to * HOUR,
  state,
});

function result(change: {
  readonly state?: CellState;
  readonly cells?: readonly Cell[];
  readonly findings?: readonly Finding[];
  readonly rest?: Partial<ChainResult>;
}): ChainResult {
  const { state = 'verified', cells = [cell(0, 1, 'verified')], findings = [], rest = {} } = change;
  const coverage = { cells, findings, state } as unknown as Coverage;
  return { chain: CHAIN, kind: 'standard', coverage, digests: ['valid'], logs: [], ...rest };
}
const verdictOf = (...results: readonly ChainResult[]): Verdict => verifyReport(ALWAYS, results, []).verdict;

describe('the verdict', () => {
  test('is verified with one valid digest and nothing against it', () =>
    expect(verdictOf(result({}))).toBe('verified'));
  test('is nothing, never success, where nothing was proven', () => {
    expect(verdictOf()).toBe('nothing');
    expect(verdictOf(result({ rest: { digests: [] } }))).toBe('nothing');
    expect(verdictOf(result({ rest: { digests: ['digest-missing'] } }))).toBe('nothing');
    expect(verdictOf(result({ rest: { digests: [] } }), result({}))).toBe('verified');
  });
  test('is failed with one finding that is evidence, whatever else is blocked', () => {
    const blocked = say('blocked-kms', '', {});
    expect(verdictOf(result({ findings: [blocked, say('log-missing', '', {})] }))).toBe('failed');
    expect(verdictOf(result({ findings: [blocked] }))).toBe('blocked');
  });
  test('is blocked while a chain is not judged up to its end, though no finding says so', () => {
    for (const state of ['late', 'blocked', 'failed'] as const) expect(verdictOf(result({ state }))).toBe('blocked');
    for (const state of ['pending', 'gap-explained', 'unverifiable'] as const)
      expect(verdictOf(result({ state }))).toBe('verified');
  });
  test('is the exit status', () => {
    expect((['verified', 'failed', 'nothing', 'blocked'] as const).map(exitOf)).toEqual([0, 3, 4, 5]);
  });
});

describe('what could not be looked at', () => {
  test('is a blocked finding of its account, whatever its code', () => {
    const problem = { code: 'aws-denied', detail: 'd', hint: 'h' };
    const { findings, verdict } = verifyReport(
      ALWAYS,
      [result({})],
      [
        { account: '1', problem },
        { account: '2', problem: { ...problem, code: 'blocked-throttled' } },
      ],
    );
    const place = { region: '', trail: '', bucket: '', key: null, from: null, to: null, detail: 'd', hint: 'h' };
    expect(verdict).toBe('blocked');
    expect(findings).toEqual([
      { code: 'blocked-access', account: '1', ...place },
      { code: 'blocked-throttled', account: '2', ...place },
    ]);
  });
});

describe('the report', () => {
  test('says what was asked, and of each chain what was judged, without what is not due', () => {
    const cells = [cell(3, 4, 'pending'), cell(1, 2, 'verified'), cell(2, 3, 'late'), cell(0, 1, 'verified')];
    const rest = {
      digests: ['valid', 'digest-missing', 'valid'],
      logs: ['valid', 'log-missing'],
      kind: 'backfill' as const,
    };
    const report = verifyReport({ from: DAY, to: DAY + HOUR }, [result({ cells, state: 'late', rest })], []);
    expect(report).toEqual({
      schema: VERIFY_SCHEMA,
      from: '2026-05-01T00:00:00Z',
      to: '2026-05-01T01:00:00Z',
      verdict: 'blocked',
      counts: { digests: { 'digest-missing': 1, valid: 2 }, logs: { 'log-missing': 1, valid: 1 } },
      chains: [
        {
          account: CHAIN.account,
          region: CHAIN.region,
          trail: 'main',
          kind: 'backfill',
          from: '2026-05-01T00:00:00Z',
          to: '2026-05-01T03:00:00Z',
          state: 'late',
          digests: { 'digest-missing': 1, valid: 2 },
          logs: { 'log-missing': 1, valid: 1 },
        },
      ],
      findings: [],
    });
    expect(VERIFY_SCHEMA).toBe('orgtrail.verify/1');
  });
  test('of a chain with nothing that is due, and of no window, names no time', () => {
    const report = verifyReport(ALWAYS, [result({ cells: [cell(0, 1, 'pending')] })], []);
    expect([report.from, report.to, report.chains[0]?.from, report.chains[0]?.to]).toEqual([null, null, null, null]);
  });
  test('covers from the earliest to the latest of its cells, wherever they stand', () => {
    const cells = [cell(1, 2, 'verified'), cell(0, 5, 'verified'), cell(3, 4, 'verified')];
    const [chain] = verifyReport(ALWAYS, [result({ cells })], []).chains;
    expect([chain?.from, chain?.to]).toEqual(['2026-05-01T00:00:00Z', '2026-05-01T05:00:00Z']);
  });
  test('tells codes in the order of the alphabet and chains in that of their places, wherever they were found', () => {
    const of = (account: string, region: string, kind: ChainResult['kind'] = 'standard'): ChainResult =>
      result({
        rest: { chain: { ...CHAIN, account, region }, kind, digests: ['digest-moved', 'valid', 'digest-missing'] },
      });
    const wanted = [of('1', 'a'), of('1', 'a', 'backfill'), of('1', 'b'), of('2', 'a')];
    for (const results of [wanted, wanted.toReversed()]) {
      const { chains, counts } = verifyReport(ALWAYS, results, []);
      expect(chains.map(({ account, region, kind }) => [account, region, kind])).toEqual(
        wanted.map(({ chain, kind }) => [chain.account, chain.region, kind]),
      );
      expect(Object.keys(counts.digests)).toEqual(['digest-missing', 'digest-moved', 'valid']);
    }
  });
  test('holds the findings of every chain', () => {
    const one = say('log-missing', 'one', {});
    const two = say('log-foreign', 'two', {});
    expect(verifyReport(ALWAYS, [result({ findings: [one] }), result({ findings: [two] })], []).findings).toEqual([
      one,
      two,
    ]);
  });
});
