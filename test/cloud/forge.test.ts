import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CloudObject, CloudPublicKey } from './types.ts';
import { createForge } from './forge/forge.ts';
import { DAY, HOUR } from './forge/times.ts';

const START = Date.parse('2026-05-01T00:13:52Z');
const REGION = '(?:[a-z]{2,4}(?:-[a-z]+)+-\\d)';
const LOG = new RegExp(
  `^(?:(?<prefix>.+)/)?AWSLogs/(?:(?<org>o-[a-z0-9]{10,32})/)?(?<acct>\\d{12})/(?<kind>CloudTrail(?:-Insight|-NetworkActivity|-Aggregated)?)/(?<region>${REGION})/(?<y>\\d{4})/(?<m>\\d\\d)/(?<d>\\d\\d)/\\k<acct>_(?<kind2>CloudTrail(?:-[A-Za-z]+)?)_\\k<region>_(?<ts>\\d{8}T\\d{4}Z)_(?<uniq>[A-Za-z0-9]{16})\\.json\\.gz$`,
);
const DIGEST = new RegExp(
  `^(?:(?<prefix>.+)/)?AWSLogs/(?:(?<org>o-[a-z0-9]{10,32})/)?(?<acct>\\d{12})/CloudTrail-Digest/(?<region>${REGION})/(?<y>\\d{4})/(?<m>\\d\\d)/(?<d>\\d\\d)/\\k<acct>_CloudTrail-Digest_\\k<region>_(?<trail>[A-Za-z0-9._-]{3,128})_(?<home>${REGION})_(?<end>\\d{8}T\\d{6}Z)(?<backfill>_backfill)?\\.json\\.gz$`,
);

type Fields = Record<string, string | null> & { logFiles: Record<string, string>[] };

const bytesOf = (object: CloudObject): Buffer => gunzipSync(object.body);
const fieldsOf = (object: CloudObject): Fields => JSON.parse(bytesOf(object).toString('utf8')) as Fields;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function signed(object: CloudObject, keys: readonly CloudPublicKey[]): boolean {
  const fields = fieldsOf(object);
  const message = [
    fields['digestEndTime'],
    `${fields['digestS3Bucket']}/${fields['digestS3Object']}`,
    sha256(bytesOf(object)),
    fields['previousDigestSignature'] ?? 'null',
  ].join('\n');
  const key = keys.find(({ fingerprint }) => fingerprint === fields['digestPublicKeyFingerprint']);
  if (key === undefined) throw new Error('the key is not published');
  const publicKey = createPublicKey({
    key: Buffer.from(key.der),
    format: 'der',
    type: key.der.length === 270 ? 'pkcs1' : 'spki',
  });
  return verify(
    'RSA-SHA256',
    Buffer.from(message, 'utf8'),
    publicKey,
    Buffer.from(object.metadata.get('signature') ?? '', 'hex'),
  );
}

function newChain(
  options: { readonly escapeSlashes?: boolean; readonly spkiRegions?: readonly string[]; readonly seed?: string } = {},
) {
  const forge = createForge({ seed: 'forge', cheap: true, ...options });
  const trail = forge.trail({
    account: '012345678901',
    homeRegion: 'us-east-1',
    bucket: 'member-logs',
    prefix: 'security/cloudtrail',
    name: 'audit_trail.v2',
  });
  return { forge, trail, chain: forge.chain({ trail, region: 'eu-west-1', firstDigestStart: START }) };
}

