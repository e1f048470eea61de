/** What people ask for on the pages, on real Redis: recorded first, then done, or not done. */
import { describe, expect, test } from 'vitest';
import { parseCoverJob, parseReconcileJob, type QueueName } from '../../src/adapters/queue-jobs.ts';
import type { Accepted, BoardFinding } from '../../src/core/board/finding.ts';
import { findingId } from '../../src/core/board/ids.ts';
import { parseQuarantineKey } from '../../src/core/layout.ts';
import { acceptedKey } from '../../src/core/layout-acts.ts';
import type { ActsBoard } from '../../src/daemon/acts.ts';
import { OperatingError } from '../../src/errors.ts';
import type { ArchiveStore } from '../../src/ports.ts';
import { keepApart, release } from '../../src/stages/quarantine.ts';
import { queueGround } from '../adapters/queue-ground.ts';
import { ACCOUNT, actsOver, ALICE, AT, audited, denied } from './acts-ground.ts';

const PLAN = '0123456789abcdef';
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };
const KEY = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/03/01/${ACCOUNT}_CloudTrail_us-east-1_20260301T0005Z_AbCdEfGhIjKlMnOp.json.gz`;

const ground = queueGround({ attempts: 2 });

const stage = (over: Partial<ActsBoard> = {}) => actsOver(ground.queues, over);
/** Those that nobody has taken yet. */
const jobsOf = (name: QueueName) => ground.queue(name).getJobs(['waiting', 'prioritized', 'delayed']);

function findingOf(change: Partial<BoardFinding> = {}): BoardFinding {
  const finding = {
    code: 'log-hash-mismatch',
    account: ACCOUNT,
    region: 'us-east-1',
    trail: 'main',
    bucket: 'member-logs',
    key: KEY,
    from: null,
    to: null,
    detail: 'other bytes',
    hint: 'look',
    ...change,
  } as const;
  const board = { chain: null, firstSeen: AT, accepted: null, goneAt: null };
  return { ...finding, ...board, id: change.id ?? findingId(finding) };
}

/** Bytes of the finding's file in quarantine, of this verdict. */
async function apart(archive: ArchiveStore, code: string): Promise<void> {
  const bytes = Buffer.from(code);
  const storedSha256 = Buffer.from(code).toString('hex').padEnd(64, '0').slice(0, 64);
  const object = { bytes, contentType: null, contentEncoding: null, metadata: new Map<string, string>() };
  await keepApart(
    {
      origin: { bucket: 'member-logs', key: KEY },
      verdict: { code, detail: 'x' },
      object: { ...object, versionId: null, etag: null, lastModified: null },
      inspection: { ok: false, storedSha256, tooLarge: false, detail: 'x' },
      expected: null,
      via: 'source',
      digest: null,
      trail: 'main',
    },
    { archive, place },
  );
}

const ACCEPTED: Accepted = { reason: 'a known drill', by: 'alice', at: Math.floor(AT / 1000) * 1000 };
const under = (objects: ReadonlyMap<string, Uint8Array>, part: string): readonly string[] =>
  [...objects.keys()].filter((key) => key.includes(part));

describe('an acceptance', () => {
  test('is recorded, kept, told to quarantine and shown, in this order', async () => {
    const { acts, archive, done, objects, news } = stage();
    for (const code of ['log-hash-mismatch', 'log-unlisted']) await apart(archive, code);
    done.length = 0;
    const finding = findingOf();
    expect(await acts.accept(finding, ACCEPTED.reason, ALICE)).toEqual(ACCEPTED);
    expect(done).toEqual(['put audit', 'put accepted', 'put quarantine', `mark ${ACCOUNT} ${finding.id} alice`]);
    expect(audited(objects)).toMatchObject([
      { act: 'accept', target: `finding ${ACCOUNT}/${finding.id}`, reason: ACCEPTED.reason },
    ]);
    expect(objects.has(acceptedKey('p/', { account: ACCOUNT, finding: finding.id }))).toBe(true);
    expect(under(objects, '/accepted-').map((key) => key.split('/')[3])).toEqual(['log-hash-mismatch']);
    expect(news).toEqual([{ topics: ['findings', 'accounts'], accounts: [ACCOUNT] }]);
  });

  test('of a finding that was accepted before is null, on record, and completes what was cut off', async () => {
    const { acts, archive, objects, done } = stage();
    await acts.accept(findingOf(), ACCEPTED.reason, ALICE);
    await apart(archive, 'log-hash-mismatch');
    done.length = 0;
    expect(await acts.accept(findingOf(), 'another reason', { ...ALICE, name: 'bob' })).toBeNull();
    expect(new Set(audited(objects).map(({ by }) => by))).toEqual(new Set(['alice', 'bob']));
    expect(done.at(-1)).toBe(`mark ${ACCOUNT} ${findingOf().id} alice`);
    const [entry = ''] = under(objects, '/accepted-');
    expect(JSON.parse(Buffer.from(objects.get(entry) ?? []).toString('utf8'))).toMatchObject({
      by: 'alice',
      reason: ACCEPTED.reason,
      at: '2026-03-01T05:06:07Z',
    });
  });

  test('of a finding under the id of another is refused: Redis could have a person accept what nobody saw', async () => {
    const { acts, done } = stage();
    const asked = acts.accept(findingOf({ id: '0'.repeat(32) }), ACCEPTED.reason, ALICE);
    await expect(asked).rejects.toMatchObject({ code: 'job-refused' });
    expect(done).toEqual([]);
  });

  test('that cannot be recorded leaves everything as it was', async () => {
    const { acts, archive, done, objects } = stage();
    const before = archive.putIfAbsent;
    archive.putIfAbsent = (ref, object) =>
      ref.key.includes('/audit/') ? Promise.reject(denied()) : before(ref, object);
    await expect(acts.accept(findingOf(), ACCEPTED.reason, ALICE)).rejects.toMatchObject({ code: 'blocked-access' });
    expect([done, objects.size]).toEqual([[], 0]);
  });

  test('stands although Redis is away, and says in the log that it is not shown yet', async () => {
    const away = new OperatingError({ code: 'redis-unreachable', message: 'away', hint: 'start it', retryable: true });
    const { acts, objects, lines } = stage({ markAccepted: () => Promise.reject(away) });
    expect(await acts.accept(findingOf(), ACCEPTED.reason, ALICE)).toEqual(ACCEPTED);
    expect(under(objects, 'orgtrail/accepted/')).toHaveLength(1);
    const line = lines.find((one) => one.includes('acceptance-unshown'));
    // Described before it was logged, it was logged as "[object Object]".
    expect(JSON.parse(line ?? '')).toMatchObject({ err: { code: 'redis-unreachable', message: 'away' } });
  });

  test('leaves alone what a digest has proven since: a release outweighs it', async () => {
    const { acts, archive, objects } = stage();
    await apart(archive, 'log-hash-mismatch');
    const name = parseQuarantineKey('p/', under(objects, '/bytes-')[0] ?? '')?.name ?? expect.unreachable();
    const digest = { bucket: 'member-logs', key: 'digest', end: '2026-03-01T01:00:00Z' };
    await release(name, { digest, contentSha256: null }, { archive, place });
    await acts.accept(findingOf(), ACCEPTED.reason, ALICE);
    expect(under(objects, '/accepted-')).toEqual([]);
  });

  test('of a chain as a whole touches no quarantine', async () => {
    const { acts, archive, done } = stage();
    await apart(archive, 'log-hash-mismatch');
    done.length = 0;
    await acts.accept(findingOf({ code: 'chain-truncated', key: null }), ACCEPTED.reason, ALICE);
    expect(done.slice(0, 2)).toEqual(['put audit', 'put accepted']);
    expect(done).toHaveLength(3);
  });
});

describe('a preflight', () => {
  test('is recorded, shown as pending and queued, with the name of who asked', async () => {
    const { acts, done, objects } = stage();
    await acts.preflight(ACCOUNT, ALICE);
    expect(done).toEqual(['put audit', `preflight ${ACCOUNT} true`]);
    expect(audited(objects)).toMatchObject([{ act: 'preflight', target: ACCOUNT, reason: null }]);
    const [job] = await jobsOf('cover');
    expect(parseCoverJob(job?.data)).toEqual({ type: 'preflight', account: ACCOUNT, by: 'alice' });
  });

  test('that cannot be queued is not pending', async () => {
    const away = new OperatingError({ code: 'redis-unreachable', message: 'away', hint: 'start it', retryable: true });
    const { acts, done } = actsOver({ ...ground.queues, preflight: () => Promise.reject(away) });
    await expect(acts.preflight(ACCOUNT, ALICE)).rejects.toBe(away);
    expect(done).toEqual(['put audit', `preflight ${ACCOUNT} true`, `preflight ${ACCOUNT} false`]);
  });

  test('of somebody with a name longer than any job carries is queued all the same, and recorded whole', async () => {
    const { acts, objects } = stage();
    const name = 'n'.repeat(300);
    await acts.preflight(ACCOUNT, { ...ALICE, name });
    const [job] = await jobsOf('cover');
    expect(parseCoverJob(job?.data)).toMatchObject({ by: 'n'.repeat(200) });
    expect(audited(objects)[0]?.['by']).toBe(name);
  });
});

describe('an apply', () => {
  test('is recorded with its reason and queued with the plan that was looked at', async () => {
    const { acts, done, objects, news } = stage();
    await acts.apply(PLAN, 'the drift is ours', { ...ALICE, role: 'administrator' });
    expect(done).toEqual(['put audit', 'apply true']);
    expect(audited(objects)).toMatchObject([
      { act: 'apply', target: PLAN, reason: 'the drift is ours', role: 'administrator' },
    ]);
    const [job] = await jobsOf('reconcile');
    expect(parseReconcileJob(job?.data)).toEqual({ type: 'apply', plan: PLAN, by: 'alice' });
    expect(news).toEqual([{ topics: ['policy'], accounts: [] }]);
  });

  test.each(['preflight', 'apply'] as const)('%s: without a record nothing is queued or shown', async (act) => {
    const { acts, archive, done } = stage();
    archive.putIfAbsent = () => Promise.reject(denied());
    const asked = act === 'apply' ? acts.apply(PLAN, 'a reason', ALICE) : acts.preflight(ACCOUNT, ALICE);
    await expect(asked).rejects.toMatchObject({ code: 'blocked-access' });
    expect([done, (await jobsOf('cover')).length, (await jobsOf('reconcile')).length]).toEqual([[], 0, 0]);
  });
});
