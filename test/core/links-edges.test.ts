/** One digest among its neighbours, each rule by itself: its cell, what is said of it, and the edges of an overlap. */
import { describe, expect, test } from 'vitest';
import type { DigestView, LogView } from '../../src/core/coverage.ts';
import { ALONE, judgeView, startOf, type Surroundings } from '../../src/core/links.ts';
import { HOUR } from '../../src/core/time.ts';
import { at, codesOf, detailsOf, say, view } from './handmade-chain.ts';

const judge = (one: DigestView, around: Partial<Surroundings> = {}) => {
  const { state, findings } = judgeView(one, { ...ALONE, ...around }, say);
  return { state, codes: codesOf(findings), details: detailsOf(findings) };
};
/** State and codes in one line. */
const said = (one: DigestView, around: Partial<Surroundings> = {}): string => {
  const { state, codes } = judge(one, around);
  return [state, ...codes].join(', ');
};
const log = (parts: Partial<LogView> = {}): LogView => ({
  bucket: 'member',
  key: 'l1',
  verdict: 'valid',
  detail: '',
  ...parts,
});
/** The digest of hour 2 to 3, whose neighbours are changed. */
const ONE = view(3);

describe('where a cell begins', () => {
  test('is the proven start', () => {
    expect(startOf(view(3, { start: at(1.5) }), null)).toBe(at(1.5));
    expect(startOf(view(3, { start: at(1.5) }), view(2.5))).toBe(at(1.5));
  });
  test('is the usual hour where nothing is proven', () => {
    expect(startOf(view(3, { start: null }), null)).toBe(at(2));
    expect(startOf(view(3, { start: at(1), verdict: 'key-unknown' }), null)).toBe(at(2));
  });
  test('is the end of the one before when that lies within the hour', () => {
    const unproven = view(3, { start: at(1), verdict: 'key-unknown' });
    expect(startOf(unproven, view(2.5))).toBe(at(2.5));
    for (const hours of [1, 2, 3, 4]) expect(startOf(unproven, view(hours))).toBe(at(2));
  });
});

describe('a digest by itself', () => {
  test('is verified', () => expect(judge(ONE)).toEqual({ state: 'verified', codes: [], details: [] }));
  test('is told with its own reason, where and when', () => {
    expect(judge(view(3, { verdict: 'key-unknown', detail: 'why' }))).toEqual({
      state: 'failed',
      codes: ['key-unknown 2-3 logs/d3'],
      details: ['why'],
    });
    expect(said(view(3, { verdict: 'blocked-access' }))).toBe('blocked, blocked-access 2-3 logs/d3');
    expect(said(view(3, { verdict: 'key-unknown' }), { before: view(2.5) })).toContain('key-unknown 2.5-3');
  });
  test('is no better than its files, each told where it lies', () => {
    const logs = [log(), log({ key: 'l2', verdict: 'log-missing', detail: 'gone' })];
    expect(judge(view(3, { logs }))).toEqual({
      state: 'failed',
      codes: ['log-missing 2-3 member/l2'],
      details: ['gone'],
    });
    const blocked = log({ verdict: 'blocked-kms' });
    expect(said(view(3, { logs: [blocked] }))).toBe('blocked, blocked-kms 2-3 member/l1');
    expect(said(view(3, { logs: [blocked, ...logs] }))).toMatch(/^failed/);
  });
  test('may be held open by the gap before it, unless there is worse', () => {
    expect(said(ONE, { own: 'failed' })).toBe('failed');
    expect(said(ONE, { own: 'pending' })).toBe('pending');
    expect(said(view(3, { verdict: 'blocked-access' }), { own: 'pending' })).toMatch(/^blocked/);
    expect(said(view(3, { verdict: 'blocked-access' }), { own: 'failed' })).toMatch(/^failed/);
    expect(said(view(3, { link: 'digest-missing' }), { own: 'pending', before: view(1) })).toBe('pending');
  });
});

describe('what is told besides, while the hour stays proven', () => {
  test('is the source that lost what the archive holds', () => {
    const source = { code: 'log-missing', detail: 'it is not in the source' } as const;
    expect(judge(view(3, { logs: [log({ source })] }))).toEqual({
      state: 'verified',
      codes: ['log-missing 2-3 member/l1'],
      details: ['it is not in the source; the archive holds the proven bytes'],
    });
    expect(judge(view(3, { logs: [log({ source, verdict: 'log-malformed', detail: 'cut' })] })).details).toEqual([
      'cut',
    ]);
    for (const none of [null, undefined, { code: 'valid', detail: '' } as const])
      expect(said(view(3, { logs: [none === undefined ? log() : log({ source: none })] }))).toBe('verified');
  });
  test('is a header that carries what nobody signed', () => {
    const notes = ['log-listed-twice', 'gzip-header-data'] as const;
    expect(judge(view(3, { notes, logs: [log({ notes }), log({ notes: ['log-recompressed'] }), log()] }))).toEqual({
      state: 'verified',
      codes: ['gzip-header-data 2-3 logs/d3', 'gzip-header-data 2-3 member/l1'],
      details: Array.from(
        { length: 2 },
        () => 'its gzip header carries bytes that nobody signed; its content is proven',
      ),
    });
    expect(said(view(3, { notes, verdict: 'key-unknown' }))).toBe('failed, key-unknown 2-3 logs/d3');
  });
});

