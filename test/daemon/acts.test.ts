/** What people ask for on the pages, on real Redis with jobs that really failed: recorded first, then done, or not done. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseCollectJob, parseCoverJob, parseDiscoverJob, parseReconcileJob } from '../../src/adapters/queue-jobs.ts';
import { QUEUE_TIMING, startWorker, type RunningWorker } from '../../src/adapters/queue-worker.ts';
import { openQueues, type Queues } from '../../src/adapters/queue.ts';
import { createConnections, type Connections } from '../../src/adapters/redis.ts';
import { parseConfig } from '../../src/config.ts';
import type { Accepted, BoardFinding } from '../../src/core/board/finding.ts';
import { findingId } from '../../src/core/board/ids.ts';
import { parseQuarantineKey } from '../../src/core/layout.ts';
import { acceptedKey, parseAuditKey } from '../../src/core/layout-acts.ts';
import { createActs, type ActsBoard } from '../../src/daemon/acts.ts';
import { OperatingError } from '../../src/errors.ts';
import { keepApart, release } from '../../src/stages/quarantine.ts';
import type { Actor, News } from '../../src/web/sources.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { memoryArchive } from '../stages/memory-archive.ts';
import { digestOf, keptLog, sweepOf, until } from './fake.ts';

const ACCOUNT = '222222222222';
const OTHER = '333333333333';
const AT = Date.UTC(2026, 2, 1, 5, 6, 7, 800);
const PLAN = '0123456789abcdef';
const ALICE: Actor = { name: 'alice', role: 'operator', via: 'password', address: '10.0.0.1' };
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };
const KEY = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/03/01/${ACCOUNT}_CloudTrail_us-east-1_20260301T0005Z_AbCdEfGhIjKlMnOp.json.gz`;
const config = parseConfig(
  `archive: { bucket: archive, prefix: p/, region: us-east-1, owner: "999999999999" }\naccounts: [{ id: "${ACCOUNT}" }]\n`,
  'test.yaml',
  {},
);

let redis: RedisServer;
let admin: Redis;
let connections: Connections;
let queues: Queues;
let workers: RunningWorker[];

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});
beforeEach(async () => {
  await admin.flushall();
  connections = createConnections({ url: redis.url, password: null, tls: null }, keptLog().log);
  queues = openQueues(connections, { attempts: 2 });
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop(1000)));
  await queues.close();
  await connections.close(500);
});

/** The acts over an archive in memory, and all that they did, in order. */
function stage(parts: { readonly board?: Partial<ActsBoard>; readonly queues?: Partial<Queues> } = {}) {
  const memory = memoryArchive();
  const done: string[] = [];
  const news: News[] = [];
  const archive = {
    ...memory.archive,
    putIfAbsent: (...args: Parameters<typeof memory.archive.putIfAbsent>) => {
      done.push(`put ${args[0].key.replace(/^p\/orgtrail\//, '').replace(/\/.*/, '')}`);
      return memory.archive.putIfAbsent(...args);
    },
  };
  const board: ActsBoard = {
    markAccepted: async (account, finding, accepted) => void done.push(`mark ${account} ${finding} ${accepted.by}`),
    preflightPending: async (account, pending) => void done.push(`preflight ${account} ${pending}`),
    applyPending: async (pending) => void done.push(`apply ${pending}`),
    ...parts.board,
  };
  const { log, lines } = keptLog();
  const acts = createActs({
    parts: { archive, config, clock: { now: () => AT } },
    queues: { ...queues, ...parts.queues },
    board,
    news: { publish: (one) => void news.push(one) },
    log,
  });
  return { ...memory, acts, done, news, lines, archive };
}

const audited = (objects: ReadonlyMap<string, Uint8Array>): readonly Record<string, unknown>[] =>
  [...objects].flatMap(([key, bytes]) =>
    parseAuditKey('p/', key) === null
      ? []
      : [JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>],
  );

const queueOf = (name: string) => queues.all.find((queue) => queue.name === name) ?? expect.unreachable();
const failedIn = (name: string): Promise<number> => queueOf(name).getFailedCount();

/** Every job that is taken fails for good. */
function failing(): void {
  const error = new OperatingError({ code: 'blocked-access', message: 'no entry', hint: 'add s3:GetObject' });
  const shared = {
    concurrency: 20,
    timing: { ...QUEUE_TIMING, backoffMs: 20 },
    handle: () => Promise.reject(error),
    onBug: () => undefined,
    log: keptLog().log,
  };
  workers.push(
    startWorker(connections, { ...shared, queue: 'collect', parse: parseCollectJob }),
    startWorker(connections, { ...shared, queue: 'discover', parse: parseDiscoverJob }),
    startWorker(connections, { ...shared, queue: 'reconcile', parse: parseReconcileJob }),
    startWorker(connections, { ...shared, queue: 'cover', parse: parseCoverJob }),
  );
}

