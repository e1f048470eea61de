/** What collecting leaves in the archive: verified bytes, receipts that add up, and nothing that was there before changed. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { hash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { DigestJob } from '../../src/core/job.ts';
import { provenKey } from '../../src/core/layout.ts';
import { HOUR } from '../../src/core/time.ts';
import type { StoredVersion } from '../cloud/s3/bucket.ts';
import {
  allReceipts,
  archiveContent,
  archiveMark,
  compareArchive,
  forbidden,
  keysWith,
  objectAt,
  overwrite,
  receipts,
  remove,
  rewritten,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE, openOrganization, readerRole, type Organization, type OrganizationOptions } from './organization.ts';
import { openPipeline, pass } from './pass.ts';

const START = Date.UTC(2026, 2, 1);
const NOW = START + 5 * HOUR;
const LATER = NOW + 1000;

const opened: Organization[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function open(options: Partial<OrganizationOptions> = {}): Promise<Organization> {
  const usual = {
    seed: 'collect',
    start: START,
    hours: 3,
    accounts: 1,
    regions: ['us-east-1'],
    cheap: true,
    now: () => NOW,
  };
  const organization = await openOrganization({ ...usual, ...options });
  opened.push(organization);
  return organization;
}

interface Spot extends StoredVersion {
  readonly bucket: string;
}

/** The objects of a source in the order of their keys: log files or digests. */
function spots(organization: Organization, what: 'logs' | 'digests'): readonly Spot[] {
  return [...sourceObjects(organization)]
    .map(([place, object]) => ({ ...object, bucket: place.slice(0, place.indexOf('/')) }))
    .filter(({ key }) => key.includes('CloudTrail-Digest') === (what === 'digests'));
}

function nth(list: readonly Spot[], index: number): Spot {
  const spot = list[index];
  if (spot === undefined) throw new Error(`no object ${index}`);
  return spot;
}

const states = (organization: Organization): readonly string[] =>
  receipts(organization).map(({ name }) => `r${name.revision}.${name.state}`);

const lineOf = (organization: Organization, key: string) =>
  receipts(organization)
    .flatMap(({ receipt }) => receipt.logs)
    .find((line) => line.origin.key === key);