describe('digests', () => {
  test('verify under the published key, with the string to sign written out here', () => {
    const { forge, chain } = newChain();
    const hours = Array.from({ length: 5 }, () => chain.hour({ logs: 2 }));
    const keys = forge.publicKeys('eu-west-1', START, START + 6 * HOUR);
    expect(hours.map(({ digest }) => signed(digest.object, keys))).toEqual(hours.map(() => true));
    expect(hours.every(({ digest }) => /^[0-9a-f]{512}$/.test(digest.object.metadata.get('signature') ?? ''))).toBe(
      true,
    );
    expect([...(hours[0]?.digest.object.metadata.keys() ?? [])]).toEqual(['signature', 'signature-algorithm']);
    const [one] = hours;
    const other =
      one === undefined
        ? undefined
        : {
            ...one.digest.object,
            metadata: new Map([['signature', hours[1]?.digest.object.metadata.get('signature') ?? '']]),
          };
    expect(other !== undefined && signed(other, keys)).toBe(false);
  });

  test('hold their fields in the order of genuine ones, and five nulls at the start of the chain', () => {
    const { chain } = newChain();
    const [first, second] = [chain.hour(), chain.hour({ logs: 1 })];
    const order =
      'awsAccountId,digestStartTime,digestEndTime,digestS3Bucket,digestS3Object,digestPublicKeyFingerprint,digestSignatureAlgorithm,newestEventTime,oldestEventTime,previousDigestS3Bucket,previousDigestS3Object,previousDigestHashValue,previousDigestHashAlgorithm,previousDigestSignature,logFiles';
    expect(Object.keys(fieldsOf(first.digest.object)).join()).toBe(order);
    expect(Object.keys(fieldsOf(second.digest.object).logFiles[0] ?? {}).join()).toBe(
      's3Bucket,s3Object,hashValue,hashAlgorithm,newestEventTime,oldestEventTime',
    );
    expect(bytesOf(first.digest.object).toString('utf8')).toMatch(
      /"newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":null,"previousDigestS3Object":null,"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":\[\]}$/,
    );
    expect([first.starting, second.starting]).toEqual([true, false]);
  });

  test('name their predecessor by place, hash and signature, without a gap, at the same minute and second', () => {
    const { chain } = newChain();
    const hours = Array.from({ length: 30 }, () => chain.hour({ logs: 1 }));
    for (const [index, hour] of hours.entries()) {
      const fields = fieldsOf(hour.digest.object);
      expect(fields['digestEndTime']).toMatch(/:13:52Z$/);
      const previous = hours[index - 1]?.digest.object;
      if (previous === undefined) continue;
      expect([fields['previousDigestS3Bucket'], fields['previousDigestS3Object']]).toEqual([
        previous.bucket,
        previous.key,
      ]);
      expect(fields['previousDigestHashValue']).toBe(sha256(bytesOf(previous)));
      expect(fields['previousDigestSignature']).toBe(previous.metadata.get('signature'));
      expect(fields['digestStartTime']).toBe(fieldsOf(previous)['digestEndTime']);
    }
  });

  test('state the hash and the event span of each log file', () => {
    const { chain } = newChain();
    const { digest, logs } = chain.hour({ logs: 4 });
    const fields = fieldsOf(digest.object);
    for (const [index, log] of logs.entries()) {
      const times = (
        JSON.parse(bytesOf(log.object).toString('utf8')) as { Records: { eventTime: string }[] }
      ).Records.map(({ eventTime }) => eventTime).toSorted();
      const entry = fields.logFiles[index];
      expect(entry).toMatchObject({
        s3Bucket: 'member-logs',
        s3Object: log.object.key,
        hashValue: sha256(bytesOf(log.object)),
        hashAlgorithm: 'SHA-256',
      });
      expect([entry?.['oldestEventTime'], entry?.['newestEventTime']]).toEqual([times[0], times.at(-1)]);
    }
    const all = fields.logFiles
      .flatMap((log) => [log['oldestEventTime'] ?? '', log['newestEventTime'] ?? ''])
      .toSorted();
    expect([fields['oldestEventTime'], fields['newestEventTime']]).toEqual([all[0], all.at(-1)]);
  });

  test('appear about half an hour after their end; log files within their hour', () => {
    const { chain } = newChain();
    const { end, start, digest, logs, deliveries } = chain.hour({ logs: 20 });
    expect(digest.deliveredAt - end).toBeGreaterThanOrEqual(1_780_000);
    expect(digest.deliveredAt - end).toBeLessThanOrEqual(1_809_000);
    expect(logs.every(({ deliveredAt }) => deliveredAt >= start && deliveredAt < end)).toBe(true);
    expect(deliveries.map(({ deliveredAt }) => deliveredAt)).toEqual(
      deliveries.map(({ deliveredAt }) => deliveredAt).toSorted((a, b) => a - b),
    );
    expect(deliveries).toHaveLength(21);
  });

  test(String.raw`are written with \/ on request, signed over exactly those bytes`, () => {
    const { forge, chain } = newChain({ escapeSlashes: true });
    const { digest } = chain.hour({ logs: 1 });
    expect(bytesOf(digest.object).toString('utf8')).toContain(
      String.raw`"digestS3Object":"security\/cloudtrail\/AWSLogs\/012345678901\/`,
    );
    expect(signed(digest.object, forge.publicKeys('eu-west-1', START, START + 2 * HOUR))).toBe(true);
  });
});

describe('keys of objects', () => {
  test('follow the grammar, folder date and minute included', () => {
    const { chain } = newChain();
    for (let hour = 0; hour < 26; hour += 1) {
      const { digest, logs, end } = chain.hour({ logs: 3 });
      const named = DIGEST.exec(digest.object.key)?.groups ?? {};
      expect(named).toMatchObject({
        prefix: 'security/cloudtrail',
        acct: '012345678901',
        region: 'eu-west-1',
        trail: 'audit_trail.v2',
        home: 'us-east-1',
      });
      expect(named['end']).toBe(new Date(end).toISOString().replaceAll(/[-:]|\.000/g, ''));
      expect(`${named['y']}${named['m']}${named['d']}`).toBe(named['end']?.slice(0, 8));
      for (const { object } of logs) {
        const log = LOG.exec(object.key)?.groups ?? {};
        expect(log).toMatchObject({ kind: 'CloudTrail', kind2: 'CloudTrail', region: 'eu-west-1' });
        expect(Number(log['ts']?.slice(11, 13)) % 5).toBe(0);
        expect(`${log['y']}${log['m']}${log['d']}`).toBe(log['ts']?.slice(0, 8));
      }
    }
  });

  test('of an organization trail lie under the organization id, of other trails not', () => {
    const forge = createForge({ seed: 7, cheap: true });
    const trail = forge.trail({
      account: '111122223333',
      homeRegion: 'us-east-1',
      bucket: 'org-logs',
      organization: true,
    });
    const { digest, logs } = forge
      .chain({ trail, account: '444455556666', region: 'eu-west-1', firstDigestStart: START })
      .hour({ logs: 1 });
    expect(DIGEST.exec(digest.object.key)?.groups).toMatchObject({ org: forge.organizationId, acct: '444455556666' });
    expect(LOG.exec(logs[0]?.object.key ?? '')?.groups).toMatchObject({
      org: forge.organizationId,
      acct: '444455556666',
    });
    expect(fieldsOf(digest.object)['awsAccountId']).toBe('444455556666');
    expect(forge.trail({ account: '111122223333', homeRegion: 'cn-north-1', bucket: 'b' }).arn).toBe(
      'arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/main',
    );
  });
});

