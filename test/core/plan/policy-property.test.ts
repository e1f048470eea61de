/** For any accounts, trails, readers and foreign statements: the policy fits or is refused, and grants just what it should. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { DELIVERY_FORMS } from '../../../src/core/plan/delivery.ts';
import { planBucketPolicy } from '../../../src/core/plan/plan-policy.ts';
import { isOurs, readPolicy, type Statement } from '../../../src/core/plan/policy.ts';
import type { DeliveryTrail, Reader, WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { deliveredKey, letsCloudTrail, letsIn } from './policy-asking.ts';
import { accountNumber, ORGANIZATION, OWNER, trails, wantedPolicy } from './wanted-policies.ts';

const MOST = 20_480;
const STRANGER = '888888888888';
const BUCKET = 'arn:aws:s3:::example-organization-archive-logs';

const count = fc.oneof(
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 60, max: 200 }),
  fc.integer({ min: 400, max: 1300 }),
);
const prefix = fc.constantFrom('direct/', 'second/direct/', 'a b${c}/');

/** A trail in each account, some with two, perhaps an organization's besides. */
const delivery = fc
  .tuple(count, fc.array(prefix, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([n, prefixes, org]) => {
    const own = Array.from({ length: n }, (_, at): readonly DeliveryTrail[] => {
      const named = (name: string, of: number): DeliveryTrail => ({
        arn: `arn:aws:cloudtrail:eu-west-1:${accountNumber(at)}:trail/${name}`,
        prefix: prefixes[of % prefixes.length] ?? 'direct/',
        organization: null,
      });
      return at % 5 === 4 ? [named('main', at), named('data-events', at + 1)] : [named('main', at)];
    });
    const everybody = {
      arn: 'arn:aws:cloudtrail:us-east-1:999999999999:trail/all',
      prefix: 'org/',
      organization: ORGANIZATION,
    };
    return [...own.flat(), ...(org ? [everybody] : [])];
  });

const reader = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => ({ principals: [accountNumber(n)], accounts: [accountNumber(n)] })),
  fc.integer({ min: 0, max: 40 }).map((n) => ({
    principals: [`arn:aws:iam::${accountNumber(n)}:role/auditor`],
    accounts: [accountNumber(n), accountNumber(n + 1)],
  })),
  fc.integer({ min: 0, max: 40 }).map((n) => ({
    principals: ['arn:aws:iam::555555555555:role/partner'],
    accounts: [accountNumber(n)],
  })),
  fc.constant({ principals: ['arn:aws:iam::333333333333:role/security'], accounts: null }),
);

/** Statements of somebody else's, some of them large; none of them is about those whom the property asks for. */
const foreign = fc.array(
  fc.record({
    Sid: fc.constantFrom('Theirs', 'orgtrailButNot', 'Ünser', ''),
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.constant({ AWS: 'arn:aws:iam::777777777777:role/theirs' }),
    Action: fc.oneof(fc.constant('s3:GetObject'), fc.constant(['s3:GetObject', 's3:PutObject'])),
    Resource: fc
      .integer({ min: 1, max: 120 })
      .map((n) => Array.from({ length: n }, (_, at) => `${BUCKET}/theirs/${at}/*`)),
  }),
  { maxLength: 5 },
);

interface World {
  readonly delivery: readonly DeliveryTrail[];
  readonly readers: readonly Reader[];
  readonly foreign: readonly Statement[];
  /** Whether the organization is named in the configuration. */
  readonly covered: boolean;
}

const world: fc.Arbitrary<World> = fc.record({
  delivery,
  readers: fc.array(reader, { maxLength: 30 }),
  foreign,
  covered: fc.boolean(),
});

/** One world for each form, so that none goes untried. */
const EXAMPLES: readonly World[] = [3, 120, 500, 1100, 1200].flatMap((n) =>
  [false, true].map((covered) => ({ delivery: trails(n), readers: [], foreign: [], covered })),
);