function deny(organization: Organization, spot: Spot): () => void {
  const bucket = organization.cloud.state.buckets.get(spot.bucket);
  if (bucket === undefined) throw new Error('a bucket is wanted');
  const statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${spot.bucket}/${spot.key}`,
  };
  bucket.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return () => {
    bucket.policy = null;
  };
}

function parsed(organization: Organization, key: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(objectAt(organization, ARCHIVE, key).body).toString('utf8')) as Record<string, unknown>;
}

describe('a healthy organization', () => {
  test('ends in the archive byte by byte with metadata, members only read, every call with its owner, every write under a condition', async () => {
    const organization = await open({ accounts: 3, regions: ['us-east-1', 'eu-west-1'] });
    const truth = sourceObjects(organization);
    const answer = await pass(organization, NOW);
    expect(answer).toMatchObject({ exitCode: 0, problems: [], digests: { failed: 0, blocked: 0 } });
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(forbidden(organization)).toEqual([]);
    expect(rewritten(organization)).toEqual([]);
    for (const { receipt } of receipts(organization)) {
      const { named, valid, invalid, missing, blocked } = receipt.counts;
      expect(named).toBe(receipt.logs.length);
      expect(valid + invalid + missing + blocked).toBe(named);
    }
    const signature = spots(organization, 'digests').map((digest) => digest.metadata.get('signature'));
    expect(signature.every((one) => one !== undefined && one.length >= 512)).toBe(true);
    const mark = archiveMark(organization);
    expect(await pass(organization, LATER)).toMatchObject({ exitCode: 0, digests: { written: 0, captured: 0 } });
    expect(archiveMark(organization)).toBe(mark);
  });

  test('gives the same receipts, byte by byte, in two archives at two times', async () => {
    const [one, two] = [await open(), await open()];
    // The sources' version ids and ETags go into a receipt; these buckets keep no versions, so they are the same.
    await pass(one, NOW);
    await pass(two, NOW + 30 * 60_000);
    expect(archiveContent(one).size).toBeGreaterThan(9);
    // What is captured depends on when one looks: files of the last hours are, whatever digest lies there.
    const lasting = (archive: ReadonlyMap<string, string>) =>
      new Map([...archive].filter(([key]) => !key.startsWith('orgtrail/pending/')));
    expect(lasting(archiveContent(two))).toEqual(lasting(archiveContent(one)));
  });
});

describe('what stands in the archive already', () => {
  test('with the same content is success, also when it was compressed otherwise', async () => {
    const organization = await open();
    const [first, second] = [nth(spots(organization, 'logs'), 0), nth(spots(organization, 'logs'), 1)];
    const put = (spot: Spot, body: Uint8Array) =>
      organization.cloud.put({ ...spot, bucket: ARCHIVE, key: provenKey('', spot.key), body });
    put(first, first.body);
    put(second, gzipSync(gunzipSync(second.body), { level: 1 }));
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0 });
    expect(rewritten(organization)).toEqual([]);
  });

  test('with other content is an archive-conflict: the true bytes go to quarantine, and it is never overwritten', async () => {
    const organization = await open();
    const log = nth(spots(organization, 'logs'), 2);
    const key = provenKey('', log.key);
    const planted = gzipSync('{"Records":["planted"]}');
    organization.cloud.put({ ...log, bucket: ARCHIVE, key, body: planted });
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(answer.status.findings.map((finding) => [finding.code, finding.key])).toEqual([
      ['archive-conflict', log.key],
    ]);
    expect(Buffer.from(objectAt(organization, ARCHIVE, key).body)).toEqual(planted);
    expect(rewritten(organization)).toEqual([]);
    const line = lineOf(organization, log.key);
    expect(line).toMatchObject({ verdict: 'archive-conflict', via: 'source' });
    expect(line?.place).toMatch(/^orgtrail\/quarantine\/archive-conflict\//);
    expect(Buffer.from(objectAt(organization, ARCHIVE, line?.place ?? '').body)).toEqual(Buffer.from(log.body));
  });

  test('a digest that another took the place of is digest-replaced', async () => {
    const organization = await open();
    const digest = nth(spots(organization, 'digests'), 1);
    const key = provenKey('', digest.key);
    organization.cloud.put({ ...digest, bucket: ARCHIVE, key, body: gzipSync('{"planted":true}') });
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(new Set(answer.status.findings.map((finding) => finding.code))).toEqual(new Set(['digest-replaced']));
    expect(keysWith(organization, ARCHIVE, 'quarantine/digest-replaced/')).toHaveLength(2);
    expect(rewritten(organization)).toEqual([]);
  });
});

describe('what fails', () => {
  test('is kept in quarantine as received, with a note that holds every hash, and nowhere else', async () => {
    const organization = await open();
    const log = nth(spots(organization, 'logs'), 1);
    const forged = gzipSync('{"Records":[{"eventName":"Nothing"}]}');
    overwrite(organization, log.bucket, log.key, forged);
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(answer.status.findings).toMatchObject([{ code: 'log-hash-mismatch', key: log.key, bucket: log.bucket }]);
    const kept = keysWith(organization, ARCHIVE, `quarantine/log-hash-mismatch/${log.bucket}/${log.key}/`);
    expect(kept).toHaveLength(2);
    const [bytes = '', note = ''] = kept;
    expect(Buffer.from(objectAt(organization, ARCHIVE, bytes).body)).toEqual(forged);
    expect(parsed(organization, note)).toMatchObject({
      verdict: 'log-hash-mismatch',
      origin: { bucket: log.bucket, key: log.key },
      expectedSha256: hash('sha256', gunzipSync(log.body)),
      contentSha256: hash('sha256', gunzipSync(forged)),
      storedSha256: hash('sha256', forged),
      size: forged.length,
      bytes,
    });
    expect(keysWith(organization, ARCHIVE, provenKey('', log.key)).filter((key) => key.startsWith('AWSLogs/'))).toEqual(
      [],
    );
    expect(states(organization).filter((state) => state === 'r0.failed')).toHaveLength(1);
  });

  test('and changes again under one ETag is kept again: quarantine is named by the bytes (it was named by what the source claims)', async () => {
    const organization = await open();
    const log = nth(spots(organization, 'logs'), 1);
    for (const content of ['one', 'two']) {
      Object.assign(objectAt(organization, log.bucket, log.key), { body: gzipSync(content) });
      await pass(organization, NOW);
    }
    const kept = keysWith(organization, ARCHIVE, 'orgtrail/quarantine/').filter((key) => key.includes('/bytes-'));
    const contents = kept.map((key) => gunzipSync(objectAt(organization, ARCHIVE, key).body).toString());
    expect(contents.toSorted()).toEqual(['one', 'two']);
  });

  test('for a moment on the way here is read again and is no finding (a flipped bit was a failed receipt)', async () => {
    const organization = await open();
    const truth = sourceObjects(organization);
    for (const spot of [...spots(organization, 'logs'), ...spots(organization, 'digests')])
      organization.cloud.faults.add({
        match: { operation: 'GetObject', bucket: spot.bucket, key: new RegExp(spot.key.slice(-24)) },
        fault: { kind: 'wrong-bytes' },
        times: 2,
      });
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0, digests: { failed: 0 } });
    expect(organization.cloud.faults.counts().get('wrong-bytes')).toBe(2 * truth.size);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(states(organization)).toEqual(['r0.start', 'r0.linked', 'r0.linked']);
  });

  test('heals when the evidence comes back: a revision beside the first receipt, which stays', async () => {
    const organization = await open();
    const truth = sourceObjects(organization);
    const log = nth(spots(organization, 'logs'), 3);
    remove(organization, log.bucket, log.key);
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(3);
    expect(first.status.findings).toMatchObject([{ code: 'log-missing', key: log.key }]);
    organization.cloud.put(log);
    expect((await pass(organization, LATER)).exitCode).toBe(0);
    expect(states(organization).toSorted()).toEqual(['r0.linked', 'r0.start', 'r1.linked']);
    expect(allReceipts(organization)).toHaveLength(4);
    expect(rewritten(organization)).toEqual([]);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    const mark = archiveMark(organization);
    await pass(organization, LATER + 1000);
    expect(archiveMark(organization)).toBe(mark);
  });

  test('longer ago than status looks back is still exit 3 (collect ended with 0 over a log altered a week before)', async () => {
    const pause = { type: 'pause', hour: 0, hours: 200 } as const;
    const end = START + 206 * HOUR;
    const organization = await open({ hours: 204, incidents: [pause], now: () => end });
    const log = nth(spots(organization, 'logs'), 0);
    const healthy = await pass(organization, end);
    expect(healthy.exitCode).toBe(0);
    const other = await open({ hours: 204, incidents: [pause], now: () => end });
    overwrite(other, log.bucket, log.key, gzipSync('{}'));
    const answer = await pass(other, end);
    expect(answer).toMatchObject({ exitCode: 3, digests: { failed: 1 }, status: { verdict: 'verified' } });
  });
});

describe('a backfill digest', () => {
  const backfill = { type: 'backfill', hour: 1, logs: 2, generatedAfter: 30 * 60_000 } as const;

  test('is judged as a chain of its own, and what it names is proven', async () => {
    const organization = await open({ incidents: [backfill] });
    const truth = sourceObjects(organization);
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0, problems: [] });
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(states(organization).toSorted()).toEqual(['r0.linked', 'r0.linked', 'r0.start', 'r0.start']);
  });

  test('that failed shows in the status too (only standard digests were looked at: it said verified)', async () => {
    const organization = await open({ incidents: [backfill] });
    const [named] = organization.world.chains.flatMap((chain) => chain.backfills.flatMap((one) => one.logs));
    if (named === undefined) throw new Error('a backfilled log is wanted');
    overwrite(organization, named.bucket, named.key, gzipSync('{}'));
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(answer.status).toMatchObject({
      verdict: 'failed',
      findings: [{ code: 'log-hash-mismatch', key: named.key }],
    });
    expect(answer.status.accounts.map((line) => line.state)).toEqual(['failed']);
    expect(answer.status.days.at(-1)).toMatchObject({ state: 'failed', reason: 'log-hash-mismatch' });
  });
});

describe('what cannot be looked at', () => {
  const KMS = 'arn:aws:kms:us-east-1:999999999999:key/11111111-2222-3333-4444-555555555555';
  const BLOCKS: Readonly<Record<string, (organization: Organization, log: Spot) => () => void>> = {
    'blocked-access': deny,
    'blocked-kms': (organization, log) => {
      organization.cloud.put(log, { encryption: { algorithm: 'aws:kms', kmsKey: KMS } });
      return () => void organization.cloud.put(log);
    },
    'blocked-archived': (organization, log) => {
      organization.cloud.put(log, { storageClass: 'GLACIER' });
      return () => void organization.cloud.put(log);
    },
  };

  test.each(Object.keys(BLOCKS))(
    'is %s, neither valid nor missing, holds up no other file, and heals',
    async (code) => {
      const organization = await open();
      const truth = sourceObjects(organization);
      const log = nth(spots(organization, 'logs'), 2);
      const lift = BLOCKS[code]?.(organization, log);
      const first = await pass(organization, NOW);
      expect(first.exitCode).toBe(5);
      expect(lineOf(organization, log.key)).toMatchObject({ verdict: code, via: null, place: null });
      expect(first.status.findings).toMatchObject([{ code, key: log.key }]);
      expect(compareArchive(organization, truth)).toEqual({ lost: [provenKey('', log.key)], foreign: [] });
      expect(states(organization).filter((state) => state === 'r0.blocked')).toHaveLength(1);
      lift?.();
      expect((await pass(organization, LATER)).exitCode).toBe(0);
      expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
      expect(lineOf(organization, log.key)).toMatchObject({ verdict: 'valid', via: 'source' });
    },
  );

  test('a digest that may not be read is blocked, not missing (it had no receipt, so its hour looked like a gap)', async () => {
    const organization = await open();
    const digest = nth(spots(organization, 'digests'), 1);
    const lift = deny(organization, digest);
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(5);
    expect(new Set(first.status.findings.map((finding) => finding.code))).toEqual(new Set(['blocked-access']));
    const held = receipts(organization).find(({ receipt }) => receipt.digest.origin.key === digest.key);
    expect(held?.receipt).toMatchObject({
      digest: { verdict: 'blocked-access', storedSha256: null, place: null },
      logs: [],
    });
    lift();
    expect((await pass(organization, LATER)).exitCode).toBe(0);
    expect(states(organization)).toEqual(['r0.start', 'r1.linked', 'r1.linked']);
  });

  test('an object in the name of a digest that is too large to be one is malformed and stops nothing (it ended the whole pass)', async () => {
    const organization = await open({ config: { limits: { maxObjectBytes: 1024 * 1024 } } });
    const digest = nth(spots(organization, 'digests'), 2);
    overwrite(organization, digest.bucket, digest.key, new Uint8Array(1024 * 1024 + 1));
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(3);
    expect(first.status.findings.map((finding) => finding.code)).toEqual(['digest-malformed']);
    expect(states(organization)).toEqual(['r0.start', 'r0.linked', 'r0.failed']);
  });

  test.each([
    ['is refused', { type: 'error', code: 'AccessDeniedException', status: 400 }],
    ['is down', { type: 'error', code: 'InternalFailure', status: 500 }],
  ] as const)('the key service that %s blocks, accuses nobody, and heals', async (_how, outcome) => {
    const organization = await open({ hours: 2, now: () => START + 4 * HOUR });
    const truth = sourceObjects(organization);
    const lift = organization.cloud.control.fail({ operation: 'ListPublicKeys', outcome });
    const first = await pass(organization, START + 4 * HOUR);
    expect(first.exitCode).toBe(5);
    expect(new Set(receipts(organization).map(({ receipt }) => receipt.digest.verdict))).toEqual(
      new Set(['blocked-keys']),
    );
    expect(keysWith(organization, ARCHIVE, 'orgtrail/quarantine/')).toEqual([]);
    expect(keysWith(organization, ARCHIVE, 'AWSLogs/').filter((key) => key.startsWith('AWSLogs/'))).toEqual([]);
    lift();
    expect((await pass(organization, START + 4 * HOUR + 1000)).exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
  });
});

describe('one account in trouble', () => {
  const SHORT = { connectTimeoutMs: 500, requestTimeoutMs: 1000, readTimeoutMs: 2000 };
  /** Each answers with what ends the trouble. */
  const TROUBLES: Readonly<Record<string, (organization: Organization, account: string) => () => void>> = {
    denied: ({ cloud }, account) => {
      const role = readerRole(account, cloud.control.organization.management);
      cloud.control.withdrawTrust(role.arn);
      return () => void cloud.identities.roles.set(role.arn, role);
    },
    throttled: ({ cloud }, account) =>
      cloud.faults.add({ match: { service: 's3', account }, fault: { kind: 'status', status: 503, code: 'SlowDown' } }),
    silent: ({ cloud }, account) =>
      cloud.faults.add({ match: { service: 's3', account }, fault: { kind: 'stall', at: null } }),
    slow: ({ cloud }, account) =>
      cloud.faults.add({ match: { service: 's3', account }, fault: { kind: 'latency', ms: 700 } }),
  };

  test.concurrent.each(Object.keys(TROUBLES))(
    '%s holds up no other: they are proven while it lasts, and nobody else is blamed',
    { timeout: 90_000 },
    async (how) => {
      const now = START + 4 * HOUR;
      const options = { start: START, hours: 2, accounts: 4, regions: ['us-east-1'], cheap: true, now: () => now };
      const organization = await openOrganization({ ...options, seed: `trouble/${how}`, config: { limits: SHORT } });
      try {
        const bad = organization.world.accounts[1]?.id ?? '';
        const wanted = organization.world.chains
          .filter((chain) => chain.account !== bad)
          .reduce((sum, chain) => sum + chain.hours.length, 0);
        const proven = () => keysWith(organization, ARCHIVE, 'orgtrail/receipts/');
        const others = () => proven().filter((key) => !key.startsWith(`orgtrail/receipts/${bad}/`));
        const end = TROUBLES[how]?.(organization, bad);
        const ended = pass(organization, now);
        await vi.waitFor(() => expect(others()).toHaveLength(wanted), { timeout: 30_000, interval: 20 });
        expect(proven()).toEqual(others());
        end?.();
        const answer = await ended;
        expect(answer.problems.filter((problem) => problem.account !== bad)).toEqual([]);
        const lines = answer.status.accounts.filter((line) => line.account !== bad);
        expect(lines.map((line) => line.state)).toEqual(['verified', 'verified', 'verified']);
        if (how === 'denied') expect(answer.problems[0]).toMatchObject({ account: bad, code: 'blocked-access' });
        expect(await pass(organization, now + 1000)).toMatchObject({ exitCode: 0, problems: [] });
      } finally {
        await organization.close();
      }
    },
  );
});

describe('a job', () => {
  test('for another bucket, key, account, region, trail or reader than the configuration knows is refused, and nothing is asked of any bucket', async () => {
    const organization = await open({ accounts: 2 });
    const pipeline = openPipeline(organization, { now: () => NOW });
    try {
      const signal = new AbortController().signal;
      const { surveys } = await pipeline.discover();
      const jobs = (await pipeline.sweep('full', surveys)).flatMap((one): readonly DigestJob[] => one.digests);
      const [mine] = jobs;
      const other = jobs.find((job) => job.reader !== mine?.reader);
      if (mine === undefined || other === undefined) throw new Error('two accounts with digests are wanted');
      const { bucket, key } = mine;
      const forged: readonly DigestJob[] = [
        { ...mine, bucket: other.bucket },
        { ...mine, bucket: ARCHIVE },
        { ...mine, key: other.key },
        { ...mine, bucket: other.bucket, key: other.key },
        { ...mine, key: `elsewhere/${key}` },
        { ...mine, key: key.replace('/CloudTrail-Digest/', '/../CloudTrail-Digest/') },
        { ...mine, key: 'orgtrail/probe' },
        { ...mine, account: other.account },
        { ...mine, account: '../../../..' },
        { ...mine, region: 'eu-north-1' },
        { ...mine, region: 'us-east-1/' },
        { ...mine, trailArn: other.trailArn },
        { ...mine, trailArn: `${mine.trailArn}-2` },
        { ...mine, reader: other.reader },
        { ...mine, reader: '999999999999' },
      ];
      organization.cloud.requests.clear();
      for (const job of forged)
        await expect(pipeline.work.digest(job, signal)).rejects.toMatchObject({
          code: 'job-refused',
          retryable: false,
        });
      const { type: _type, bucket: _bucket, key: _key, ...chain } = mine;
      await expect(
        pipeline.work.sweep({ ...chain, type: 'sweep', depth: 'full', account: other.account }, signal),
      ).rejects.toMatchObject({ code: 'job-refused' });
      expect(organization.cloud.requests.entries.filter((entry) => entry.service === 's3')).toEqual([]);
      expect(await pipeline.work.digest({ ...mine, bucket }, signal)).toMatchObject({ state: 'verified' });
    } finally {
      await pipeline.close();
    }
  });
});
