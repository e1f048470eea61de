/** Drift: somebody else edits the archive's policy while the daemon runs. Told with a diff; put back where that is asked for. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import {
  applyByHand,
  changeRecords,
  editPolicy,
  openGround,
  policyText,
  settings,
  withoutTls,
  type PolicyText,
} from './drift-ground.ts';
import { watch, type Watched } from './drift-watch.ts';
import { ARCHIVE, type Organization } from './organization.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const APPLY = { reconcile: { apply: true } };
const FOREIGN = {
  Sid: 'Backups',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::999999999999:role/backup' },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${ARCHIVE}/backups/*`,
} as const;

let server: RedisServer;
let organization: Organization;
let watched: Watched;

beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await watched?.close();
  await organization?.close();
  await server.stop();
});

/** The policy as a person applied it, and a daemon over it that has looked once. */
async function begin(extra: Readonly<Record<string, unknown>> = {}): Promise<string | null> {
  organization = await openGround(server, extra);
  await applyByHand(organization);
  watched = watch(organization, server);
  expect(driftOf((await watched.nextLook()).codes)).toEqual([]);
  return policyText(organization);
}

/** Our cloud's archive has neither lock nor public access settings: its posture is no matter of these tests. */
const driftOf = (codes: readonly string[]) => codes.filter((code) => !code.startsWith('posture-'));
const byReconcile = () => changeRecords(organization).filter(({ by }) => by === 'reconcile');
const statements = (text: string | null) => (JSON.parse(text ?? 'null') as PolicyText).Statement;