describe('planBucketPolicy, for any accounts', () => {
  it('fits or is refused, keeps what is foreign, and lets in whom it should and no others', () => {
    const forms = new Set<string>();
    fc.assert(
      fc.property(world, ({ foreign: theirs, covered, ...rest }) => {
        const wanted = wantedPolicy({ ...rest, organizations: covered ? [ORGANIZATION] : [] });
        const form = hold(wanted, theirs);
        forms.add(form);
      }),
      { numRuns: 40, examples: EXAMPLES.map((one): [World] => [one]) },
    );
    expect([...forms].toSorted()).toEqual([...DELIVERY_FORMS, 'refused'].toSorted());
  }, 120_000);
});

/** Holds the property for one world; gives the form that was taken. */
function hold(wanted: WantedPolicy, theirs: readonly Statement[]): string {
  const before: Json = { Version: '2012-10-17', Statement: theirs };
  const plan = planBucketPolicy(
    wanted,
    theirs.length === 0 ? { state: 'absent' } : { state: 'present', value: before },
  );
  if (plan.refusals.length > 0) {
    expect(plan.refusals.map(({ code }) => code)).toEqual(['policy-too-large']);
    expect(plan.change).toBeNull();
    expect(plan.budget?.bytes).toBeGreaterThan(MOST);
    return 'refused';
  }
  const policy = plan.change?.after ?? null;
  const form = plan.budget?.form ?? '';
  const bytes = Buffer.byteLength(JSON.stringify(policy));
  expect(bytes).toBe(plan.budget?.bytes);
  expect(bytes).toBeLessThanOrEqual(MOST);
  const read = readPolicy(policy);
  if ('problem' in read) throw new Error(read.problem);
  expect(read.statements.filter((one) => !isOurs(one))).toEqual(theirs);
  holdDelivery(policy, wanted, form);
  holdReaders(policy, wanted);
  holdProtection(policy, wanted);
  return form;
}

function holdDelivery(policy: Json, wanted: WantedPolicy, form: string): void {
  const member = wanted.organizations[0] ?? null;
  const put = (trail: { arn: string; organization: string | null }, key: string, context = {}) =>
    letsCloudTrail(policy, wanted, trail, { action: 's3:PutObject', key, context });
  for (const trail of sample(wanted.delivery)) {
    const caller = { arn: trail.arn, organization: trail.organization ?? member };
    const account = trail.arn.split(':')[4] ?? '';
    const folders = trail.organization === null ? [account] : [account, trail.organization];
    expect(letsCloudTrail(policy, wanted, caller, { action: 's3:GetBucketAcl' })).toBe(true);
    for (const folder of folders) expect(put(caller, deliveredKey(trail, folder))).toBe(true);
    const key = deliveredKey(trail, account);
    expect(put(caller, key, { 's3:x-amz-acl': 'public-read' })).toBe(false);
    expect(put(caller, `archive/AWSLogs/${account}/x`)).toBe(false);
    expect(put(caller, 'archive/orgtrail/receipts/x')).toBe(false);
    const strangers = { arn: `arn:aws:cloudtrail:eu-west-1:${STRANGER}:trail/main`, organization: 'o-strangers0' };
    for (const folder of [...folders, STRANGER]) expect(put(strangers, deliveredKey(trail, folder))).toBe(false);
    expect(put({ ...strangers, organization: null }, key)).toBe(false);
    expect(letsCloudTrail(policy, wanted, strangers, { action: 's3:GetBucketAcl' })).toBe(
      form === 'source-accounts-put-only',
    );
    const other = { arn: `${trail.arn}-2`, organization: member };
    expect(put(other, key)).toBe(form !== 'merged');
  }
}

