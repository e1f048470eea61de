/** The archive's lifecycle: what it may never take away, what is locked, what is others', and what lies too deep to be read. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FaultMatch } from '../cloud/faults.ts';
import { deleteKey, type Bucket } from '../cloud/s3/bucket.ts';
import { addVersion, dropVersion, versionsOf } from '../cloud/s3/keyindex.ts';
import { archiveHere } from '../flow/archive-here.ts';
import { keysWith } from '../flow/evidence.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { codesOf, openArchive, type HeldArchive } from './archive-ground.ts';

let archive: HeldArchive;

beforeAll(async () => {
  archive = await openArchive();
});
beforeEach(() => archive.reset());
afterAll(() => archive.organization.close());

const LOGS = { name: 'logs', of: 'logs', expireDays: 100 };
const lifecycle = (): string => archive.bucket().configurations.get('lifecycle') ?? '';
/** The newest that is proven, or tells so: nothing after it speaks of it. */
function keyOf(part: string): string {
  const keys = keysWith(archive.organization, ARCHIVE, part);
  return keys.findLast((key) => !key.startsWith('orgtrail/pending/')) ?? '';
}

/** Planned and applied: both refuse for this reason alone, and nothing is written. */
async function expectRefused(code: string): Promise<string> {
  const before = lifecycle();
  const { exit, refusals } = await archive.plan();
  expect([exit, codesOf(refusals)]).toEqual([1, [code]]);
  expect((await archive.apply()).exit).toBe(1);
  expect([lifecycle(), archive.written()]).toEqual([before, []]);
  return `${refusals[0]?.detail} ${refusals[0]?.hint}`;
}

describe('a rule that would expire too early', () => {
  test('153 before the configured retention: refused with the days', async () => {
    archive.wish({ lifecycle: { retentionDays: 400, rules: [LOGS] } });
    expect(await expectRefused('lifecycle-retention')).toMatch(/100 days.* 400/);
  });

  test('153 before it is verified: planned without its expiry, and the account that is not proven is named', async () => {
    archive.wish({ lifecycle: { rules: [LOGS] } });
    expect((await archive.plan()).warnings.map(({ code }) => code)).not.toContain('lifecycle-withheld');
    const receipts = keysWith(archive.organization, ARCHIVE, 'orgtrail/receipts/');
    for (const key of receipts) deleteKey(archive.bucket(), key, Date.now());
    const { changes, warnings } = await archive.plan();
    const told = warnings.find(({ code }) => code === 'lifecycle-withheld');
    expect(`${told?.detail} ${told?.hint}`).toMatch(/no receipt speaks of the account orgtrail verify --archive/);
    expect(JSON.stringify(changes)).not.toContain('"Expiration"');
  });

  test('154 before Object Lock ends: refused, since it would only set a delete marker', async () => {
    archive.bucket().objectLock = true;
    archive.bucket().defaultRetention = { mode: 'GOVERNANCE', days: 365 };
    archive.wish({ lifecycle: { rules: [LOGS] } });
    expect(await expectRefused('lifecycle-locked')).toMatch(/365: they would only be hidden by a delete marker/);
  });
});

describe('a delete marker over what is archived', () => {
  test.each([
    ['a log file', '/CloudTrail/', { code: 'log-missing', names: '/CloudTrail/' }],
    ['a digest', '/CloudTrail-Digest/', { code: 'digest-missing', names: '/CloudTrail-Digest/' }],
    ['a receipt', 'orgtrail/receipts/', { code: 'archive-conflict', names: '/CloudTrail-Digest/' }],
  ])('154 %s, though its version is locked: found, and told to be looked at in the versions', async (_, part, said) => {
    const { organization } = archive;
    const named = keyOf(said.names);
    expect(await archiveHere(organization)).toMatchObject({ exit: 0 });
    const key = keyOf(part);
    const [version] = versionsOf(archive.bucket().index, key);
    if (version === undefined) throw new Error(`${part} is not there`);
    version.retention = { mode: 'COMPLIANCE', until: Date.now() + 1_000_000 };
    deleteKey(archive.bucket(), key, Date.now());
    expect(versionsOf(archive.bucket().index, key)).toEqual(expect.arrayContaining([version]));
    const { exit, report } = await archiveHere(organization);
    expect(exit).toBe(3);
    const told = report.findings.find((one) => one.code === said.code && `${one.key} ${one.detail}`.includes(named));
    expect(told?.hint).toContain('versions');
  });
});

/** Somebody else's rule, as S3 keeps it. */
function foreign(id: string): string {
  const filter = '<Filter><Prefix>shared/</Prefix></Filter>';
  return `<Rule><ID>${id}</ID>${filter}<Status>Enabled</Status><Expiration><Days>10</Days></Expiration></Rule>`;
}

