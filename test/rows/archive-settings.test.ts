/** The archive bucket itself: whose it is, where it is, and what is set on it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeyIndex } from '../cloud/s3/keyindex.ts';
import { forbidden } from '../flow/evidence.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { codesOf, openArchive, STRANGER, type HeldArchive } from './archive-ground.ts';

const COMMANDS = [['collect'], ['plan'], ['apply', '--yes'], ['verify', '--archive'], ['status']] as const;

let archive: HeldArchive;

beforeAll(async () => {
  archive = await openArchive();
});
beforeEach(() => archive.reset());
afterAll(() => archive.organization.close());

/** A policy by which nobody is kept out: only the expected owner is. */
const OPEN = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: ['*'] }],
});

describe('a bucket that is not ours any more', { timeout: 60_000 }, () => {
  test('146 re-created by another account that lets everybody in: each command is refused, and nothing goes there', async () => {
    const { organization } = archive;
    archive.replace({ ...archive.bucket(), owner: STRANGER, policy: OPEN, index: createKeyIndex() });
    for (const words of COMMANDS) {
      const { code, stderr } = await archive.run(...words);
      expect([words[0], code, stderr]).toEqual([words[0], 1, expect.stringContaining('blocked-access: cannot ')]);
      expect(stderr).toContain(`check that the bucket belongs to account ${organization.world.management}`);
    }
    const { problems, reapplied } = await archive.look();
    expect([codesOf(problems), reapplied]).toEqual([['blocked-access', 'drift-unknown'], []]);
    expect([archive.objects(), forbidden(organization)]).toEqual([[], []]);
  });

  test('146 deleted: each command says that it is not there, and none makes it anew', async () => {
    archive.replace(null);
    for (const words of COMMANDS) {
      const { code, stderr } = await archive.run(...words);
      expect([words[0], code, stderr]).toEqual([words[0], 1, expect.stringContaining('NoSuchBucket')]);
    }
    expect(codesOf((await archive.look()).problems)).toEqual(['blocked-access', 'drift-unknown']);
    expect(archive.organization.cloud.state.buckets.has(ARCHIVE)).toBe(false);
  });
});

describe('a bucket in another region than configured', { timeout: 60_000 }, () => {
  test('147 of the same partition: it is asked where S3 says it is, and everything goes on', async () => {
    archive.replace({ ...archive.bucket(), region: 'eu-central-1' });
    for (const words of [['collect'], ['plan', '--no-preflight'], ['verify', '--archive']])
      expect(await archive.run(...words)).toMatchObject({ code: 0 });
  });

  test('147 of another partition: refused with the region it is in, and nothing is signed for that one', async () => {
    archive.replace({ ...archive.bucket(), region: 'cn-north-1' });
    const before = archive.objects();
    for (const words of COMMANDS) {
      const { code, stderr } = await archive.run(...words);
      expect([words[0], code, stderr]).toEqual([words[0], 1, expect.stringContaining('cn-north-1')]);
    }
    const [look] = (await archive.look()).problems;
    expect(look).toMatchObject({ code: 'blocked-unreachable', hint: expect.stringContaining('cn-north-1') });
    expect(archive.objects()).toEqual(before);
  });
});

