/** ListPublicKeys: keys by region and time, byte for byte, in pages. */
import { generateKeyPairSync } from 'node:crypto';
import { ListPublicKeysCommand } from '@aws-sdk/client-cloudtrail';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/core/publickey.ts';
import { MEMBER, outcomeOf, userOf } from './identity/estate.ts';
import { client, withTrails } from './identity/trail-estate.ts';
import type { CloudPublicKey } from './types.ts';

const DAY = 24 * 3_600_000;

describe('ListPublicKeys', () => {
  function keyOf(region: string, validFrom: number, validTo: number): CloudPublicKey {
    const der = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'pkcs1', format: 'der' });
    return { region, fingerprint: fingerprintOf(der), der, validFrom, validTo };
  }

  test('by region and time; both times are now when absent', async () => {
    const now = Date.now();
    await using estate = await withTrails();
    const old = keyOf('us-east-1', now - 40 * DAY, now - 10 * DAY);
    const current = keyOf('us-east-1', now - 20 * DAY, now + 10 * DAY);
    const elsewhere = keyOf('eu-west-1', now - 20 * DAY, now + 10 * DAY);
    estate.state.publicKeys.push(old, current, elsewhere);
    const list = async (region: string, from?: number, to?: number) => {
      const times = {
        ...(from === undefined ? {} : { StartTime: new Date(from) }),
        ...(to === undefined ? {} : { EndTime: new Date(to) }),
      };
      return (
        (await client(estate, userOf(MEMBER), region).send(new ListPublicKeysCommand(times))).PublicKeyList ?? []
      ).map((key) => key.Fingerprint);
    };
    expect(await list('us-east-1')).toEqual([current.fingerprint]);
    expect(await list('us-east-1', now - 50 * DAY)).toEqual([old.fingerprint, current.fingerprint]);
    expect(await list('us-east-1', now - 50 * DAY, now - 41 * DAY)).toEqual([]);
    expect(await list('us-east-1', now - 50 * DAY, now - 30 * DAY)).toEqual([old.fingerprint]);
    expect(await list('eu-west-1')).toEqual([elsewhere.fingerprint]);
    expect(await list('ap-south-1')).toEqual([]);
    expect(await outcomeOf(list('us-east-1', now, now - DAY))).toBe('InvalidTimeRangeException');
    expect(await outcomeOf(list('us-east-1', undefined, now - DAY))).toBe('InvalidTimeRangeException');
  });

  test('bytes and times come back as they were; pages and empty lists on demand', async () => {
    const now = Math.floor(Date.now() / 1000) * 1000;
    await using estate = await withTrails();
    estate.state.publicKeys.push(keyOf('us-east-1', now - DAY, now + DAY), keyOf('us-east-1', now - DAY, now + DAY));
    const [first, second] = estate.state.publicKeys;
    const whole = await client(estate).send(new ListPublicKeysCommand({}));
    expect(whole.NextToken).toBeUndefined();
    expect(Buffer.from(whole.PublicKeyList?.[0]?.Value ?? []).equals(first?.der ?? Buffer.of(1))).toBe(true);
    expect(whole.PublicKeyList?.[0]).toMatchObject({
      ValidityStartTime: new Date(now - DAY),
      ValidityEndTime: new Date(now + DAY),
    });
    estate.state.keyPageSize = 1;
    const page = await client(estate).send(new ListPublicKeysCommand({}));
    const next = await client(estate).send(new ListPublicKeysCommand({ NextToken: page.NextToken }));
    expect([page.PublicKeyList?.length, next.PublicKeyList?.[0]?.Fingerprint, next.NextToken]).toEqual([
      1,
      second?.fingerprint,
      undefined,
    ]);
    expect(await outcomeOf(client(estate).send(new ListPublicKeysCommand({ NextToken: 'made-up' })))).toBe(
      'InvalidTokenException',
    );
    const lift = estate.state.fail({ operation: 'ListPublicKeys', region: 'us-east-1', outcome: { type: 'empty' } });
    expect((await client(estate).send(new ListPublicKeysCommand({}))).PublicKeyList).toEqual([]);
    lift();
    expect((await client(estate).send(new ListPublicKeysCommand({}))).PublicKeyList).toHaveLength(1);
  });
});