describe('public keys', () => {
  test('last 30 days, begin 20 days apart, and carry the MD5 of their bytes', () => {
    const keys = createForge({ seed: 'keys' }).publicKeys('us-east-1', START, START + 40 * DAY);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    expect(keys.map(({ validFrom, validTo }) => validTo - validFrom)).toEqual(keys.map(() => 30 * DAY));
    expect(keys.slice(1).map(({ validFrom }, index) => validFrom - (keys[index]?.validFrom ?? 0))).toEqual(
      keys.slice(1).map(() => 20 * DAY),
    );
    expect(keys.map(({ der }) => createHash('md5').update(der).digest('hex'))).toEqual(
      keys.map(({ fingerprint }) => fingerprint),
    );
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(keys.length);
    expect(
      keys.every(({ der }) => der.length === 270 && Buffer.from(der).toString('base64').startsWith('MIIBCgKCAQEA')),
    ).toBe(true);
    expect(keys.every(({ validFrom, validTo }) => validFrom <= START + 40 * DAY && validTo >= START)).toBe(true);
  });

  test('come as SPKI where asked for, and digests name and verify under those bytes', () => {
    const { forge, chain } = newChain({ spkiRegions: ['eu-west-1'] });
    const { digest } = chain.hour({ logs: 1 });
    const keys = forge.publicKeys('eu-west-1', START, START + 2 * HOUR);
    expect(
      keys.every(({ der }) => der.length === 294 && Buffer.from(der).toString('base64').startsWith('MIIBIjANBgkq')),
    ).toBe(true);
    expect(signed(digest.object, keys)).toBe(true);
    expect(forge.publicKeys('us-east-1', START, START)[0]?.der.length).toBe(270);
  });

  test('are those of the signing time: a digest that ends just before a rotation bears the new key', () => {
    const { forge, trail } = newChain();
    const next = forge.publicKeys('eu-west-1', START, START + 30 * DAY).find(({ validFrom }) => validFrom > START);
    if (next === undefined) throw new Error('no rotation in 30 days');
    const chain = forge.chain({ trail, region: 'eu-west-1', firstDigestStart: next.validFrom - 2 * HOUR - 600_000 });
    const fingerprints = [chain.hour(), chain.hour(), chain.hour()].map(
      ({ digest }) => fieldsOf(digest.object)['digestPublicKeyFingerprint'],
    );
    expect(fingerprints[0]).not.toBe(next.fingerprint);
    expect(fingerprints.slice(1)).toEqual([next.fingerprint, next.fingerprint]);
  });

  test('can be one pair for each key, and a pool may not be too small', () => {
    const keys = ['us-east-1', 'eu-west-1'].flatMap((region) =>
      createForge({ seed: 1, keyPool: null }).publicKeys(region, START, START),
    );
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(keys.length);
    expect(() => createForge({ seed: 1, keyPool: 2 })).toThrow(RangeError);
  });
});

test('the same seed makes the same bytes, signatures included; another seed does not', () => {
  const make = (seed: string): string => {
    const { chain } = newChain({ seed });
    const objects = [chain.hour({ logs: 3 }), chain.hour({ logs: 2 })].flatMap(({ deliveries }) => deliveries);
    return sha256(
      Buffer.from(
        objects
          .map(
            ({ object, deliveredAt }) =>
              `${object.key} ${sha256(object.body)} ${object.metadata.get('signature')} ${deliveredAt}`,
          )
          .join('\n'),
      ),
    );
  };
  expect(make('one')).toBe(make('one'));
  expect(make('one')).not.toBe(make('two'));
});

test('what one chain does never changes what another one makes', () => {
  const alone = newChain().chain.hour({ logs: 2 });
  const { forge, trail, chain } = newChain();
  forge.chain({ trail, region: 'us-east-1', firstDigestStart: START }).hour({ logs: 9 });
  expect(chain.hour({ logs: 2 }).digest.object.metadata.get('signature')).toBe(
    alone.digest.object.metadata.get('signature'),
  );
});
