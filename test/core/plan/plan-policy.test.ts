/** Planning one policy: what is foreign stays, what is the same is not written, what cannot be read is not touched. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { DocumentState } from '../../../src/core/plan/document.ts';
import {
  planBucketPolicy,
  planKeyPolicy,
  planMemberPolicy,
  planTopicPolicy,
} from '../../../src/core/plan/plan-policy.ts';
import { firstFitting, MOST_BYTES } from '../../../src/core/plan/policy-budget.ts';
import { isOurs, readPolicy, type Statement } from '../../../src/core/plan/policy.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { accountNumber, ORGANIZATION, organizationTrail, OWNER, trails, wantedPolicy } from './wanted-policies.ts';

const ABSENT: DocumentState = { state: 'absent' };
const present = (value: Json): DocumentState => ({ state: 'present', value });
const BUCKET = 'arn:aws:s3:::example-organization-archive-logs';
const THEIRS: Statement = {
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: { AWS: '777777777777' },
  Action: 's3:GetObject',
  Resource: [`${BUCKET}/theirs/*`],
};
const TOPIC = `arn:aws:sns:us-east-1:${OWNER}:deliveries`;
const KEY = `arn:aws:kms:us-east-1:${OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const document = (...statements: readonly Statement[]): Json => ({ Version: '2012-10-17', Statement: statements });

function afterOf(wanted: WantedPolicy, state: DocumentState): Json {
  return planBucketPolicy(wanted, state).change?.after ?? null;
}

function statementsOf(value: Json): readonly Statement[] {
  const read = readPolicy(value);
  if ('problem' in read) throw new Error(read.problem);
  return read.statements;
}

/** The policy as S3 gives it back: statements and lists in another order, one-element lists by turns. */
function asReturned(value: Json): Json {
  const turned = statementsOf(value).map((one) =>
    Object.fromEntries(
      Object.entries(one)
        .toReversed()
        .map(([name, inner]) => [name, turn(inner)]),
    ),
  );
  return { Statement: turned.toReversed(), Version: '2012-10-17' };
}

function turn(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).toReversed();
  return value === 's3:PutObject' ? [value] : value;
}

