/** From wishes to S3's rules: where they act, what shape they have, and that nobody else's are touched. */
import { describe, expect, test } from 'vitest';
import { planLifecycle } from '../../../src/core/plan/lifecycle.ts';
import { ruleId } from '../../../src/core/plan/lifecycle-rules.ts';
import {
  ABSENT,
  codesOf,
  facts,
  foreignRule,
  ONE,
  ORG,
  planned,
  present,
  ruleNamed,
  rulesAfter,
  textOf,
  TWO,
  wanted,
  wish,
} from './lifecycle-world.ts';

const GLACIER_IR = { days: 90, class: 'GLACIER_IR' } as const;

describe('where rules act', () => {
  test('proven is one rule for everybody, with both halves of an archive below its prefix', () => {
    const plan = planned([wish('cold', { of: 'proven', transitions: [GLACIER_IR], noncurrentDays: 30 })]);
    expect(plan.refusals).toEqual([]);
    expect(plan.change?.after).toEqual({
      Rules: [
        {
          ID: 'orgtrail-cold',
          Status: 'Enabled',
          Filter: { Prefix: 'trail/AWSLogs/' },
          Transitions: [{ Days: 90, StorageClass: 'GLACIER_IR' }],
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        },
      ],
      TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K',
    });
    expect(plan.ref).toEqual({ kind: 'lifecycle', account: '999999999999', target: 'archive' });
  });

  test('logs take a rule for each account, kind of file and organization, and no prefix of theirs meets a digest', () => {
    const plan = planned([wish('old', { expireDays: 400 })], { organizations: [ORG] });
    const rules = rulesAfter(plan);
    const prefixes = rules.map((rule) => (rule['Filter'] as { Prefix: string }).Prefix);
    expect(rules.map(ruleId)).toContain(`orgtrail-old-${ONE}`);
    expect(prefixes.toSorted()).toEqual(
      [ONE, TWO]
        .flatMap((account) => [`trail/AWSLogs/${account}/`, `trail/AWSLogs/${ORG}/${account}/`])
        .flatMap((root) =>
          ['', '-Insight', '-NetworkActivity', '-Aggregated'].map((kind) => `${root}CloudTrail${kind}/`),
        )
        .toSorted(),
    );
    expect(new Set(rules.map(ruleId)).size).toBe(rules.length);
    expect(prefixes.some((prefix) => `trail/AWSLogs/${ONE}/CloudTrail-Digest/x`.startsWith(prefix))).toBe(false);
  });

  test('digests and receipts of one account lie below its own folder', () => {
    const rules = rulesAfter(
      planned([
        wish('d', { of: 'digests', accounts: [ONE], transitions: [GLACIER_IR] }),
        wish('r', { of: 'receipts', accounts: [TWO], transitions: [GLACIER_IR] }),
        wish('all', { of: 'receipts', abortUploadsDays: 2 }),
      ]),
    );
    expect(rules.map((rule) => [ruleId(rule), rule['Filter']])).toEqual([
      [`orgtrail-d-${ONE}`, { Prefix: `trail/AWSLogs/${ONE}/CloudTrail-Digest/` }],
      [`orgtrail-r-${TWO}`, { Prefix: `trail/orgtrail/receipts/${TWO}/` }],
      ['orgtrail-all', { Prefix: 'trail/orgtrail/receipts/' }],
    ]);
  });

  test('of captured copies only promoted ones go; quarantine goes whole', () => {
    const rules = rulesAfter(
      planned([
        wish('captures', { of: 'pending', expireDays: 30, noncurrentDays: 1 }),
        wish('bad', { of: 'quarantine', expireDays: 365, noncurrentDays: 1 }),
      ]),
    );
    expect(ruleNamed(rules, 'orgtrail-captures')['Filter']).toEqual({
      And: { Prefix: 'trail/orgtrail/pending/', Tags: [{ Key: 'orgtrail', Value: 'promoted' }] },
    });
    expect(ruleNamed(rules, 'orgtrail-bad')['Filter']).toEqual({ Prefix: 'trail/orgtrail/quarantine/' });
  });

  test('uploads take a rule of their own where a tag or size filters: S3 refuses them together', () => {
    const rules = rulesAfter(
      planned([
        wish('captures', { of: 'pending', expireDays: 30, abortUploadsDays: 2 }),
        wish('big', { of: 'proven', transitions: [GLACIER_IR], abortUploadsDays: 3, largerThanBytes: 131_071 }),
        wish('plain', { of: 'quarantine', expireDays: 30, abortUploadsDays: 4 }),
      ]),
    );
    const uploads = rules.filter((rule) => rule['AbortIncompleteMultipartUpload'] !== undefined);
    expect(uploads.map((rule) => [ruleId(rule), Object.keys(rule['Filter'] as object)])).toEqual([
      ['orgtrail-captures-uploads', ['Prefix']],
      ['orgtrail-big-uploads', ['Prefix']],
      ['orgtrail-plain', ['Prefix']],
    ]);
    expect(ruleNamed(rules, 'orgtrail-big')['Filter']).toEqual({
      And: { Prefix: 'trail/AWSLogs/', ObjectSizeGreaterThan: 131_071 },
    });
  });
});