describe.skipIf(missing !== null)('drift', { timeout: 60_000 }, () => {
  test('is told with its diff by state, log, page and metrics, and nothing is written; the daemon stays ready', async () => {
    await begin();
    editPolicy(organization, withoutTls);
    const edited = policyText(organization);
    const { codes, problems } = await watched.nextLook();
    expect(driftOf(codes)).toEqual(['drift-bucket-policy']);
    const drift = problems.find(({ code }) => code === 'drift-bucket-policy');
    expect(drift?.detail).toContain(`the bucket-policy of ${ARCHIVE} in account ${organization.world.management}`);
    expect(drift?.detail).toMatch(/^\+ .*aws:SecureTransport/m);
    expect(drift?.hint).toContain('orgtrail apply');
    await watched.nextLook();
    expect([policyText(organization), changeRecords(organization).length]).toEqual([edited, 1]);
    const logged = watched.daemon.events('archive-problem').find(({ code }) => code === 'drift-bucket-policy');
    expect(String(logged?.['msg'])).toContain('aws:SecureTransport');
    expect((await watched.get('/metrics')).text).toContain('orgtrail_archive_problems{code="drift-bucket-policy"} 1');
    const page = JSON.parse((await watched.get('/api/policy')).text) as { documents: { kind: string; diff: string }[] };
    expect(page.documents).toContainEqual(
      expect.objectContaining({
        kind: 'bucket-policy',
        state: 'differs',
        diff: expect.stringContaining('aws:SecureTransport'),
      }),
    );
    await expect.poll(async () => (await watched.get('/readyz')).status, { timeout: 20_000 }).toBe(200);
  });

  test('is put back and recorded where reconcile.apply says so', async () => {
    const wanted = await begin(APPLY);
    editPolicy(organization, withoutTls);
    const edited = policyText(organization);
    expect(driftOf((await watched.nextLook()).codes)).toEqual([]);
    expect(policyText(organization)).toBe(wanted);
    const [record, ...more] = byReconcile();
    expect(more).toEqual([]);
    expect(record).toMatchObject({ kind: 'bucket-policy', who: 'orgtrail run', outcome: 'written' });
    expect(record?.['before']).toEqual(JSON.parse(edited ?? ''));
    expect(record?.['after']).toEqual(JSON.parse(wanted ?? ''));
    const metrics = await watched.get('/metrics');
    expect(metrics.text).toContain('orgtrail_documents_reapplied_total{kind="bucket-policy"} 1');
  });

  test('a third time within the hour is a fight: alarm and no write, also after Redis was flushed, until a person applies', async () => {
    await begin(APPLY);
    for (const times of [1, 2]) {
      editPolicy(organization, withoutTls);
      await watched.nextLook();
      expect(byReconcile()).toHaveLength(times);
    }
    editPolicy(organization, withoutTls);
    const edited = policyText(organization);
    const fight = await watched.nextLook();
    expect(driftOf(fight.codes)).toEqual(['drift-fight']);
    const alarm = fight.problems.find(({ code }) => code === 'drift-fight');
    for (const record of byReconcile()) expect(alarm?.detail).toContain(record['at']);
    expect(alarm?.detail).toMatch(/^\+ .*aws:SecureTransport/m);
    await watched.redis.flushall();
    expect(driftOf((await watched.nextLook()).codes)).toEqual(['drift-fight']);
    expect([policyText(organization), byReconcile().length]).toEqual([edited, 2]);
    await applyByHand(organization);
    expect(driftOf((await watched.nextLook()).codes)).toEqual([]);
    editPolicy(organization, withoutTls);
    await watched.nextLook();
    expect(byReconcile()).toHaveLength(3);
    expect(policyText(organization)).not.toBe(edited);
  });

  test("somebody else's own statement is none, and stays where ours is put back", async () => {
    await begin(APPLY);
    editPolicy(organization, (policy) => ({ ...policy, Statement: [FOREIGN, ...policy.Statement] }));
    expect(driftOf((await watched.nextLook()).codes)).toEqual([]);
    expect(byReconcile()).toEqual([]);
    editPolicy(organization, withoutTls);
    await watched.nextLook();
    expect(byReconcile()).toHaveLength(1);
    expect(statements(policyText(organization))[0]).toEqual(FOREIGN);
  });

  test('a policy that may not be read is told, and never taken for one that is as it should be', async () => {
    await begin(APPLY);
    organization.cloud.faults.add({
      match: { operation: 'GetBucketPolicy' },
      fault: { kind: 'status', status: 403, code: 'AccessDenied' },
    });
    const { codes, problems } = await watched.nextLook();
    expect(driftOf(codes)).toEqual(['policy-unreadable']);
    expect(problems.find(({ code }) => code === 'policy-unreadable')?.hint).toContain('s3:GetBucketPolicy');
    expect(byReconcile()).toEqual([]);
  });

  test('a policy by which trails cannot deliver makes the daemon unready, until it is mended', async () => {
    await begin();
    const isDelivery = (one: object) => JSON.stringify(one).includes('cloudtrail.amazonaws.com');
    editPolicy(organization, (policy) => ({
      ...policy,
      Statement: policy.Statement.filter((one) => !isDelivery(one)),
    }));
    expect(driftOf((await watched.nextLook()).codes)).toEqual(['drift-delivery-stopped', 'drift-bucket-policy']);
    const unready = await watched.get('/readyz');
    expect(unready.status).toBe(503);
    expect(unready.text).toContain('drift-delivery-stopped');
    organization.configure({ ...settings(organization, server), ...APPLY });
    process.kill(watched.daemon.pid, 'SIGHUP');
    await expect.poll(() => byReconcile().length, { timeout: 20_000 }).toBe(1);
    expect(driftOf((await watched.nextLook()).codes)).toEqual([]);
    expect((await watched.get('/readyz')).text).not.toContain('drift-delivery-stopped');
  });

  test('a flush of Redis in the middle costs nothing: it is told again, and written once', async () => {
    const wanted = await begin(APPLY);
    organization.cloud.faults.latency = 100;
    editPolicy(organization, withoutTls);
    await expect.poll(() => changeRecordsBegun(), { timeout: 20_000, interval: 10 }).toBeGreaterThan(0);
    await watched.redis.flushall();
    organization.cloud.faults.latency = 0;
    await expect.poll(() => policyText(organization), { timeout: 20_000 }).toBe(wanted);
    expect(driftOf((await watched.nextLook()).codes)).toEqual([]);
    expect(byReconcile()).toHaveLength(1);
  });
});

/** Begun by the daemon: the person's own one does not count. */
function changeRecordsBegun(): number {
  return organization.archived().filter((key) => key.endsWith('.begun.json')).length - 1;
}