describe('a bucket that is opened to the public', () => {
  const open = (): void => void archive.bucket().configurations.delete('publicAccessBlock');

  test('152 with Block Public Access off: told as drift with what is open; without that wish told all the same', async () => {
    open();
    const [drift] = driftOf((await archive.look()).problems);
    expect(drift?.code).toBe('drift-public-access');
    expect(drift?.detail).toContain('BlockPublicPolicy is off');
    expect(drift?.detail).toMatch(/^\+ .*"RestrictPublicBuckets": true/m);
    archive.wish({ posture: { publicAccessBlocked: false } });
    expect(codesOf((await archive.look()).problems)).toContain('posture-public-access');
    expect(archive.bucket().configurations.has('publicAccessBlock')).toBe(false);
  });

  test('152 by a statement for everybody: the plan and the daemon name it', async () => {
    open();
    archive.editPolicy((ours) => [...ours, everybody('ReadAll', 's3:GetObject')]);
    const { findings } = await archive.plan();
    const told = findings.find(({ code }) => code === 'policy-public');
    expect(`${told?.detail} ${told?.hint}`).toContain('ReadAll');
    expect(codesOf((await archive.look()).problems)).toContain('policy-public');
  });

  test('152 by ACLs that count again: told where ownership is configured', async () => {
    archive.wish({ posture: { ownership: 'BucketOwnerEnforced' } });
    expect(driftOf((await archive.look()).problems)).toEqual([]);
    const rule = '<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>';
    archive.bucket().configurations.set('ownershipControls', `<OwnershipControls>${rule}</OwnershipControls>`);
    const [drift] = driftOf((await archive.look()).problems);
    expect(drift).toMatchObject({ code: 'drift-ownership', detail: expect.stringMatching(/^- .*"ObjectWriter"/m) });
  });
});

function everybody(sid: string, action: string): Readonly<Record<string, string>> {
  return { Sid: sid, Effect: 'Allow', Principal: '*', Action: action, Resource: `arn:aws:s3:::${ARCHIVE}/*` };
}

describe('what keeps versions and locks them', () => {
  test('157 versioning suspended: drift with its diff, and not switched on unless told', async () => {
    archive.bucket().versioning = 'suspended';
    const [drift] = driftOf((await archive.look()).problems);
    expect(drift?.code).toBe('drift-versioning');
    expect(drift?.detail).toMatch(/^- .*"Suspended"/m);
    expect([archive.bucket().versioning, putCalls()]).toEqual(['suspended', []]);
    archive.wish({ reconcile: { apply: true } });
    const { reapplied } = await archive.look();
    expect(reapplied.map(({ kind }) => kind)).toEqual(['versioning']);
    expect(archive.bucket().versioning).toBe('enabled');
  });

  test('157 a shorter default retention: drift; a longer one than configured is kept, and told', async () => {
    archive.bucket().objectLock = true;
    archive.bucket().defaultRetention = { mode: 'GOVERNANCE', days: 30 };
    archive.wish({ posture: { objectLock: { mode: 'GOVERNANCE', days: 30 } } });
    expect(driftOf((await archive.look()).problems)).toEqual([]);
    archive.bucket().defaultRetention = { mode: 'GOVERNANCE', days: 1 };
    const [drift] = driftOf((await archive.look()).problems);
    expect(drift).toMatchObject({
      code: 'drift-object-lock',
      detail: expect.stringContaining('1 days, shorter than 30'),
    });
    archive.bucket().defaultRetention = { mode: 'COMPLIANCE', days: 400 };
    archive.wish({ posture: { objectLock: { mode: 'GOVERNANCE', days: 30 } }, reconcile: { apply: true } });
    expect(codesOf((await archive.look()).problems)).toContain('posture-lock-weaker');
    expect(archive.bucket().defaultRetention).toEqual({ mode: 'COMPLIANCE', days: 400 });
  });

  test('157 a default retention taken away: drift', async () => {
    archive.wish({ posture: { objectLock: { mode: 'GOVERNANCE', days: 30 } } });
    archive.bucket().objectLock = true;
    const [drift] = driftOf((await archive.look()).problems);
    expect(drift).toMatchObject({ code: 'drift-object-lock', detail: expect.stringContaining('No default retention') });
  });
});

type Problems = Awaited<ReturnType<HeldArchive['look']>>['problems'];

function driftOf(problems: Problems): Problems {
  return problems.filter(({ code }) => code.startsWith('drift-'));
}

/** The writes of settings: probes and records are none. */
function putCalls(): readonly string[] {
  return archive.written().filter((call) => !call.startsWith('PutObject '));
}
