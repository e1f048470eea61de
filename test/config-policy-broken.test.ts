/** Contradictions are looked for in what is good alone: what is wrong elsewhere is told once, and hides nothing. */
import { describe, expect, test } from 'vitest';
import { GLASS, group, policy, rule, TRAIL, WRITER } from './config/policy-groups.ts';
import { GOOD, linesOf } from './config/refusal.ts';

/** Place and option of every line, without what is wrong. */
function placesOf(text: string): readonly string[] {
  return linesOf(text).map((line) => line.split(': ')[0] ?? '');
}

const CHINA = 'arn:aws-cn:iam::111111111111:role/x';
const every = (fields: string): string =>
  `delivery:\n  trails: [{ prefix: a, arn: "${TRAIL}" }]\n  everyAccount: { ${fields} }`;

describe('told once', () => {
  test.each<readonly [string, string, readonly string[]]>([
    ['a region that is none', policy('', { writer: CHINA }).replace('us-east-1', 'nowhere'), ['3:11 archive.region']],
    [
      'a prefix that is none',
      policy('delivery: { everyAccount: { name: main, region: us-east-1, prefix: a } }').replace(
        'organizations:',
        '  prefix: /a\norganizations:',
      ),
      ['5:11 archive.prefix'],
    ],
    [
      'a key that is a number',
      policy('key: true').replace('organizations:', '  kmsKey: 1\norganizations:'),
      ['5:11 archive.kmsKey'],
    ],
    [
      'a key that is none',
      policy('key: true').replace('organizations:', '  kmsKey: alias/x\norganizations:'),
      ['5:11 archive.kmsKey'],
    ],
    ['a writer that is none', policy('', { writer: 'x' }), ['7:11 policy.writer']],
    ['no writer', `${GOOD}policy: { breakGlass: [${GLASS}] }\n`, ['6:1 policy.writer']],
    [
      'principals that are none, twice',
      policy('', { breakGlass: '[x, x]' }),
      ['8:16 policy.breakGlass[0]', '8:19 policy.breakGlass[1]'],
    ],
    ['no name of a trail', policy(every('region: us-east-1, prefix: a')), ['11:5 policy.delivery.everyAccount.name']],
    ['no region of a trail', policy(every('name: main, prefix: a')), ['11:5 policy.delivery.everyAccount.region']],
    [
      'neither of them',
      policy(every('prefix: a')),
      ['11:5 policy.delivery.everyAccount.name', '11:5 policy.delivery.everyAccount.region'],
    ],
    [
      'an ARN of a trail that is none',
      policy(every('name: main, region: us-east-1, prefix: a').replace(TRAIL, 'x')),
      ['10:32 policy.delivery.trails[0].arn'],
    ],
    [
      'an organization that is none',
      policy(
        `organizationIds: [o-abcdefghij]\ndelivery: { trails: [{ organization: x, prefix: a, arn: "${TRAIL}" }] }`,
      ),
      ['10:40 policy.delivery.trails[0].organization'],
    ],
    [
      'an account id that is none',
      policy('members: { role: x }').replace('organizations: [{ name: example }]', 'accounts: [{ id: "2" }]'),
      ['5:18 accounts[0].id'],
    ],
    [
      'an owner that is none',
      policy('members: { role: x }')
        .replace('"111111111111"', 'x')
        .replace('[{ name: example }]', '[{ name: example }]\naccounts: [{ id: "222222222222" }]'),
      ['4:10 archive.owner'],
    ],
    ['a rule that is none', group('lifecycle', 'rules: [cold]'), ['7:11 lifecycle.rules[0]']],
    ['a rule of null', group('lifecycle', 'rules: [null]'), ['7:11 lifecycle.rules[0]']],
    [
      'transitions that are none',
      rule('name: a, of: logs, transitions: soon'),
      ['8:41 lifecycle.rules[0].transitions'],
    ],
    [
      'a bucket that is none',
      group('posture', 'accessLogging: { bucket: archive-bucket }').replace(
        'bucket: archive-bucket\n',
        'bucket: Archive\n',
      ),
      ['2:11 archive.bucket'],
    ],
  ])('%s', (_name, text, places) => {
    expect(placesOf(text)).toEqual(places.map((place) => `c.yaml:${place}`));
  });
});

test('a contradiction is found beside what is wrong', () => {
  const text = `${policy('topic: x\nmembers: { role: "a b" }', { breakGlass: `[${WRITER}, y]` })}reconcile: { apply: true }\n`;
  expect(placesOf(text)).toEqual([
    'c.yaml:7:11 policy.writer',
    'c.yaml:8:57 policy.breakGlass[1]',
    'c.yaml:9:10 policy.topic',
    'c.yaml:10:20 policy.members.role',
  ]);
  const unowned = policy('members: { role: x }').replace('  owner: "111111111111"\n', '');
  expect(placesOf(unowned.replace('organizations: [{ name: example }]', 'accounts: [{ id: "222222222222" }]'))).toEqual(
    ['c.yaml:1:1 archive.owner', 'c.yaml:8:12 policy.members'],
  );
});