function holdReaders(policy: Json, wanted: WantedPolicy): void {
  const everybody = [...Array.from({ length: 43 }, (_, n) => accountNumber(n)), STRANGER];
  for (const { principals, accounts } of wanted.readers) {
    const arn = principals[0] ?? '';
    const account = arn.startsWith('arn:') ? (arn.split(':')[4] ?? '') : arn;
    const asker = { arn: arn.startsWith('arn:') ? arn : `arn:aws:iam::${arn}:role/anybody`, account };
    const mine = wanted.readers.filter((one) => one.principals.some((name) => name === arn || name === account));
    for (const owner of [...(accounts ?? []), ...sample(everybody)]) {
      const may = mine.some((one) => one.accounts === null || one.accounts.includes(owner));
      for (const folder of [owner, `${ORGANIZATION}/${owner}`]) {
        const path = `archive/AWSLogs/${folder}/CloudTrail/`;
        expect(letsIn(policy, wanted, asker, { action: 's3:GetObject', key: `${path}x` })).toBe(may);
        expect(letsIn(policy, wanted, asker, { action: 's3:ListBucket', context: { 's3:prefix': path } })).toBe(may);
      }
    }
    const all = mine.some((one) => one.accounts === null);
    expect(letsIn(policy, wanted, asker, { action: 's3:GetObject', key: 'archive/orgtrail/keys/x' })).toBe(all);
    expect(letsIn(policy, wanted, asker, { action: 's3:ListBucket', context: { 's3:prefix': '' } })).toBe(false);
    expect(letsIn(policy, wanted, asker, { action: 's3:PutObject', key: 'archive/AWSLogs/x' })).toBe(false);
  }
}

const SETTINGS = [
  'DeleteBucket',
  'DeleteBucketPolicy',
  'PutBucketAcl',
  'PutBucketLogging',
  'PutBucketNotification',
  'PutBucketObjectLockConfiguration',
  'PutBucketOwnershipControls',
  'PutBucketPolicy',
  'PutBucketPublicAccessBlock',
  'PutBucketVersioning',
  'PutEncryptionConfiguration',
  'PutLifecycleConfiguration',
  'PutReplicationConfiguration',
];
const DELETES = [
  'BypassGovernanceRetention',
  'DeleteObject',
  'DeleteObjectTagging',
  'DeleteObjectVersion',
  'PutObjectLegalHold',
  'PutObjectRetention',
];

/** Users and roles of the owner's own account, whose identities may do everything. */
function holdProtection(policy: Json, wanted: WantedPolicy): void {
  const role = (name: string) => ({ arn: `arn:aws:iam::${OWNER}:role/${name}`, account: OWNER });
  const [anybody, ours, glass, administrator] = ['anybody', 'orgtrail', 'break-glass', 'administrator'].map(role);
  if (anybody === undefined || ours === undefined || glass === undefined || administrator === undefined) return;
  const may = (asker: typeof ours, action: string, key = '', context = {}) =>
    letsIn(policy, wanted, asker, { action: `s3:${action}`, key, context });
  const logs = [
    'archive/AWSLogs/x',
    'archive/orgtrail/pending/b/x',
    ...sample(wanted.delivery).map((one) => `${one.prefix}AWSLogs/x`),
  ];
  const blind = { 's3:ObjectCreationOperation': 'true' };
  const careful = { ...blind, 's3:if-none-match': '*' };
  for (const action of SETTINGS) {
    expect([anybody, ours, glass, administrator].map((asker) => may(asker, action))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  }
  for (const key of logs) {
    for (const action of DELETES)
      expect([anybody, ours, administrator, glass].map((asker) => may(asker, action, key))).toEqual([
        false,
        false,
        false,
        true,
      ]);
    expect([anybody, ours, administrator, glass].map((asker) => may(asker, 'PutObject', key, blind))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([anybody, ours].map((asker) => may(asker, 'PutObject', key, careful))).toEqual([true, true]);
    expect(may(ours, 'PutObject', key, { 's3:ObjectCreationOperation': 'false' })).toBe(true);
    expect([anybody, ours, glass].map((asker) => may(asker, 'PutObjectTagging', key))).toEqual([false, true, true]);
    expect([ours, glass].map((asker) => may(asker, 'GetObject', key, { 'aws:SecureTransport': 'false' }))).toEqual([
      false,
      false,
    ]);
  }
  expect(may(anybody, 'DeleteObject', 'theirs/0/x')).toBe(true);
}

/** A few of many: the first, the last, and some between. */
function sample<One>(all: readonly One[]): readonly One[] {
  const step = Math.max(1, Math.floor(all.length / 5));
  return all.filter((_, at) => at % step === 0 || at === all.length - 1);
}