test('transitions are written in the order of their days', () => {
  const moves = [{ days: 200, class: 'DEEP_ARCHIVE' } as const, GLACIER_IR];
  const [rule] = rulesAfter(planned([wish('cold', { of: 'proven', transitions: moves })]));
  expect(rule?.['Transitions']).toEqual([
    { Days: 90, StorageClass: 'GLACIER_IR' },
    { Days: 200, StorageClass: 'DEEP_ARCHIVE' },
  ]);
});

describe('what is there already', () => {
  const wishes = [wish('cold', { of: 'proven', transitions: [GLACIER_IR] })];
  const foreign = [foreignRule('b', { Filter: { Tag: { Key: 'x', Value: 'y' } } }), foreignRule('a')];

  test('foreign rules stay exactly as they are and in their order, before ours', () => {
    const old = {
      ID: 'orgtrail-former',
      Status: 'Enabled',
      Filter: { Prefix: 'trail/AWSLogs/' },
      Expiration: { Days: 1 },
    };
    const plan = planned(wishes, { state: present({ Rules: [foreign[0] ?? {}, old, foreign[1] ?? {}] }) });
    expect(rulesAfter(plan).slice(0, 2)).toEqual(foreign);
    expect(rulesAfter(plan).map(ruleId)).toEqual(['b', 'a', 'orgtrail-cold']);
    expect(plan.change?.reasons.join('\n')).toContain('rule orgtrail-former is removed');
    expect(plan.change?.reasons.join('\n')).toContain('rule orgtrail-cold is added: to GLACIER_IR after 90 days');
  });

  test('what says so already is not written again, however S3 spells it', () => {
    const [ours = {}] = rulesAfter(planned(wishes));
    const spelled = { ...ours, Expiration: {}, NoncurrentVersionTransitions: [] };
    expect(planned(wishes, { state: present({ Rules: [spelled, ...foreign] }) }).change).toBeNull();
    expect(planned(wishes, { state: present({ Rules: [{ ...spelled, Status: 'Disabled' }] }) }).change).not.toBeNull();
  });

  test('nothing wanted and nothing of ours there is no change; nothing left at all removes the lifecycle', () => {
    expect(planned([]).change).toBeNull();
    expect(planned([], { state: present({ Rules: foreign }) }).change).toBeNull();
    const ours = rulesAfter(planned(wishes));
    const plan = planned([], { state: present({ Rules: ours }) });
    expect(plan.change).toMatchObject({ after: null });
    expect(plan.refusals).toEqual([]);
  });

  test("a foreign rule's former prefix is spelled as a filter beside ours, since S3 takes no mixture, and said", () => {
    const former = { ID: 'v1', Status: 'Enabled', Prefix: 'tmp/', Expiration: { Days: 3 } };
    const plan = planned(wishes, { state: present({ Rules: [former] }) });
    expect(rulesAfter(plan)[0]).toEqual({
      ID: 'v1',
      Status: 'Enabled',
      Filter: { Prefix: 'tmp/' },
      Expiration: { Days: 3 },
    });
    expect(textOf(plan.warnings, 'lifecycle-foreign-form')).toContain('v1');
    expect(planned(wishes, { state: present(plan.change?.after ?? null) }).change).toBeNull();
    expect(planned([], { state: present({ Rules: [former] }) })).toMatchObject({ change: null, warnings: [] });
  });

  test('the default for small objects is set with transitions of ours only, and told where it changes foreign ones', () => {
    const mover = foreignRule('mover', { Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] });
    const state = present({ Rules: [mover], TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' });
    const moved = planned(wishes, { state });
    expect(moved.change?.after).toMatchObject({ TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K' });
    expect(textOf(moved.warnings, 'lifecycle-foreign-minimum')).toContain('mover');
    const kept = planned([wish('old', { expireDays: 400 })], { state });
    expect(kept.change?.after).toMatchObject({ TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' });
    expect(codesOf(kept.warnings)).not.toContain('lifecycle-foreign-minimum');
    const varies = planLifecycle(wanted(wishes, { minimumSize: 'varies' }), facts());
    expect(varies.change?.after).toMatchObject({ TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' });
  });

  test('what may not or cannot be read is a finding, and nothing is written over it', () => {
    const problem = { code: 'blocked-access', detail: 'denied', hint: 'allow s3:GetLifecycleConfiguration' };
    const denied = planned(wishes, { state: { state: 'unreadable', problem } });
    expect([denied.change, denied.findings]).toEqual([
      null,
      [{ code: 'lifecycle-unreadable', detail: 'the lifecycle of archive: denied', hint: problem.hint }],
    ]);
    for (const value of ['text', { Rules: 3 }, { Rules: ['x'] }, { Rules: [], Odd: 1 }]) {
      const strange = planned(wishes, { state: present(value) });
      expect([strange.change, codesOf(strange.findings)]).toEqual([null, ['lifecycle-unreadable']]);
    }
  });

  test('an expiry says what nobody can verify any more, and when S3 acts', () => {
    const plan = planned([wish('old', { expireDays: 400 })], { state: ABSENT });
    expect(plan.change?.breaks).toHaveLength(1);
    expect(plan.change?.breaks[0]).toMatch(/older than 400 days goes, at the first midnight UTC .* orgtrail-old-1{12}/);
    expect(planned([wish('old', { of: 'pending', expireDays: 9 })]).change?.breaks).toEqual([]);
  });
});
