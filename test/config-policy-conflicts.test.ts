/** What policy, posture, lifecycle and reconcile may not say together: refused with both places. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { GLASS, group, policy, rule, TRAIL, WRITER } from './config/policy-groups.ts';
import { ARCHIVE, FILE, GOOD, linesOf } from './config/refusal.ts';

function expectAccepted(text: string): void {
  expect(() => parseConfig(text, FILE, {})).not.toThrow();
}

/** As `policy`, with two more lines before it: what stood on line 6 stands on line 7. */
function withArchive(line: string, text: string): string {
  return text.replace('organizations:', `  ${line}\norganizations:`);
}

describe('the partition', () => {
  const CHINA = 'arn:aws-cn:iam::111111111111:role/x';
  const what = 'is in partition aws-cn, but the archive is in aws (the other one: c.yaml:3:11 archive.region)';

  test.each([
    ['writer', policy('', { writer: CHINA }), '7:11 policy.writer'],
    ['break-glass', policy('', { breakGlass: `[${CHINA}]` }), '8:16 policy.breakGlass[0]'],
    ['administrator', policy(`administrators: [${CHINA}]`), '9:20 policy.administrators[0]'],
    ['reader', policy(`readers: [{ principals: ["222222222222", ${CHINA}] }]`), '9:44 policy.readers[0].principals[1]'],
    [
      'trail',
      policy('delivery: { trails: [{ prefix: a, arn: "arn:aws-cn:cloudtrail:cn-north-1:222222222222:trail/main" }] }'),
      '9:42 policy.delivery.trails[0].arn',
    ],
    [
      'everyAccount',
      policy('delivery: { everyAccount: { name: main, prefix: a, region: cn-north-1 } }'),
      '9:62 policy.delivery.everyAccount.region',
    ],
    ['topic', policy('topic: arn:aws-cn:sns:cn-north-1:111111111111:trails'), '9:10 policy.topic'],
  ])('of the %s is that of the archive', (_name, text, place) => {
    const lines = linesOf(text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^c\\.yaml:${place.replace(/[.[\]]/g, '\\$&')}: `));
    expect(lines[0]).toContain(what);
  });

  test('may be another one as a whole', () => {
    const china = policy('', { writer: CHINA, breakGlass: '["arn:aws-cn:iam::111111111111:root"]' });
    expectAccepted(`${china.replace('us-east-1', 'cn-north-1')}aws: { region: cn-north-1 }\n`);
  });
});

describe('the key', () => {
  const ALIAS = 'arn:aws:kms:us-east-1:111111111111:alias/archive';

  test('is named by its ARN where a policy needs it', () => {
    expect(linesOf(withArchive(`kmsKey: ${ALIAS}`, policy()))).toEqual([
      `c.yaml:5:11 archive.kmsKey: "${ALIAS}" is an alias, but policies need the ARN of the key itself (…:key/…) (the other one: c.yaml:8:3 policy)`,
    ]);
    expectAccepted(withArchive(`kmsKey: ${ALIAS}`, GOOD));
    expectAccepted(withArchive('kmsKey: arn:aws:kms:us-east-1:111111111111:key/1', policy('key: true')));
  });

  test('is there when its policy is to be held', () => {
    expect(linesOf(policy('key: true'))).toEqual([
      'c.yaml:9:8 policy.key: "true" asks for a key policy to be held, but there is no archive.kmsKey (the other one: c.yaml:1:1 archive.kmsKey)',
    ]);
    expect(linesOf(withArchive('kmsKey: null', policy('key: true')))[0]).toContain('c.yaml:5:11 archive.kmsKey');
  });
});

describe('principals', () => {
  test('the writer is nobody who may delete', () => {
    expect(linesOf(policy('', { breakGlass: `[${GLASS}, ${WRITER}]` }))).toEqual([
      `c.yaml:7:11 policy.writer: "${WRITER}" may delete nothing, but stands among breakGlass too (the other one: c.yaml:8:60 policy.breakGlass[1])`,
    ]);
    expectAccepted(policy(`administrators: [${WRITER}]`));
  });

  test.each([
    ['breakGlass', policy('', { breakGlass: `[${GLASS}, ${GLASS}]` }), '8:60 policy.breakGlass[1]'],
    ['administrators', policy(`administrators: [${GLASS}, ${GLASS}]`), '9:64 policy.administrators[1]'],
    ['organizationIds', policy('organizationIds: [o-abcdefghij, o-abcdefghij]'), '9:35 policy.organizationIds[1]'],
    [
      'principals',
      policy('readers: [{ principals: ["222222222222", "222222222222"] }]'),
      '9:44 policy.readers[0].principals[1]',
    ],
    [
      'accounts',
      policy(`readers: [{ principals: ["222222222222"], accounts: ["222222222222", "222222222222"] }]`),
      '9:72 policy.readers[0].accounts[1]',
    ],
  ])('stand once in %s', (_name, text, place) => {
    const lines = linesOf(text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`c.yaml:${place}: `);
    expect(lines[0]).toContain('stands in this list twice (the other one: c.yaml:');
  });
});

describe('deliveries', () => {
  const deliver = (prefix: string): string =>
    policy(`delivery: { trails: [{ prefix: "${prefix}", arn: "${TRAIL}" }] }`);
  const every = (prefix: string): string =>
    policy(`delivery: { everyAccount: { prefix: "${prefix}", name: main, region: us-east-1 } }`);

  test('lie apart from an archive at the top of its bucket', () => {
    const other = 'unproven files would lie among proven ones (the other one: c.yaml:1:1 archive.prefix)';
    expect(linesOf(deliver(''))).toEqual([
      `c.yaml:9:34 policy.delivery.trails[0].prefix: is the archive's own prefix: ${other}`,
    ]);
    expect(linesOf(every(''))).toEqual([
      `c.yaml:9:39 policy.delivery.everyAccount.prefix: is the archive's own prefix: ${other}`,
    ]);
    expect(linesOf(deliver('orgtrail/x'))[0]).toContain(`lies within the archive's own folders: ${other}`);
    expectAccepted(deliver('direct'));
    expectAccepted(every('orgtrail2'));
  });

  test('lie apart from an archive with a prefix', () => {
    const at = (text: string): string => withArchive('prefix: archive/', text);
    const other = 'unproven files would lie among proven ones (the other one: c.yaml:5:11 archive.prefix)';
    expect(linesOf(at(deliver('archive')))[0]).toContain(`"archive" is the archive's own prefix: ${other}`);
    expect(linesOf(at(every('archive/direct')))[0]).toContain(`lies within the archive's own folders: ${other}`);
    for (const prefix of ['', 'direct', 'archive2', 'a']) expectAccepted(at(deliver(prefix)));
  });

  test('name each trail once', () => {
    const one = `{ prefix: a, arn: "${TRAIL}" }`;
    expect(linesOf(policy(`delivery:\n  trails:\n    - ${one}\n    - ${one}`))).toEqual([
      `c.yaml:12:27 policy.delivery.trails[1].arn: "${TRAIL}" is the trail of another entry here too (the other one: c.yaml:11:27 policy.delivery.trails[0].arn)`,
    ]);
  });

  test('name no trail that everyAccount has named', () => {
    const both = (name: string, region: string): string =>
      policy(
        `delivery:\n  trails: [{ prefix: a, arn: "${TRAIL}" }]\n  everyAccount: { name: ${name}, region: ${region}, prefix: a }`,
      );
    expect(linesOf(both('main', 'us-east-1'))).toEqual([
      `c.yaml:10:32 policy.delivery.trails[0].arn: "${TRAIL}" is the trail that everyAccount names for 222222222222 (the other one: c.yaml:11:27 policy.delivery.everyAccount.name)`,
    ]);
    expectAccepted(both('other', 'us-east-1'));
    expectAccepted(both('main', 'eu-west-1'));
  });
});

