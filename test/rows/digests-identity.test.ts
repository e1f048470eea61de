/** Rows 101, 102, 111, 116, 117 and 121: whose digest it is, where it may lie, and where it may lead. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatKey, parseKey, type DigestKey } from '../../src/core/key.ts';
import { HOUR } from '../../src/core/time.ts';
import { putObjects } from '../cloud/forge/buckets.ts';
import { replayForeignDigest, replayOlderDigest } from '../cloud/forge/damage/digests.ts';
import { reseal } from '../cloud/forge/damage/reseal.ts';
import { listForeignLog } from '../cloud/forge/damage/signed-contents.ts';
import { START, type Stage } from '../core/forged-chain.ts';
import { receipts } from '../flow/evidence.ts';
import { ACCOUNT, BUCKET, FORMER, REGION, type OneChain } from '../flow/one-chain.ts';
import { openOrganization } from '../flow/organization.ts';
import { pass } from '../flow/pass.ts';
import {
  archived,
  askedFor,
  collected,
  damaged,
  ground,
  notGreen,
  provenAt,
  saidOf,
  statesOf,
  statusCodes,
} from './ground.ts';

type Other = { readonly account?: string; readonly region?: string; readonly name?: string };

/** A genuine digest of another chain of the same forge, put over the one of hour 6. */
function replay({
  account = '111122223333',
  region = 'eu-west-1',
  name = 'audit_trail.v2',
}: Other): (stage: Stage) => void {
  return (stage) => {
    const { bucket, prefix } = stage.chain.trail;
    const trail = stage.forge.trail({ account, homeRegion: region, bucket, prefix, name, startedLogging: START });
    const other = stage.forge.chain({ trail, region, firstDigestStart: START });
    const hours = Array.from({ length: 7 }, () => other.hour({ logs: 1 }));
    const foreign = other.hours[6];
    const made = hours[6]?.digest.object;
    if (foreign === undefined || made === undefined) throw new Error('no hour');
    putObjects(stage.buckets, [made]);
    replayForeignDigest(stage, { hour: 6, foreign });
  };
}

