/** From configuration to wanted state: what the example's comments ask for, and how trails and prefixes are resolved. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Config, parseConfig } from '../src/config.ts';
import { wantedLifecycle, wantedPolicy, wantedPosture } from '../src/config/wanted.ts';
import { COMPANION_ENV, LAYERS, withCompanions } from './config/example.ts';
import { policy } from './config/policy-groups.ts';
import { FILE, GOOD } from './config/refusal.ts';

const [plain = '', groups = '', everything = ''] = LAYERS;

function example(text: string, changes: readonly (readonly [string, string])[] = []): Config {
  const whole = changes.reduce((changed, [from, to]) => changed.replace(from, to), text);
  return text === plain ? parseConfig(whole, FILE, {}) : parseConfig(withCompanions(whole), FILE, COMPANION_ENV);
}

describe('the example', () => {
  test('as it stands asks for nothing to be held', () => {
    const config = example(plain);
    expect([wantedPolicy(config, []), wantedPosture(config), wantedLifecycle(config)]).toEqual([null, null, null]);
  });

  test('with its groups gives the policy that it shows', () => {
    expect(wantedPolicy(example(groups), ['222222222222'])).toEqual({
      partition: 'aws',
      bucket: 'example-trail-archive',
      prefix: '',
      owner: '111111111111',
      kmsKey: null,
      writer: 'arn:aws:iam::111111111111:role/orgtrail',
      breakGlass: ['arn:aws:iam::111111111111:role/break-glass'],
      administrators: [],
      tlsOnly: true,
      conditionalWrites: true,
      delivery: [
        {
          arn: 'arn:aws:cloudtrail:us-east-1:333333333333:trail/direct',
          prefix: 'direct/',
          organization: null,
        },
        {
          arn: 'arn:aws:cloudtrail:us-east-1:444444444444:trail/organization',
          prefix: 'organization/',
          organization: 'o-exampleorgid',
        },
      ],
      readers: [
        { principals: ['222222222222'], accounts: ['222222222222'] },
        { principals: ['arn:aws:iam::555555555555:role/auditor'], accounts: null },
      ],
      organizations: [],
      cloudtrail: 'cloudtrail.amazonaws.com',
    });
  });

  test('with everything gives every account its trail', () => {
    const wanted = wantedPolicy(example(everything), ['222222222222', '000000000001', '222222222222']);
    expect(wanted?.delivery.slice(2)).toEqual([
      { arn: 'arn:aws:cloudtrail:us-east-1:000000000001:trail/central', prefix: 'direct/', organization: null },
      { arn: 'arn:aws:cloudtrail:us-east-1:222222222222:trail/central', prefix: 'direct/', organization: null },
    ]);
  });

  test('gives the posture that it shows', () => {
    const posture = {
      bucket: 'example-trail-archive',
      owner: '111111111111',
      versioning: true,
      objectLock: null,
      encryption: null,
      publicAccessBlocked: true,
      ownership: 'BucketOwnerEnforced',
      accessLogging: null,
    };
    expect(wantedPosture(example(groups))).toEqual(posture);
    expect(wantedPosture(example(everything))).toEqual({
      ...posture,
      objectLock: { mode: 'GOVERNANCE', days: 365 },
      encryption: { kmsKey: null, bucketKey: true },
      accessLogging: { bucket: 'example-access-logs', prefix: '' },
    });
    const key = 'arn:aws:kms:us-east-1:111111111111:key/1234';
    const keyed = example(everything, [['kmsKey: null', `kmsKey: ${key}`]]);
    expect(wantedPosture(keyed)?.encryption).toEqual({ kmsKey: key, bucketKey: true });
    expect(wantedPolicy(keyed, [])?.kmsKey).toBe(key);
  });

  test('gives the lifecycle that it shows', () => {
    const wanted = wantedLifecycle(example(groups));
    expect(wanted).toMatchObject({
      bucket: 'example-trail-archive',
      owner: '111111111111',
      prefix: '',
      minimumSize: 'all-128K',
      retentionDays: null,
      prices: null,
    });
    expect(wanted?.rules.map(({ name, of, expireDays }) => [name, of, expireDays])).toEqual([
      ['captured', 'pending', 30],
      ['cold', 'proven', null],
      ['uploads', 'proven', null],
    ]);
    expect(wanted?.rules[1]?.transitions).toEqual([{ days: 90, class: 'GLACIER_IR' }]);
    expect(wanted?.rules[2]?.abortUploadsDays).toBe(7);
    expect(wantedLifecycle(example(everything))?.prices).toEqual({
      currency: 'USD',
      storage: { STANDARD: 0.023, GLACIER_IR: 0.004 },
      transition: { GLACIER_IR: 0.02 },
    });
  });
});

describe('resolved', () => {
  const every = (region: string): string =>
    policy(`delivery: { everyAccount: { name: main, region: ${region}, prefix: direct } }`);

  test.each([
    ['aws', 'eu-central-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-eusc', 'eusc-de-east-1'],
  ])('in partition %s', (partition, region) => {
    const text = every(region).replaceAll('arn:aws:', `arn:${partition}:`).replace('us-east-1', region);
    const wanted = wantedPolicy(parseConfig(`${text}aws: { region: ${region} }\n`, FILE, {}), ['222222222222']);
    expect(wanted?.partition).toBe(partition);
    expect(wanted?.delivery).toEqual([
      { arn: `arn:${partition}:cloudtrail:${region}:222222222222:trail/main`, prefix: 'direct/', organization: null },
    ]);
  });

  test('the prefix of the archive with its slash', () => {
    const text = every('us-east-1').replace('organizations:', '  prefix: archive\norganizations:');
    expect(wantedPolicy(parseConfig(text, FILE, {}), [])?.prefix).toBe('archive/');
    const lifecycle = `${GOOD.replace('organizations:', '  prefix: archive\norganizations:')}lifecycle: {}\n`;
    expect(wantedLifecycle(parseConfig(lifecycle, FILE, {}))?.prefix).toBe('archive/');
  });

  test('one trail for each account, whatever the order they are found in', () => {
    const config = parseConfig(every('us-east-1'), FILE, {});
    const ids = fc.uniqueArray(fc.stringMatching(/^\d{12}$/), { maxLength: 30 });
    fc.assert(
      fc.property(ids, fc.infiniteStream(fc.nat()), (accounts, random) => {
        const shuffled = accounts
          .map((id) => ({ id, at: random.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ id }) => id);
        const wanted = wantedPolicy(config, accounts);
        expect(wantedPolicy(config, [...shuffled, ...accounts])).toEqual(wanted);
        expect(wanted?.delivery.map(({ arn }) => arn.split(':')[4])).toEqual(accounts.toSorted());
      }),
    );
  });
});