/** These jobs, failed, and nobody left who would take them. */
async function failed(counts: Readonly<Record<string, number>>, add: () => Promise<void>): Promise<void> {
  await add();
  failing();
  for (const [name, count] of Object.entries(counts))
    await until(`${count} jobs of ${name} fail`, async () => (await failedIn(name)) === count);
  await Promise.all(workers.splice(0).map((worker) => worker.stop(1000)));
}

const waiting = (name: string): Promise<number> =>
  queueOf(name).getJobCountByTypes('waiting', 'prioritized', 'delayed');

describe('a retry', () => {
  test('of one failed job puts it back with all its attempts, after it is on record who asked', async () => {
    await failed(
      { collect: 2 },
      async () => void (await queues.digests([digestOf(ACCOUNT, 'a'), digestOf(OTHER, 'b')])),
    );
    const [job] = await queueOf('collect').getFailed();
    const { acts, done, objects, news } = stage();
    expect(await acts.retry({ queue: 'collect', id: job?.id ?? '' }, ALICE)).toEqual({ retried: 1, left: 1 });
    expect([await failedIn('collect'), await waiting('collect')]).toEqual([1, 1]);
    expect((await queueOf('collect').getJob(job?.id ?? ''))?.attemptsMade).toBe(0);
    expect(done).toEqual(['put audit']);
    expect(audited(objects)).toEqual([
      {
        schema: 'orgtrail.audit/1',
        at: '2026-03-01T05:06:07.800Z',
        act: 'retry',
        by: 'alice',
        role: 'operator',
        via: 'password',
        address: '10.0.0.1',
        target: `job collect/${job?.id}`,
        reason: null,
      },
    ]);
    expect(news).toEqual([{ topics: ['jobs'], accounts: [] }]);
  });

  test("of an account's failed jobs takes those of every queue, and nobody else's", async () => {
    await failed({ collect: 3, discover: 2 }, async () => {
      await queues.digests([digestOf(ACCOUNT, 'a'), digestOf(ACCOUNT, 'b'), digestOf(OTHER, 'c')]);
      await queues.sweeps([sweepOf(ACCOUNT), sweepOf(OTHER)]);
    });
    const { acts, objects } = stage();
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 3, left: 0 });
    expect([await failedIn('collect'), await failedIn('discover')]).toEqual([1, 1]);
    expect(audited(objects).map(({ target }) => target)).toEqual([`3 failed jobs of ${ACCOUNT}`]);
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 0, left: 0 });
    expect(audited(objects)).toHaveLength(1);
  });

  test("under '' takes the jobs of no single account", async () => {
    await failed({ discover: 2, reconcile: 1 }, async () => {
      await queues.discover({ type: 'discover', depth: 'full', cause: 'start' });
      await queues.sweeps([sweepOf(ACCOUNT)]);
      await queues.reconcile({ type: 'reconcile', cause: 'start' });
    });
    expect(await stage().acts.retry({ account: '' }, ALICE)).toEqual({ retried: 2, left: 0 });
    expect([await failedIn('discover'), await failedIn('reconcile')]).toEqual([1, 0]);
  });

  test('puts back a thousand at a time and says how many are left', async () => {
    const jobs = Array.from({ length: 1020 }, (_, at) => digestOf(ACCOUNT, `digest-${at}`));
    await failed({ collect: 1020 }, async () => void (await queues.digests(jobs)));
    const { acts } = stage();
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 1000, left: 20 });
    expect(await failedIn('collect')).toBe(20);
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 20, left: 0 });
  }, 30_000);

  test('of a job that waits, is done, is not there, or of no queue of ours, does nothing and records nothing', async () => {
    await queues.digests([digestOf(ACCOUNT, 'a')]);
    const [job] = await queueOf('collect').getJobs(['waiting', 'prioritized']);
    const { acts, done } = stage();
    const ids = [job?.id ?? '', 'nobody', '', 'meta', 'events', 'id', 'failed', '../discover', 'x'.repeat(10_000)];
    for (const id of ids) expect((await acts.retry({ queue: 'collect', id }, ALICE)).retried).toBe(0);
    for (const queue of ['', 'bull', 'constructor', 'Collect'])
      expect((await acts.retry({ queue, id: '1' }, ALICE)).retried).toBe(0);
    expect([done, await waiting('collect')]).toEqual([[], 1]);
  });

  test('of an apply is refused: whoever may retry could write policies without being an administrator', async () => {
    await failed({ reconcile: 1 }, () => queues.apply({ type: 'apply', plan: PLAN, by: 'root' }));
    const [job] = await queueOf('reconcile').getFailed();
    const { acts, done } = stage();
    const asked = acts.retry({ queue: 'reconcile', id: job?.id ?? '' }, ALICE);
    await expect(asked).rejects.toMatchObject({ code: 'job-refused' });
    expect(await acts.retry({ account: '' }, ALICE)).toEqual({ retried: 0, left: 0 });
    expect([done, await failedIn('reconcile')]).toEqual([[], 1]);
  });

  test('of a job that nobody of ours wrote is refused, and its word for whose it is counts nothing', async () => {
    const forged = { ...digestOf(ACCOUNT, 'a'), role: 'arn:aws:iam::999999999999:role/evil' };
    await failed({ collect: 1 }, async () => void (await queueOf('collect').add('digest', forged, { attempts: 1 })));
    const [job] = await queueOf('collect').getFailed();
    const { acts, done } = stage();
    const asked = acts.retry({ queue: 'collect', id: job?.id ?? '' }, ALICE);
    await expect(asked).rejects.toMatchObject({ code: 'job-refused' });
    for (const account of [ACCOUNT, '']) expect((await acts.retry({ account }, ALICE)).retried).toBe(0);
    expect([done, await failedIn('collect')]).toEqual([[], 1]);
  });

  test('that cannot be recorded is not done', async () => {
    await failed({ collect: 1 }, async () => void (await queues.digests([digestOf(ACCOUNT, 'a')])));
    const { archive, acts } = stage();
    archive.putIfAbsent = () => Promise.reject(denied());
    const [job] = await queueOf('collect').getFailed();
    for (const which of [{ queue: 'collect', id: job?.id ?? '' }, { account: ACCOUNT }])
      await expect(acts.retry(which, ALICE)).rejects.toMatchObject({ code: 'blocked-access' });
    expect([await failedIn('collect'), await waiting('collect')]).toEqual([1, 0]);
  });
});

