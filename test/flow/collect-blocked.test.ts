/** What collecting cannot look at is neither valid nor missing, accuses nobody, holds up nothing else, and heals. */
import { describe, expect, test, vi } from 'vitest';
import { provenKey } from '../../src/core/layout.ts';
import { HOUR } from '../../src/core/time.ts';
import { LATER, lineOf, NOW, openCollect, START } from './collect-ground.ts';
import { compareArchive, denyRead, keysWith, overwrite, receipts, receiptStates, sourceObjects } from './evidence.ts';
import { ARCHIVE, openOrganization, readerRole, type Organization } from './organization.ts';
import { pass } from './pass.ts';
import { nth, spots, type Spot } from './spots.ts';

describe('what cannot be looked at', () => {
  const KMS = 'arn:aws:kms:us-east-1:999999999999:key/11111111-2222-3333-4444-555555555555';
  const BLOCKS: Readonly<Record<string, (organization: Organization, log: Spot) => () => void>> = {
    'blocked-access': (organization, log) => denyRead(organization, log.bucket, log.key),
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
      const organization = await openCollect();
      const truth = sourceObjects(organization);
      const log = nth(spots(organization, 'logs'), 2);
      const lift = BLOCKS[code]?.(organization, log);
      const first = await pass(organization, NOW);
      expect(first.exitCode).toBe(5);
      expect(lineOf(organization, log.key)).toMatchObject({ verdict: code, via: null, place: null });
      expect(first.status.findings).toMatchObject([{ code, key: log.key }]);
      expect(compareArchive(organization, truth)).toEqual({ lost: [provenKey('', log.key)], foreign: [] });
      expect(receiptStates(organization).filter((state) => state === 'r0.blocked')).toHaveLength(1);
      lift?.();
      expect((await pass(organization, LATER)).exitCode).toBe(0);
      expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
      expect(lineOf(organization, log.key)).toMatchObject({ verdict: 'valid', via: 'source' });
    },
  );

  test('a digest that may not be read is blocked, not missing (it had no receipt, so its hour looked like a gap)', async () => {
    const organization = await openCollect();
    const digest = nth(spots(organization, 'digests'), 1);
    const lift = denyRead(organization, digest.bucket, digest.key);
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
    expect(receiptStates(organization)).toEqual(['r0.start', 'r1.linked', 'r1.linked']);
  });

  test('an object in the name of a digest that is too large to be one is malformed and stops nothing (it ended the whole pass)', async () => {
    const organization = await openCollect({ config: { limits: { maxObjectBytes: 1024 * 1024 } } });
    const digest = nth(spots(organization, 'digests'), 2);
    overwrite(organization, digest.bucket, digest.key, new Uint8Array(1024 * 1024 + 1));
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(3);
    expect(first.status.findings.map((finding) => finding.code)).toEqual(['digest-malformed']);
    expect(receiptStates(organization)).toEqual(['r0.start', 'r0.linked', 'r0.failed']);
  });

  test.each([
    ['is refused', { type: 'error', code: 'AccessDeniedException', status: 400 }],
    ['is down', { type: 'error', code: 'InternalFailure', status: 500 }],
  ] as const)('the key service that %s blocks, accuses nobody, and heals', async (_how, outcome) => {
    const organization = await openCollect({ hours: 2, now: () => START + 4 * HOUR });
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
