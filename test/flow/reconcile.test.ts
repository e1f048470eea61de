/** One reconcile at a time, by a clock of the test's own: what is told, what is written, and what is left alone. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reconciled } from '../../src/daemon/work.ts';
import {
  applyByHand,
  changeRecords,
  editPolicy,
  openGround,
  policyText,
  settings,
  withoutTls,
} from './drift-ground.ts';
import { overwrite, keysWith } from './evidence.ts';
import { ARCHIVE, readerRole, type Organization } from './organization.ts';
import { openPipeline, type OpenPipeline } from './pass.ts';

const APPLY = { reconcile: { apply: true } };
const NOWHERE = { url: 'redis://127.0.0.1:1' };
const MINUTE = 60_000;

let organization: Organization;
let pipeline: OpenPipeline | null;
/** Since a minute after the person's apply: records of one second have no order. */
let minutes: number;

beforeEach(async () => {
  minutes = 0;
  pipeline = null;
  organization = await openGround(NOWHERE);
  await applyByHand(organization);
});
afterEach(async () => {
  await pipeline?.close();
  await organization.close();
});

/** Each call looks once, with this configuration over the usual one. */
async function reconcile(extra: Readonly<Record<string, unknown>> = {}): Promise<Reconciled> {
  organization.configure({ ...settings(organization, NOWHERE), ...extra });
  await pipeline?.close();
  pipeline = openPipeline(organization, { now: () => Date.now() + (1 + minutes) * MINUTE });
  return pipeline.work.reconcile(new AbortController().signal);
}

const codes = ({ problems }: Reconciled) => problems.map(({ code }) => code);
const driftOf = (seen: Reconciled) => codes(seen).filter((code) => !code.startsWith('posture-'));
const called = (operation: string) =>
  organization.cloud.requests.entries.filter((entry) => entry.operation === operation).length;

describe('what is told', () => {
  test('where the configuration holds nothing the look alone is made, and no account is listed', async () => {
    const asked = () => [called('ListAccounts'), called('GetBucketPolicy')];
    const before = asked();
    const seen = await reconcile({ policy: null });
    expect(codes(seen)).toContain('posture-object-lock');
    expect(driftOf(seen)).toEqual([]);
    expect(asked()).toEqual(before);
    expect(before.every((count) => count > 0)).toBe(true);
  });

  test('a setting that the configuration holds is told once, by the plan', async () => {
    const archive = organization.cloud.state.buckets.get(ARCHIVE);
    if (archive === undefined) throw new Error('no archive');
    archive.versioning = 'suspended';
    expect(codes(await reconcile())).toContain('posture-versioning');
    const held = codes(await reconcile({ posture: {} }));
    expect(held).toContain('drift-versioning');
    expect(held).not.toContain('posture-versioning');
    expect(held).toContain('posture-object-lock');
  });

  test('a long diff is cut and says so; control characters of others are not passed on', async () => {
    const many = Array.from({ length: 300 }, (_, at) => `arn:aws:s3:::${ARCHIVE}/\u202e${at}`);
    editPolicy(organization, (policy) => {
      const [first = {}, ...rest] = policy.Statement;
      return { ...policy, Statement: [{ ...first, Resource: many }, ...rest] };
    });
    const drift = (await reconcile()).problems.find(({ code }) => code === 'drift-bucket-policy');
    expect(drift?.detail.length).toBeLessThan(5000);
    expect(drift?.detail).toMatch(/\n… and \d+ more lines: see orgtrail plan$/);
    expect(drift?.detail).not.toContain('\u202e');
    expect(drift?.detail).toContain('\\u202e');
  });

  test('accounts that cannot be listed leave the rest unknown, which is no reason to call the archive unfit', async () => {
    organization.cloud.faults.add({
      match: { operation: 'ListAccounts' },
      fault: { kind: 'status', status: 400, code: 'AccessDeniedException' },
    });
    const seen = await reconcile(APPLY);
    expect(codes(seen)).toContain('drift-unknown');
    expect(codes(seen).filter((code) => code.startsWith('blocked-'))).toEqual([]);
    expect(seen.reapplied).toEqual([]);
  });
});