describe('planBucketPolicy', () => {
  it('writes nothing where the policy says the same, however AWS spells it', () => {
    const wanted = wantedPolicy({ delivery: trails(3) });
    const again = planBucketPolicy(wanted, present(asReturned(afterOf(wanted, present(document(THEIRS))))));
    expect(again).toMatchObject({ change: null, refusals: [], findings: [] });
    expect(again.budget?.form).toBe('merged');
  });

  it('keeps a foreign statement to the letter, and takes its own former ones away', () => {
    const former: Statement = { ...THEIRS, Sid: 'OrgtrailFormer' };
    const after = afterOf(wantedPolicy(), present(document(former, THEIRS)));
    expect(statementsOf(after).filter((one) => !isOurs(one))).toEqual([THEIRS]);
    expect(JSON.stringify(after)).not.toContain('OrgtrailFormer');
  });

  it('says what is missing where the policy may not be read, and changes nothing', () => {
    const problem = {
      code: 'blocked-access',
      detail: 's3:GetBucketPolicy is refused',
      hint: 'Allow s3:GetBucketPolicy.',
    };
    const plan = planBucketPolicy(wantedPolicy(), { state: 'unreadable', problem });
    expect(plan).toMatchObject({ change: null, refusals: [{ ...problem, code: 'policy-unreadable' }] });
  });

  it.each([['text'], [{ Version: '2030-01-01', Statement: [] }], [{ Version: '2012-10-17', Statement: ['x'] }]])(
    'leaves what is no policy as it is: %j',
    (value) => {
      const plan = planBucketPolicy(wantedPolicy(), present(value));
      expect(plan.change).toBeNull();
      expect(plan.refusals).toMatchObject([{ code: 'policy-not-understood' }]);
    },
  );

  it('refuses variables in a policy of a version that takes them for text', () => {
    const old = { Version: '2008-10-17', Statement: [THEIRS] };
    const plan = planBucketPolicy(wantedPolicy({ prefix: 'a${b}/' }), present(old));
    expect(plan.refusals).toMatchObject([{ code: 'policy-version' }]);
    expect(planBucketPolicy(wantedPolicy(), present(old)).change?.after).toMatchObject({ Version: '2008-10-17' });
  });

  it('is refused where a statement of others names a deleted principal: AWS took no such policy, and apply failed half-way', () => {
    const gone = { ...THEIRS, Sid: 'Gone', Principal: { AWS: ['777777777777', 'AROAJQABLZS4A3QDU576Q'] } };
    const { change, refusals } = planBucketPolicy(wantedPolicy(), present(document(THEIRS, gone)));
    expect([change, refusals]).toMatchObject([null, [{ code: 'policy-principal-gone' }]]);
    expect(refusals[0]?.detail).toMatch(/statement Gone names AROAJQABLZS4A3QDU576Q/);
    const held = statementsOf(afterOf(wantedPolicy(), present(document(THEIRS))));
    const asItIs = planBucketPolicy(wantedPolicy(), present(document(gone, ...held)));
    expect([asItIs.change, asItIs.refusals]).toEqual([null, []]);
  });

  it('folds to organizations only where they hold every trail, and says what is given up', () => {
    const many = { delivery: [...trails(1200), organizationTrail('org/')] };
    const plan = planBucketPolicy(wantedPolicy({ ...many, organizations: [ORGANIZATION] }), ABSENT);
    expect(plan.budget).toMatchObject({
      form: 'organization',
      givesUp: [expect.stringMatching(/not gathered/), expect.anything()],
    });
    expect(plan.warnings).toMatchObject([{ code: 'policy-organization-untried' }]);
    for (const organizations of [[], ['o-another000']]) {
      const refused = planBucketPolicy(wantedPolicy({ ...many, organizations }), ABSENT);
      expect(refused).toMatchObject({ change: null, refusals: [{ code: 'policy-too-large' }] });
      expect(refused.refusals[0]?.hint).toMatch(/organizationIds.*several archive buckets.*fewer readers/s);
    }
  });

  it('counts what others take, and names it when nothing fits', () => {
    const large = { ...THEIRS, Resource: Array.from({ length: 300 }, (_, at) => `${BUCKET}/theirs/${at}/*`) };
    const plan = planBucketPolicy(wantedPolicy(), present(document(large)));
    expect(plan).toMatchObject({ change: null, refusals: [{ code: 'policy-too-large' }] });
    expect(plan.refusals[0]?.detail).toMatch(/\d{5} of them for one statement that is not orgtrail's/);
  });

  it('writes readers of their own account shorter before delivery gives anything up', () => {
    const readers = Array.from({ length: 40 }, (_, n) => ({
      principals: [accountNumber(n)],
      accounts: [accountNumber(n)],
    }));
    const plan = planBucketPolicy(wantedPolicy({ delivery: trails(40), readers }), ABSENT);
    expect(plan.budget).toMatchObject({ form: 'merged', givesUp: [] });
    expect(JSON.stringify(plan.change?.after)).toContain('AWSLogs/${aws:PrincipalAccount}/*');
  });

  it('protects the whole bucket where trails deliver below many prefixes', () => {
    const delivery = Array.from({ length: 12 }, (_, n) => trails(1, `p${n}/`)).flat();
    const deletes = (some: WantedPolicy): Json | undefined =>
      statementsOf(afterOf(some, ABSENT)).find((one) => one['Sid'] === 'OrgtrailNoDelete')?.['Resource'];
    expect(deletes(wantedPolicy({ delivery }))).toBe(`${BUCKET}/*`);
    expect(deletes(wantedPolicy({ delivery: delivery.slice(0, 2) }))).toHaveLength(3);
  });
});

describe('firstFitting', () => {
  it('takes a policy of just the bytes that AWS takes, and none of one more', () => {
    const of = (form: string, length: number) => {
      const statements = () => [{ ...THEIRS, Sid: 'x'.repeat(length) }];
      return { form, givesUp: [], statements };
    };
    const exact = firstFitting(null, [of('exact', 100)], MOST_BYTES.bucket)?.budget.bytes ?? 0;
    const candidates = [of('over', 101), of('exact', 100), of('under', 99)];
    expect(firstFitting(null, candidates, exact)).toMatchObject({
      fits: true,
      budget: { form: 'exact', bytes: exact },
    });
    expect(firstFitting(null, candidates, 10)).toMatchObject({ fits: false, budget: { form: 'under' } });
  });
});

describe('planKeyPolicy', () => {
  it('is refused where no policy is seen: ours alone would lock everybody out', () => {
    const plan = planKeyPolicy(wantedPolicy({ kmsKey: KEY }), ABSENT);
    expect(plan).toMatchObject({ change: null, refusals: [{ code: 'policy-absent' }] });
  });
});

describe('planTopicPolicy', () => {
  it('takes our statement away with the last trail, and leaves what is not ours', () => {
    const held = planTopicPolicy(wantedPolicy(), TOPIC, present(document({ ...THEIRS, Resource: TOPIC })));
    const gone = planTopicPolicy(wantedPolicy({ delivery: [] }), TOPIC, present(held.change?.after ?? null));
    expect(statementsOf(gone.change?.after ?? null)).toHaveLength(1);
    expect(gone.change?.reasons).toEqual(['OrgtrailTopicDelivery is there and no longer wanted.']);
    const alone = planTopicPolicy(wantedPolicy(), TOPIC, ABSENT).change?.after ?? null;
    const empty = planTopicPolicy(wantedPolicy({ delivery: [] }), TOPIC, present(alone));
    expect(empty).toMatchObject({ change: null, findings: [{ code: 'policy-empty' }] });
  });
});

describe('planMemberPolicy', () => {
  it("keeps the member's own statements", () => {
    const wanted = {
      partition: 'aws',
      account: accountNumber(0),
      bucket: 'member',
      prefix: '',
      reader: wantedPolicy().writer,
    };
    const plan = planMemberPolicy(wanted, present(document(THEIRS)));
    expect(plan.ref).toEqual({ kind: 'member-policy', account: accountNumber(0), target: 'member' });
    expect(statementsOf(plan.change?.after ?? null)).toHaveLength(3);
    expect(planMemberPolicy(wanted, present(plan.change?.after ?? null)).change).toBeNull();
  });
});