describe('organizationIds', () => {
  const text = (ids: string): string =>
    policy(
      `organizationIds: ${ids}\ndelivery:\n  trails: [{ organization: o-abcdefghij, prefix: a, arn: "${TRAIL}" }]`,
    );

  test('name the organization of every trail, or none', () => {
    expect(linesOf(text('[o-klmnopqrst]'))).toEqual([
      'c.yaml:11:30 policy.delivery.trails[0].organization: "o-abcdefghij" is missing in policy.organizationIds, of which every delivering account is a member (the other one: c.yaml:9:20 policy.organizationIds)',
    ]);
    expectAccepted(text('[o-klmnopqrst, o-abcdefghij]'));
    expectAccepted(text('[]'));
  });
});

describe('members', () => {
  const members = (accounts: string): string =>
    policy('members: { role: orgtrail-bucket-policy }').replace('organizations: [{ name: example }]', accounts);

  test('have roles to be entered by', () => {
    expect(linesOf(members('accounts: [{ id: "222222222222" }]'))).toEqual([
      'c.yaml:9:12 policy.members: sets policies of members through a role, but account 222222222222 is reached without one: give it a role (the other one: c.yaml:5:18 accounts[0].id)',
    ]);
    expectAccepted(members('accounts: [{ id: "222222222222", role: "arn:aws:iam::222222222222:role/x" }]'));
  });

  test('except the account of the archive, and where an organization gives the role', () => {
    expectAccepted(members('accounts: [{ id: "111111111111" }]'));
    expectAccepted(`${members('organizations: [{ name: x }]')}accounts: [{ id: "222222222222" }]\n`);
    const listed = members('organizations: [{ name: x, discover: false }]');
    expect(linesOf(`${listed}accounts: [{ id: "222222222222" }]\n`)).toHaveLength(1);
  });
});