describe('F. CloudTrail digests', () => {
  test.each([
    ['account', { account: '444455556666' }],
    ['region', { region: 'us-east-1' }],
    ['trail', { name: 'another-trail' }],
  ] as const)('101 a genuine digest of another %s in this place: moved, and its hour is not green', (_what, other) => {
    const { judged, codes } = damaged(replay(other));
    expect(codes).toContain('digest-moved');
    expect(notGreen(judged)).toContain(6);
    expect(saidOf(replayOlderDigest)).toContain('digest-moved');
  });

  test('102 trail names that look like other parts of a key: one key for each, read back as it was meant', () => {
    const part = fc.constantFrom(
      't1',
      't1x',
      'us-east-1',
      'backfill',
      'CloudTrail-Digest',
      '20260501T001352Z',
      'a.b-c',
    );
    const region = fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1');
    const keys = fc.record({
      trail: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `trail_${parts.join('_')}`),
      homeRegion: region,
      region,
      kind: fc.constantFrom('standard' as const, 'backfill' as const),
    });
    const fixed = { type: 'digest', prefix: '', org: null, account: ACCOUNT, end: START + HOUR } as const;
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const [first, second]: readonly DigestKey[] = [
          { ...fixed, ...one },
          { ...fixed, ...other },
        ];
        if (first === undefined || second === undefined) throw new Error('two keys');
        expect(parseKey(formatKey(first))).toEqual(first);
        expect(formatKey(first) === formatKey(second)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test.each(['account', 'bucket', 'region', 'folder'] as const)(
    '111 a digest that names a log file of another %s: log-foreign, and nobody asks for it (cause: a key outside the grammar ended the process)',
    async (place) => {
      const chain = await ground();
      const [, named] = listForeignLog(chain, { place, spot: { hour: 1 } }).objects;
      chain.publish();
      const after = await collected(chain);
      expect([after.exitCode, statusCodes(after)]).toEqual([3, ['log-foreign']]);
      expect(askedFor(chain, named ?? { bucket: '', key: '' })).toEqual([]);
      expect(archived(chain, '').filter((key) => key.includes('secrets') || key.includes('999999999999'))).toEqual([]);
    },
  );

  test('111 a digest that names a predecessor outside the grammar: blocked, not asked for (cause: the key of its copy could not be made, which ended the process)', async () => {
    const chain = await ground();
    const outside = { bucket: BUCKET, key: '../secrets/digest.json.gz' };
    reseal(chain, 3, (fields) => void (fields.previousDigestS3Object = outside.key));
    chain.publish();
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([5, ['blocked-access']]);
    expect(askedFor(chain, outside)).toEqual([]);
  });

  test('116 an organization trail: one chain for each account, and who leaves keeps what was proven', async () => {
    const start = Date.UTC(2026, 2, 1);
    const now = start + 5 * HOUR;
    const shape = { accounts: 3, regions: ['us-east-1'], organizationTrail: true, memberTrails: false, cheap: true };
    const organization = await openOrganization({ seed: 'rows', start, hours: 3, now: () => now, ...shape });
    try {
      expect((await pass(organization, now)).exitCode).toBe(0);
      const before = receipts(organization);
      const owners = new Set(before.map(({ name }) => name.account));
      expect([...owners].toSorted()).toEqual(organization.world.accounts.map(({ id }) => id).toSorted());
      expect(before.map(({ receipt }) => receipt.digest.origin.key.split('/')[1])).toEqual(
        before.map(() => organization.world.organizationId),
      );
      const { accounts } = organization.cloud.control.organization;
      accounts.splice(
        accounts.findIndex(({ id }) => id === organization.world.accounts.at(-1)?.id),
        1,
      );
      const kept = organization.archived().filter((key) => key.startsWith('AWSLogs/'));
      await pass(organization, now);
      expect(organization.archived().filter((key) => key.startsWith('AWSLogs/'))).toEqual(kept);
      expect(receipts(organization).map(({ name }) => name.state)).toEqual(before.map(({ name }) => name.state));
    } finally {
      await organization.close();
    }
  });

  const moved = async (formerBuckets: readonly string[]): Promise<OneChain> => {
    const chain = await ground({ hours: 2 });
    chain.chain.move(FORMER, 'logs');
    chain.hour();
    chain.publish();
    const trail = { arn: chain.chain.trail.arn, bucket: FORMER, prefix: 'logs/', regions: [REGION], formerBuckets };
    chain.configure({ accounts: [{ id: ACCOUNT, trails: [trail] }] });
    return chain;
  };

  test('117 a trail moved to another bucket: followed where the old one is configured', async () => {
    const chain = await moved([`${BUCKET}/logs/`]);
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after), statesOf(chain)]).toEqual([0, [], ['start', 'linked', 'linked']]);
  });

  test('117 a trail moved to another bucket, the old one not configured: blocked with the setting to add, and not asked for', async () => {
    const chain = await moved([]);
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([5, ['blocked-access']]);
    expect(after.status.findings[0]?.detail).toContain('formerBuckets');
    const { digest } = chain.chain.hours[1] ?? { digest: { bucket: '', key: '' } };
    expect(askedFor(chain, digest)).toEqual([]);
    expect(archived(chain, 'AWSLogs/')).not.toContain(provenAt(digest));
  });

  test('121 several trails of an account, seen from every region: each chain once', async () => {
    const start = Date.UTC(2026, 2, 1);
    const now = start + 4 * HOUR;
    const shape = { accounts: 3, regions: ['us-east-1', 'eu-west-1'], cheap: true };
    const organization = await openOrganization({ seed: 'rows', start, hours: 2, now: () => now, ...shape });
    try {
      const { exitCode } = await pass(organization, now);
      expect(exitCode).toBe(0);
      const found = receipts(organization).map(
        ({ name }) => `${name.account}/${name.region}/${name.trail}/${name.end}`,
      );
      const wanted = organization.world.chains.flatMap(({ account, region, trail, hours }) =>
        hours.map(({ end }) => `${account}/${region}/${trail.name}/${end}`),
      );
      expect(found.toSorted()).toEqual(wanted.toSorted());
      expect(new Set(organization.world.trails.map(({ account }) => account)).size).toBeLessThan(
        organization.world.trails.length,
      );
    } finally {
      await organization.close();
    }
  });
});
