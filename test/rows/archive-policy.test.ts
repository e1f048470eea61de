/** The archive bucket's policy: what others make of it, what does not fit, and what would lock somebody out. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { statementsOf } from '../flow/held.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { codesOf, openArchive, STRANGER, type HeldArchive } from './archive-ground.ts';

const BUCKET = `arn:aws:s3:::${ARCHIVE}`;

let archive: HeldArchive;

beforeAll(async () => {
  archive = await openArchive();
});
beforeEach(() => archive.reset());
afterAll(() => archive.organization.close());

type Statements = ReturnType<typeof statementsOf>;

/** Somebody takes out what denies plain HTTP. */
const withoutTls = (ours: Statements): Statements =>
  ours.filter((one) => !JSON.stringify(one).includes('aws:SecureTransport'));

/** The writes of policies: probes and records are none. */
const puts = (): number => archive.written().filter((call) => call === 'PutBucketPolicy').length;

/** What the daemon says of policies at a look so many minutes from now, and what it wrote. */
async function look(
  minutes = 0,
): Promise<{ readonly codes: readonly string[]; readonly detail: string; readonly puts: number }> {
  const before = puts();
  const { problems } = await archive.look(minutes);
  const told = problems.filter(({ code }) => code.startsWith('drift-'));
  return { codes: codesOf(told), detail: told[0]?.detail ?? '', puts: puts() - before };
}

describe('a policy that somebody else changed', () => {
  test('148 is told with a diff at each look, and not written', async () => {
    archive.editPolicy(withoutTls);
    for (const minutes of [0, 1, 2]) {
      const told = await look(minutes);
      expect(told).toMatchObject({ codes: ['drift-bucket-policy'], puts: 0 });
      expect(told.detail).toMatch(/^\+ .*aws:SecureTransport/m);
    }
  });

  test('148 is put back where told to, twice; the third time it is a fight, told and left alone', async () => {
    archive.wish({ reconcile: { apply: true } });
    const wanted = statementsOf(archive.organization);
    for (const minutes of [0, 1]) {
      archive.editPolicy(withoutTls);
      expect(await look(minutes)).toMatchObject({ codes: [], puts: 1 });
      expect(statementsOf(archive.organization)).toEqual(wanted);
    }
    archive.editPolicy(withoutTls);
    for (const minutes of [2, 3]) expect(await look(minutes)).toMatchObject({ codes: ['drift-fight'], puts: 0 });
    expect(statementsOf(archive.organization)).toEqual(withoutTls(wanted));
  });

  test('148 only in its spelling is none: order of statements, lists of one, and case of actions', async () => {
    archive.wish({ reconcile: { apply: true } });
    archive.editPolicy((ours) =>
      ours.toReversed().map((one) => {
        const { Action: action = [], ...rest } = one;
        const actions = (Array.isArray(action) ? action : [action]).map((name) => String(name).toLowerCase());
        return { Action: actions, ...rest };
      }),
    );
    expect(await look()).toMatchObject({ codes: [], puts: 0 });
  });
});

describe('a policy that is not taken', () => {
  test('149 since it is too large: refused before anything is asked, with what to do; the old one stays', async () => {
    const folders = Array.from({ length: 480 }, (_, at) => `${BUCKET}/folder-${String(at).padStart(4, '0')}/*`);
    const foreign = { Effect: 'Allow', Principal: { AWS: STRANGER }, Action: 's3:GetObject', Resource: folders };
    archive.editPolicy((ours) => [...ours, { Sid: 'Folders', ...foreign }]);
    archive.wish({ policy: { breakGlass: [`arn:aws:iam::${archive.organization.world.management}:user/another`] } });
    const before = archive.bucket().policy;
    const { exit, verdict, refusals } = await archive.plan();
    expect([exit, verdict, codesOf(refusals)]).toEqual([1, 'refused', ['policy-too-large']]);
    expect(refusals[0]?.detail).toMatch(/\d{2},?\d{3} .*20,?480/);
    expect(refusals[0]?.hint).toContain('policy.organizationIds');
    expect((await archive.apply()).exit).toBe(1);
    expect([archive.bucket().policy, archive.written()]).toEqual([before, []]);
  });

  test('150 since AWS finds it malformed: told in its words, with the statement; recorded, and the old one stays', async () => {
    const message = 'Invalid principal in policy, Sid: OrgtrailDenyDeletes';
    archive.organization.cloud.faults.add({
      match: { operation: 'PutBucketPolicy' },
      fault: { kind: 'status', status: 400, code: 'MalformedPolicy', message },
    });
    archive.editPolicy(withoutTls);
    const before = archive.bucket().policy;
    const { exit, written, failed } = await archive.apply();
    expect([exit, written]).toEqual([1, []]);
    expect(failed).toMatchObject([{ kind: 'bucket-policy', code: 'document-refused' }]);
    expect(failed[0]?.detail).toContain(message);
    expect(failed[0]?.hint).toMatch(/does not exist \(any more\).* The statement at fault: OrgtrailDenyDeletes\.$/);
    expect(archive.bucket().policy).toBe(before);
    archive.wish({ reconcile: { apply: true } });
    expect((await look()).codes).toEqual(['drift-bucket-policy']);
  });
});

describe('a policy that shuts somebody out', () => {
  test('151 as configured, with nobody left who may change it: refused, and nothing is written', async () => {
    archive.wish({ policy: { breakGlass: [`arn:aws:iam::${STRANGER}:user/far`], administrators: [] } });
    archive.editPolicy(withoutTls);
    const before = archive.bucket().policy;
    const { exit, refusals } = await archive.plan();
    expect([exit, codesOf(refusals)]).toEqual([1, expect.arrayContaining(['policy-locks-out'])]);
    expect((await archive.apply()).exit).toBe(1);
    expect([archive.bucket().policy, archive.written()]).toEqual([before, []]);
  });

  test('151 for the daemon that is to put it back: the configuration is refused', async () => {
    archive.wish({ policy: { administrators: [] }, reconcile: { apply: true } });
    const { code, stderr } = await archive.run('plan');
    expect([code, stderr]).toEqual([2, expect.stringContaining('add the writer to policy.administrators')]);
  });

  test("151 by a statement of others that denies the daemon's writes: found and named", async () => {
    archive.editPolicy((ours) => [
      ...ours,
      { Sid: 'Foreign', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `${BUCKET}/orgtrail/*` },
    ]);
    const { exit, findings } = await archive.plan();
    expect([exit, codesOf(findings)]).toEqual([3, ['policy-stops-writer']]);
    expect(findings[0]?.hint).toContain('Foreign');
    expect((await archive.run('collect')).stderr).toContain('blocked-access');
  });
});