function denied(): OperatingError {
  return new OperatingError({ code: 'blocked-access', message: 'no', hint: 'add s3:PutObject' });
}

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
async function apart(archive: ReturnType<typeof memoryArchive>['archive'], code: string): Promise<void> {
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
    const { acts, objects, lines } = stage({ board: { markAccepted: () => Promise.reject(away) } });
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
    const [job] = await queueOf('cover').getJobs(['waiting', 'prioritized', 'delayed']);
    expect(parseCoverJob(job?.data)).toEqual({ type: 'preflight', account: ACCOUNT, by: 'alice' });
  });

  test('that cannot be queued is not pending', async () => {
    const away = new OperatingError({ code: 'redis-unreachable', message: 'away', hint: 'start it', retryable: true });
    const { acts, done } = stage({ queues: { preflight: () => Promise.reject(away) } });
    await expect(acts.preflight(ACCOUNT, ALICE)).rejects.toBe(away);
    expect(done).toEqual(['put audit', `preflight ${ACCOUNT} true`, `preflight ${ACCOUNT} false`]);
  });

  test('of somebody with a name longer than any job carries is queued all the same, and recorded whole', async () => {
    const { acts, objects } = stage();
    const name = 'n'.repeat(300);
    await acts.preflight(ACCOUNT, { ...ALICE, name });
    const [job] = await queueOf('cover').getJobs(['waiting', 'prioritized', 'delayed']);
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
    const [job] = await queueOf('reconcile').getJobs(['waiting', 'prioritized', 'delayed']);
    expect(parseReconcileJob(job?.data)).toEqual({ type: 'apply', plan: PLAN, by: 'alice' });
    expect(news).toEqual([{ topics: ['policy'], accounts: [] }]);
  });

  test.each(['preflight', 'apply'] as const)('%s: without a record nothing is queued or shown', async (act) => {
    const { acts, archive, done } = stage();
    archive.putIfAbsent = () => Promise.reject(denied());
    const asked = act === 'apply' ? acts.apply(PLAN, 'a reason', ALICE) : acts.preflight(ACCOUNT, ALICE);
    await expect(asked).rejects.toMatchObject({ code: 'blocked-access' });
    expect([done, await waiting('cover'), await waiting('reconcile')]).toEqual([[], 0, 0]);
  });
});
