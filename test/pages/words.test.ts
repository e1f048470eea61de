/** What the pages of jobs, policies and the system say in words, and how a diff is read: nothing is claimed that is not known. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diffCounts, folded, headOf, readDiff } from '../../src/web/ui/parts/diff-lines.ts';
import { memoryText, sizeText } from '../../src/web/ui/parts/size.ts';
import { byUrgency, entryText, isQuiet, outcomeText, policySentence } from '../../src/web/ui/policy/words.ts';
import { redisWarning, systemSentence, versionsText } from '../../src/web/ui/system/words.ts';
import { leftText, percentOf, rateText, retriedText, splitReason, workSentence } from '../../src/web/ui/work/words.ts';
import { jobs, jobsIdle } from './fixtures/jobs.ts';
import { policy, policyNotConfigured, policyQuiet, policyUnplanned } from './fixtures/policy.ts';
import { system, systemTroubled } from './fixtures/system.ts';

const NOW = Date.parse('2026-11-18T14:20:00Z');
const BACKFILL = { account: '222222222222', name: 'payments', done: 5, waiting: 5, ratePerMinute: 1, eta: null };
const PROBLEM = { code: 'redis', detail: 'away', hint: '' };

describe('the page of jobs', () => {
  test('does not call queues empty that could not be read', () => {
    expect(workSentence({ ...jobsIdle, queues: [], problems: [PROBLEM] })).toBe(
      'The queues cannot be read: what runs is not known.',
    );
    expect(workSentence(jobsIdle)).toBe('Nothing runs and nothing waits; no job has failed for good.');
  });

  test('does not say that nothing waits while digests wait for the next look to make their jobs', () => {
    const behind = { ...jobsIdle, backfills: [{ ...BACKFILL, waiting: 3 }] };
    expect(workSentence(behind)).toBe('No job runs; 3 digests wait to be judged; no job has failed for good.');
    const last = { ...jobsIdle, backfills: [{ ...BACKFILL, waiting: 1 }] };
    expect(workSentence(last)).toContain('1 digest waits to be judged');
  });

  test('counts failed jobs inside and outside of accounts apart', () => {
    expect(workSentence(jobs)).toContain('12 jobs have failed for good in 1 account and 2 of no single account.');
    const outside = jobs.failed.filter(({ account }) => account === '');
    expect(workSentence({ ...jobs, failed: outside })).toContain('2 jobs have failed for good.');
    const [one] = jobs.failed.map((failed) => ({ ...failed, jobs: 1 }));
    expect(workSentence({ ...jobs, failed: one === undefined ? [] : [one] })).toContain(
      '1 job has failed for good in 1 account.',
    );
  });

  test('names a rate only where digests were judged, and a time only where somebody can say', () => {
    expect(rateText({ ...BACKFILL, ratePerMinute: null })).toBe('no digest was judged in the last ten minutes');
    expect(rateText({ ...BACKFILL, ratePerMinute: 0 })).toBe('no digest was judged in the last ten minutes');
    expect(rateText({ ...BACKFILL, ratePerMinute: null, waiting: 0 })).toBe('nothing waits');
    expect(rateText({ ...BACKFILL, ratePerMinute: 0.4 })).toBe('0.4 digests a minute');
    expect(leftText(BACKFILL, NOW)).toBeNull();
    expect(leftText({ ...BACKFILL, eta: '2026-11-18T16:30:00Z' }, NOW)).toBe('in about 2 h 10 min');
    expect(leftText({ ...BACKFILL, eta: '2026-11-18T14:19:00Z' }, NOW)).toBe('any moment');
  });

  test('never says 100 % while something waits', () => {
    expect(percentOf({ ...BACKFILL, done: 9999, waiting: 1 })).toBe(99);
    expect(percentOf({ ...BACKFILL, done: 10, waiting: 0 })).toBe(100);
    expect(percentOf({ ...BACKFILL, done: 0, waiting: 0 })).toBeNull();
  });

  test('finds the code that a reason begins with, and none where there is none', () => {
    expect(splitReason('blocked-access: s3:GetObject is denied')).toEqual({
      code: 'blocked-access',
      rest: 's3:GetObject is denied',
    });
    expect(splitReason('it did not say why').code).toBeNull();
    expect(splitReason('<b>x-y</b>: z').code).toBeNull();
    expect(retriedText({ retried: 1000, left: 12 })).toBe('1,000 retried, 12 left');
  });
});

describe('the page of policies', () => {
  test('says "all" only of documents that were read', () => {
    expect(policySentence(policyQuiet)).toBe('All 6 documents are as wanted.');
    const [first, ...rest] = policyQuiet.documents;
    const unread = first === undefined ? [] : [{ ...first, state: 'unknown' as const }];
    expect(policySentence({ ...policyQuiet, documents: [...unread, ...rest] })).toBe(
      '1 of 6 documents could not be read.',
    );
    expect(policySentence({ ...policyQuiet, documents: [] })).toBe('The plan names no document: nothing was compared.');
    expect(policySentence(policyUnplanned)).toContain('No plan has been made yet');
    expect(policySentence(policyNotConfigured)).toContain('nothing is compared');
  });

  test('puts the worst first, and hides nothing that asks for a person', () => {
    expect(byUrgency(policy.documents).map(({ state }) => state)).toEqual([
      'refused',
      'differs',
      'unknown',
      'as-wanted',
      'as-wanted',
      'as-wanted',
    ]);
    const quiet = policyQuiet.documents.find(({ budget }) => budget === null);
    if (quiet === undefined) throw new Error('the fixture has a document without a meter');
    expect(isQuiet(quiet)).toBe(true);
    expect(isQuiet({ ...quiet, warnings: [PROBLEM] })).toBe(false);
    expect(isQuiet({ ...quiet, budget: { bytes: 80, most: 100, form: 'x', givesUp: [] } })).toBe(false);
    expect(isQuiet({ ...quiet, budget: { bytes: 79, most: 100, form: 'x', givesUp: [] } })).toBe(true);
    expect(isQuiet({ ...quiet, state: 'unknown' })).toBe(false);
  });

  test('does not take a missing end for a good one', () => {
    expect(outcomeText(null)).toBe('only its beginning is on record');
    expect(outcomeText('unknown')).toContain('not known');
    expect(outcomeText('something new')).toBe('something new');
  });
});

describe('the history of changes', () => {
  test('makes sentences of reasons that end in a stop and of those that do not, none of them with both', () => {
    const text = entryText(['There is no policy.', 'rule a is added: gone after 30 days'], 'written');
    expect(text).toBe('There is no policy. Rule a is added: gone after 30 days. Written and read back.');
  });
});

describe('the page of the system', () => {
  test('claims no processes that could not be read', () => {
    expect(systemSentence(systemTroubled)).toBe('Not ready; which processes run could not be read.');
    expect(systemSentence({ ...system, processes: [] })).toBe('Ready; no process has been heard of.');
  });

  test('speaks of versions only where they differ', () => {
    expect(versionsText(system.processes.filter(({ version }) => version === '0.5.0'))).toBeNull();
    expect(versionsText(system.processes)).toContain('0.5.0 in 3 processes, 0.4.1 in 1 process');
  });

  test('warns of a Redis that drops jobs or has no limit', () => {
    if (system.redis === null) throw new Error('the fixture has a Redis');
    expect(redisWarning(system.redis)).toBeNull();
    expect(redisWarning({ ...system.redis, policy: 'volatile-lru' })).toContain('drops jobs');
    expect(redisWarning({ ...system.redis, maxMemory: null })).toContain('No memory limit');
  });

  test('measures memory in powers of 1,024 and storage in thousands', () => {
    expect([0, 999, 1000, 912_400_000_000, 1e18].map(sizeText)).toEqual([
      '0 bytes',
      '999 bytes',
      '1 kB',
      '912 GB',
      '1,000 PB',
    ]);
    expect([1023, 1024, 1536 * 1024].map(memoryText)).toEqual(['1,023 bytes', '1 KiB', '1.5 MiB']);
  });
});

describe('a diff', () => {
  const UNIFIED =
    '--- a\n+++ b\n@@ -3,3 +3,4 @@\n same\n--- not a heading\n+++ nor this\n+more\n same\n\\ No newline at end of file\n';

  test('numbers its lines on both sides, and takes no line inside of a hunk for a heading', () => {
    const [hunk] = readDiff(UNIFIED);
    expect(hunk?.skipped).toBe(2);
    expect(hunk?.lines).toEqual([
      { kind: 'same', text: 'same', old: 3, wanted: 3 },
      { kind: 'removed', text: '-- not a heading', old: 4, wanted: null },
      { kind: 'added', text: '++ nor this', old: null, wanted: 4 },
      { kind: 'added', text: 'more', old: null, wanted: 5 },
      { kind: 'same', text: 'same', old: 5, wanted: 6 },
    ]);
    expect(diffCounts(readDiff(UNIFIED))).toEqual({ added: 2, removed: 1 });
  });

  test('without hunk headings is one hunk; nothing is none', () => {
    const [hunk, ...more] = readDiff('--- a as it is\n+++ a planned\n-old\n+new\n');
    expect(hunk?.lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual(['removed old', 'added new']);
    expect(more).toEqual([]);
    expect(readDiff('')).toEqual([]);
    expect(readDiff('--- a\n+++ b\n')).toEqual([]);
  });

  test('counts the lines between hunks that it does not hold', () => {
    const hunks = readDiff('--- a\n+++ b\n@@ -1,2 +1,2 @@\n-a\n+b\n same\n@@ -10,1 +10,1 @@\n-c\n+d\n');
    expect(hunks.map(({ skipped }) => skipped)).toEqual([0, 7]);
  });

  test('folds equal lines that are far from a change, and no changed one', () => {
    const lines =
      readDiff(`--- a\n+++ b\n@@ -1,20 +1,20 @@\n${' s\n'.repeat(10)}-a\n+b\n${' s\n'.repeat(10)}`)[0]?.lines ?? [];
    const stretches = folded(lines);
    expect(stretches.map(({ kind, lines: own }) => `${kind} ${own.length}`)).toEqual([
      'folded 7',
      'lines 8',
      'folded 7',
    ]);
    expect(stretches.flatMap(({ lines: own }) => own)).toEqual(lines);
  });

  test('of any length is cut to what one reads', () => {
    const hunks = readDiff(`--- a\n+++ b\n@@ -1,900 +1,0 @@\n${'-x\n'.repeat(900)}`);
    expect(headOf(hunks, 400)[0]?.lines.length).toBe(400);
    expect(headOf(hunks, 0)).toEqual([]);
  });
});

describe('what the pages tell to run', () => {
  const ROOT = join(import.meta.dirname, '../..');
  const sources = (folder: string, end: RegExp): readonly string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => end.test(name))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));

  test('is a command that there is (`orgtrail discover` was told, and there is none)', () => {
    const declared = new Set(
      sources('src', /^(main|cli\/.*)\.ts$/).flatMap((text) =>
        [...text.matchAll(/\.command\('([a-z-]+)'\)/g)].map(([, name]) => name),
      ),
    );
    const told = sources('src/web/ui', /\.tsx?$/).flatMap((text) =>
      [...text.matchAll(/[`"]orgtrail ([a-z]+)/g)].map(([, name]) => name),
    );
    expect(told.length).toBeGreaterThan(3);
    expect(told.filter((name) => !declared.has(name))).toEqual([]);
  });
});