describe('what is written', () => {
  test("a member's policy is told and never written, also with reconcile.apply", async () => {
    const { world, cloud } = organization;
    for (const { id } of world.accounts) {
      const reader = readerRole(id, world.management);
      const arn = `arn:aws:iam::${id}:role/orgtrail-bucket-policy`;
      const everything = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
      const policies = [JSON.stringify({ Version: '2012-10-17', Statement: [everything] })];
      cloud.identities.roles.set(arn, { ...reader, arn, policies });
    }
    const members = { role: 'orgtrail-bucket-policy' };
    const policy = { ...(settings(organization, NOWHERE)['policy'] as object), members };
    editPolicy(organization, withoutTls);
    const before = called('PutBucketPolicy');
    const seen = await reconcile({ ...APPLY, policy });
    expect(driftOf(seen)).toEqual(world.buckets.map(() => 'drift-member-policy'));
    expect(seen.reapplied.map(({ kind }) => kind)).toEqual(['bucket-policy']);
    expect(called('PutBucketPolicy')).toBe(before + 1);
    for (const { name } of world.buckets) expect(cloud.state.buckets.get(name)?.policy ?? null).toBeNull();
  });

  test('a fight is over after an hour: a third write at 61 minutes, none at 59', async () => {
    for (const at of [0, 1]) {
      minutes = at;
      editPolicy(organization, withoutTls);
      expect((await reconcile(APPLY)).reapplied).toHaveLength(1);
    }
    editPolicy(organization, withoutTls);
    minutes = 59;
    const fight = await reconcile(APPLY);
    expect([driftOf(fight), fight.reapplied]).toEqual([['drift-fight'], []]);
    minutes = 61;
    const after = await reconcile(APPLY);
    expect([driftOf(after), after.reapplied.length]).toEqual([[], 1]);
  });

  test('what AWS does not take is told, is recorded as not written, and is not worth another try', async () => {
    editPolicy(organization, withoutTls);
    const edited = policyText(organization);
    refuseWrites(400, 'MalformedPolicy');
    const seen = await reconcile(APPLY);
    expect(driftOf(seen)).toEqual(['document-refused', 'drift-bucket-policy']);
    expect([seen.passing, policyText(organization)]).toEqual([null, edited]);
    expect(changeRecords(organization).map(({ outcome }) => outcome)).toEqual(['written', 'not-written']);
  });

  test('no right to write is no archive that cannot be used', async () => {
    editPolicy(organization, withoutTls);
    refuseWrites(403, 'AccessDenied');
    expect(driftOf(await reconcile(APPLY))).toEqual(['drift-not-applied', 'drift-bucket-policy']);
  });

  test('a write without an answer is worth another try; what was cut off is told once it is old', async () => {
    editPolicy(organization, withoutTls);
    const stop = refuseWrites(500, 'InternalError');
    const seen = await reconcile(APPLY);
    expect(seen.passing).toMatchObject({ code: 'blocked-unreachable', retryable: true });
    stop();
    expect(driftOf(await reconcile())).toEqual(['drift-bucket-policy']);
    minutes = 11;
    expect(driftOf(await reconcile())).toEqual(['drift-bucket-policy', 'drift-interrupted']);
  }, 60_000);

  test("a person's change under way is not ended for them: recorded as not written, their own end failed as stale", async () => {
    editPolicy(organization, withoutTls);
    const stop = refuseWrites(500, 'InternalError');
    await expect(applyByHand(organization)).rejects.toThrow('blocked-unreachable');
    stop();
    expect((await reconcile(APPLY)).reapplied).toHaveLength(1);
    expect(changeRecords(organization).map(({ by, outcome }) => [by, outcome])).toEqual([
      ['apply', 'written'],
      ['reconcile', 'written'],
    ]);
    minutes = 11;
    editPolicy(organization, withoutTls);
    await reconcile(APPLY);
    expect(changeRecords(organization).filter(({ by }) => by === 'apply')).toHaveLength(2);
  }, 60_000);

  test('records that are not what was recorded hide a fight, so nothing is written', async () => {
    editPolicy(organization, withoutTls);
    const edited = policyText(organization);
    const [record = ''] = keysWith(organization, ARCHIVE, '.done.json');
    overwrite(organization, ARCHIVE, record, Buffer.from('{}'));
    const seen = await reconcile(APPLY);
    expect(driftOf(seen)).toContain('archive-changed');
    expect(driftOf(seen)).toContain('drift-bucket-policy');
    expect([seen.reapplied, policyText(organization)]).toEqual([[], edited]);
  });

  test('one refused document stops all, as in apply', async () => {
    const archive = organization.cloud.state.buckets.get(ARCHIVE);
    if (archive === undefined) throw new Error('no archive');
    archive.versioning = 'suspended';
    editPolicy(organization, withoutTls);
    const edited = policyText(organization);
    const topic = `arn:aws:sns:us-east-1:${organization.world.management}:there-is-none`;
    const policy = { ...(settings(organization, NOWHERE)['policy'] as object), topic };
    const seen = await reconcile({ ...APPLY, policy, posture: {} });
    expect(driftOf(seen)).toEqual(['drift-versioning', 'drift-bucket-policy', 'policy-unreadable']);
    expect([seen.reapplied, policyText(organization), archive.versioning]).toEqual([[], edited, 'suspended']);
  });
});

function refuseWrites(status: number, code: string): () => void {
  return organization.cloud.faults.add({
    match: { operation: 'PutBucketPolicy' },
    fault: { kind: 'status', status, code },
  });
}