describe('the link', () => {
  const missing = view(3, { link: 'digest-missing', linkDetail: 'd2 is nowhere' });
  test('that is broken is told', () => {
    expect(judge(view(3, { link: 'link-hash-mismatch', linkDetail: 'other bytes' }))).toEqual({
      state: 'failed',
      codes: ['link-hash-mismatch 2-3 logs/d3'],
      details: ['other bytes'],
    });
    expect(said(view(3, { link: 'blocked-keys' }))).toBe('blocked, blocked-keys 2-3 logs/d3');
  });
  test('of a digest that is not proven says nothing', () => {
    expect(said(view(3, { verdict: 'key-unknown', link: 'link-hash-mismatch' }))).toBe(
      'failed, key-unknown 2-3 logs/d3',
    );
  });
  test('to nothing is told where no hole before it tells of it', () => {
    expect(judge(missing, { before: view(2) })).toEqual({
      state: 'failed',
      codes: ['digest-missing 2-3 logs/d3'],
      details: ['d2 is nowhere'],
    });
    expect(said(missing, { before: view(2.5) })).toBe('failed, digest-missing 2-3 logs/d3');
    expect(said(missing, { before: view(1.9) })).toBe('failed');
    expect(said(missing)).toBe('verified');
    expect(said({ ...missing, start: null }, { before: view(2.9) })).toBe('failed');
    expect(said({ ...missing, start: null }, { before: view(3) })).toBe('failed, digest-missing 2-3 logs/d3');
  });
  test('of the one that follows may disown it', () => {
    const broken = { previousKey: 'd3', link: 'link-hash-mismatch' } as const;
    expect(said(ONE, { provenAfter: view(4, broken) })).toBe('failed');
    expect(said(ONE, { provenAfter: view(4, { ...broken, previousKey: 'other' }) })).toBe('verified');
    expect(said(ONE, { provenAfter: view(4, { previousKey: 'd3' }) })).toBe('verified');
  });
});

describe('an overlap', () => {
  const early = view(4, { start: at(2.5) });
  test('is told by the later one, with what both name', () => {
    expect(judge(early, { provenBefore: ONE })).toEqual({
      state: 'failed',
      codes: ['time-gap 2.5-4 logs/d4'],
      details: [
        'it begins at 2026-05-01T02:30:00Z and overlaps s3://logs/d3, which ends at 2026-05-01T03:00:00Z; it names d3, the other d2',
      ],
    });
    const first = view(3, { link: 'chain-start', previousKey: null });
    const { details } = judge({ ...early, previousKey: null }, { provenBefore: first });
    expect(details[0]).toContain('; it names a digest before it, the other no predecessor');
  });
  test('of two that name the same one is a fork', () => {
    expect(judge({ ...early, previousKey: 'd2' }, { provenBefore: ONE })).toEqual({
      state: 'failed',
      codes: ['chain-fork 2.5-4 logs/d4'],
      details: [
        'it begins at 2026-05-01T02:30:00Z and overlaps s3://logs/d3, which ends at 2026-05-01T03:00:00Z, and both name d2 before them',
      ],
    });
    const none = { previousKey: null, link: 'chain-start' } as const;
    expect(said({ ...early, ...none }, { provenBefore: view(3, none) })).toBe('failed, time-gap 2.5-4 logs/d4');
  });
  test('is none where one ends as the other begins', () => {
    expect(said(view(4), { provenBefore: ONE })).toBe('verified');
    expect(said(view(4, { start: at(3) - 1000 }), { provenBefore: ONE })).toMatch(/^failed, time-gap/);
    const later = view(6, { start: at(4) });
    expect(said(view(4, { start: at(3.5) }), { provenBefore: later })).toBe('verified');
    expect(said(view(4, { start: at(3.5) }), { provenBefore: { ...later, start: at(4) - 1 } })).toMatch(/^failed/);
    expect(said(view(4, { start: at(3.5) }), { provenBefore: { ...later, start: null } })).toMatch(/^failed/);
  });
  test('needs two proven digests with their starts', () => {
    expect(said({ ...early, start: null }, { provenBefore: ONE })).toBe('verified');
    expect(said(early, { provenBefore: view(3, { verdict: 'key-unknown' }) })).toBe('verified');
    expect(said({ ...early, verdict: 'key-unknown' }, { provenBefore: ONE })).toBe('failed, key-unknown 3-4 logs/d4');
  });
  test('of a start that nobody asked about is told, of a restart the gap tells', () => {
    const begins = { ...early, link: 'chain-start', previousKey: null } as const;
    expect(said(begins, { provenBefore: ONE })).toBe('failed, time-gap 2.5-4 logs/d4');
    for (const restart of ['proven', 'unproven'] as const)
      expect(said(begins, { provenBefore: ONE, restart })).toBe('verified');
  });
  test('takes the green from the earlier one too, unless a proven restart follows', () => {
    expect(said(ONE, { provenAfter: early })).toBe('failed');
    expect(said(ONE, { provenAfter: early, restartAfter: 'unproven' })).toBe('failed');
    expect(said(ONE, { provenAfter: early, restartAfter: 'proven' })).toBe('verified');
    expect(said(ONE, { provenAfter: { ...early, start: ONE.end + HOUR } })).toBe('verified');
  });
});