function addRule(id: string): void {
  const { configurations } = archive.bucket();
  configurations.set('lifecycle', lifecycle().replace('<Rule>', `${foreign(id)}<Rule>`));
}

/** Does something just before the n-th request of a kind. */
function atRequest(match: FaultMatch, nth: number, act: () => void): void {
  let seen = 0;
  const count = (): void => {
    seen += 1;
    if (seen === nth) act();
  };
  archive.organization.cloud.faults.add({ match, fault: { kind: 'interfere', act: count } });
}

const LONGER = { rules: [{ name: 'pending', of: 'pending', abortUploadsDays: 7, noncurrentDays: 60 }] };

describe('rules of others', () => {
  test('155 stay when ours are written', async () => {
    addRule('theirs');
    archive.wish({ lifecycle: LONGER });
    expect(await archive.apply()).toMatchObject({ exit: 0, written: [{ kind: 'lifecycle' }] });
    expect(lifecycle()).toContain('<ID>theirs</ID>');
    expect(lifecycle()).toContain('<NoncurrentDays>60</NoncurrentDays>');
    expect((await archive.look()).problems.map(({ code }) => code)).not.toContain('drift-lifecycle');
  });

  test('155 written between plan and apply: nothing is written over them, and the next plan keeps them', async () => {
    addRule('theirs');
    archive.wish({ lifecycle: LONGER });
    atRequest({ operation: 'GetBucketLifecycleConfiguration' }, 2, () => addRule('just-now'));
    const { exit, failed } = await archive.apply();
    expect([exit, codesOf(failed)]).toEqual([1, ['plan-stale']]);
    expect(archive.written()).not.toContain('PutBucketLifecycleConfiguration');
    expect(await archive.apply()).toMatchObject({ exit: 0, written: [{ kind: 'lifecycle' }] });
    for (const id of ['theirs', 'just-now', 'orgtrail-pending']) expect(lifecycle()).toContain(`<ID>${id}</ID>`);
  });
});

describe('MFA delete', () => {
  const withMfa = (): Bucket => ({ ...archive.bucket(), mfaDelete: true });

  test('156 on: a lifecycle is refused with the reason and who can change that', async () => {
    archive.replace(withMfa());
    archive.wish({ lifecycle: LONGER });
    expect(await expectRefused('lifecycle-mfa-delete')).toMatch(/S3 takes no lifecycle rules.*root, with the device/);
  });

  test("156 switched on after the plan: AWS's own refusal is explained", async () => {
    archive.wish({ lifecycle: LONGER });
    atRequest({ operation: 'PutBucketLifecycleConfiguration' }, 1, () => archive.replace(withMfa()));
    const { exit, failed } = await archive.apply();
    expect([exit, codesOf(failed)]).toEqual([1, ['document-refused']]);
    expect(failed[0]?.hint).toContain('a lifecycle is not allowed with MFA delete');
    expect(lifecycle()).not.toContain('<NoncurrentDays>60</NoncurrentDays>');
  });

  test('156 on, and versioning suspended: only root can switch it on, so that is told and not tried', async () => {
    archive.replace({ ...withMfa(), versioning: 'suspended' });
    archive.wish({ lifecycle: { rules: [] }, reconcile: { apply: true } });
    const { problems } = await archive.look();
    expect(codesOf(problems)).toContain('posture-mfa-delete');
    expect(archive.written()).not.toContain('PutBucketVersioning');
  });
});

describe('an object in an archive storage class', () => {
  function sink(key: string): void {
    const { index } = archive.bucket();
    for (const version of versionsOf(index, key).slice()) {
      dropVersion(index, version);
      addVersion(index, { ...version, storageClass: 'DEEP_ARCHIVE' });
    }
  }

  test.each([
    ['a log file', '/CloudTrail/'],
    ['a digest', '/CloudTrail-Digest/'],
  ])('158 %s: blocked-archived with what to do, and never green', async (_, part) => {
    sink(keyOf(part));
    const { code, stdout } = await archive.run('verify', '--archive');
    expect([code, stdout]).toEqual([5, expect.stringContaining('blocked-archived')]);
    expect(stdout).toContain('restore');
    expect(stdout).not.toContain('everything asked for is proven');
  });

  test('158 proven before it went there: told as blocked, since what was read once cannot be read any more', async () => {
    expect(await archive.run('verify', '--archive')).toMatchObject({ code: 0 });
    keysWith(archive.organization, ARCHIVE, '/CloudTrail/').forEach(sink);
    const { code, stdout } = await archive.run('verify', '--archive');
    expect([code, stdout]).toEqual([5, expect.stringContaining('blocked-archived')]);
    expect(stdout).not.toContain('everything asked for is proven');
  });
});