describe('reconcile.apply', () => {
  const apply = 'reconcile: { apply: true }\n';

  test('needs something to apply', () => {
    expect(linesOf(`${GOOD}${apply}`)).toEqual([
      'c.yaml:6:21 reconcile.apply: "true" has nothing to apply: policy, posture and lifecycle are all null',
    ]);
    expectAccepted(`${GOOD}posture: {}\n${apply}`);
    expectAccepted(`${GOOD}lifecycle: {}\n${apply}`);
  });

  test('needs the writer among the administrators', () => {
    expect(linesOf(`${policy()}${apply}`)).toEqual([
      'c.yaml:9:21 reconcile.apply: "true" lets the daemon apply, but its policy would deny it to policy.writer: add the writer to policy.administrators (the other one: c.yaml:7:11 policy.writer)',
    ]);
    expectAccepted(`${policy(`administrators: [${WRITER}]`)}${apply}`);
    expect(linesOf(`${policy('', { breakGlass: `[${WRITER}]` })}${apply}`)).toHaveLength(1);
  });
});

describe('posture', () => {
  test('locks versions only', () => {
    expect(linesOf(group('posture', 'versioning: false\nobjectLock: { mode: GOVERNANCE, days: 1 }'))).toEqual([
      'c.yaml:8:15 posture.objectLock: needs versioning: true (the other one: c.yaml:7:15 posture.versioning)',
    ]);
  });

  test('keeps access logs out of the archive', () => {
    expect(linesOf(group('posture', 'accessLogging: { bucket: archive-bucket, prefix: logs/ }'))).toEqual([
      'c.yaml:7:28 posture.accessLogging.bucket: "archive-bucket" is the archive bucket itself, which would log its own logs: name another bucket (the other one: c.yaml:2:11 archive.bucket)',
    ]);
  });
});

describe('lifecycle rules', () => {
  test('have names of their own', () => {
    const one = '{ name: a, of: logs, expireDays: 1 }';
    expect(linesOf(group('lifecycle', `rules:\n  - ${one}\n  - ${one}`))).toEqual([
      'c.yaml:9:15 lifecycle.rules[1].name: "a" is the name of another rule here too (the other one: c.yaml:8:15 lifecycle.rules[0].name)',
    ]);
  });

  test('name each account once', () => {
    expect(linesOf(rule('name: a, of: logs, expireDays: 1, accounts: ["222222222222", "222222222222"]'))[0]).toContain(
      'c.yaml:8:70 lifecycle.rules[0].accounts[1]: "222222222222" stands in this list twice',
    );
  });

  test.each([
    [5, 5],
    [6, 5],
    [5, 6],
  ])('leave a size between %i and %i', (larger, smaller) => {
    expect(
      linesOf(rule(`name: a, of: logs, expireDays: 1, largerThanBytes: ${larger}, smallerThanBytes: ${smaller}`)),
    ).toEqual([
      `c.yaml:8:60 lifecycle.rules[0].largerThanBytes: "${larger}" leaves no size of a file: smallerThanBytes is ${smaller} (the other one: c.yaml:8:81 lifecycle.rules[0].smallerThanBytes)`,
    ]);
  });

  test('with a size between are taken', () => {
    expectAccepted(rule('name: a, of: logs, expireDays: 1, largerThanBytes: 5, smallerThanBytes: 7'));
    expectAccepted(rule('name: a, of: logs, expireDays: 1, smallerThanBytes: 1'));
  });

  test('do something', () => {
    expect(linesOf(rule('name: a, of: logs'))).toEqual([
      'c.yaml:8:7 lifecycle.rules[0]: does nothing: transitions, expireDays, noncurrentDays or abortUploadsDays is wanted',
    ]);
    for (const deed of [
      'expireDays: 1',
      'noncurrentDays: 1',
      'abortUploadsDays: 1',
      'transitions: [{ days: 1, class: GLACIER }]',
    ])
      expectAccepted(rule(`name: a, of: logs, ${deed}`));
  });
});

test('contradictions are told together with everything else that is wrong', () => {
  const lines = linesOf(`${policy('key: maybe', { breakGlass: `[${WRITER}]` })}log: { level: loud }\n`);
  expect(lines.map((line) => line.split(': ')[0])).toEqual([
    'c.yaml:7:11 policy.writer',
    'c.yaml:9:8 policy.key',
    'c.yaml:10:15 log.level',
  ]);
  expect(linesOf(`${ARCHIVE}policy: [x]\norganizations: [{ name: x }]\n`)).toEqual([
    'c.yaml:5:9 policy: is a list: a mapping is wanted',
  ]);
});
