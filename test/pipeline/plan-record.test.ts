/** The plan as the pages show it: states that never flatter, an id over every change, bounds, and an estimate with its own time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openParts, type OpenParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { MOST_DIFF } from '../../src/core/board/plan.ts';
import { planId } from '../../src/core/board/plan-id.ts';
import type { Json } from '../../src/core/json.ts';
import type { Change, DocumentPlan } from '../../src/core/plan/document.ts';
import { planShape } from '../../src/daemon/board-plan.ts';
import { makePlanRecord, planRecord } from '../../src/pipeline/plan-record.ts';
import type { ArchivePlan } from '../../src/pipeline/plan.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { heldGroups, openHeld } from '../flow/held.ts';
import { orgtrail, type Organization } from '../flow/organization.ts';

const { signal } = new AbortController();
const REF = { kind: 'bucket-policy', account: '111111111111', target: 'archive-bucket' } as const;
const NOW = Date.UTC(2026, 5, 1);
const PROBLEM = { code: 'policy-too-large', detail: 'it is too large', hint: 'fewer readers' };

function statement(sid: string, more: { readonly [name: string]: Json } = {}): Json {
  return { Sid: sid, Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*', ...more };
}
function policy(...statements: readonly Json[]): Json {
  return { Version: '2012-10-17', Statement: statements };
}
function change(before: Json | null, after: Json | null, ref: Change['ref'] = REF): Change {
  return { ref, before, after, reasons: [], breaks: [] };
}
function documentOf(parts: Partial<DocumentPlan>): DocumentPlan {
  return { ref: REF, change: null, refusals: [], findings: [], warnings: [], budget: null, ...parts };
}
function planOf(documents: readonly DocumentPlan[], parts: Partial<ArchivePlan> = {}): ArchivePlan {
  const nothing = { accounts: 2, known: [], problems: [], interrupted: [], estimate: null, configured: true };
  return { ...nothing, members: new Map() as never, documents, ...parts };
}
const recordOf = (...documents: readonly DocumentPlan[]) => planRecord(planOf(documents), { now: NOW, prices: null });

describe('the id', () => {
  const after = policy(statement('OrgtrailA'), statement('OrgtrailB', { Action: ['s3:GetObject', 's3:PutObject'] }));
  const id = planId([change(null, after)]);

  test('is sixteen hex digits, the same whatever the order of fields, lists and changes', () => {
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    const turned = policy(
      { Resource: '*', Action: ['s3:PutObject', 's3:GetObject'], Principal: '*', Effect: 'Allow', Sid: 'OrgtrailB' },
      statement('OrgtrailA'),
    );
    expect(planId([change(null, turned)])).toBe(id);
    const setting = { ...REF, kind: 'versioning' } as const;
    const two = [change(null, after), change({ Status: 'Off', MFADelete: 'Off' }, { Status: 'Enabled' }, setting)];
    const back = [change({ MFADelete: 'Off', Status: 'Off' }, { Status: 'Enabled' }, setting), change(null, turned)];
    expect(planId(two)).toBe(planId(back));
    expect(planId(two)).not.toBe(id);
  });

  test.each<readonly [string, Change]>([
    ['what is written', change(null, policy(statement('OrgtrailA')))],
    [
      'one value of it',
      change(null, policy(statement('OrgtrailA'), statement('OrgtrailB', { Action: 's3:GetObject' }))),
    ],
    ['what stands there before', change(policy(statement('Foreign')), after)],
    ['that it is removed', change(null, null)],
    ['which document', change(null, after, { ...REF, target: 'another-bucket' })],
    ['whose document', change(null, after, { ...REF, account: '222222222222' })],
    ['which kind', change(null, after, { ...REF, kind: 'key-policy' })],
  ])('is another one when %s differs', (_what, other) => expect(planId([other])).not.toBe(id));

  test('tells a list from an object and a number from its text', () => {
    const setting = { ...REF, kind: 'lifecycle' } as const;
    const ids = [{ Days: 1 }, { Days: '1' }, ['object', ['Days', 1]], [{ Days: 1 }], { Days: [1] }].map((value) =>
      planId([change(null, value as Json, setting)]),
    );
    expect(new Set(ids).size).toBe(5);
  });
});

describe('the state of a document', () => {
  const written = change(null, policy(statement('OrgtrailA')));
  const unread = { ...PROBLEM, code: 'posture-encryption-unknown' };
  test.each<readonly [string, Partial<DocumentPlan>]>([
    ['as-wanted', {}],
    ['as-wanted', { warnings: [PROBLEM] }],
    ['differs', { change: written }],
    ['differs', { findings: [PROBLEM] }],
    ['differs', { findings: [PROBLEM, unread] }],
    ['differs', { change: written, findings: [unread] }],
    ['refused', { refusals: [PROBLEM] }],
    ['refused', { change: written, refusals: [PROBLEM] }],
    ['refused', { refusals: [PROBLEM], findings: [unread] }],
    ['unknown', { findings: [unread] }],
    ['unknown', { findings: [{ ...PROBLEM, code: 'lifecycle-unreadable' }] }],
    ['unknown', { refusals: [{ ...PROBLEM, code: 'policy-unreadable' }] }],
  ])('is %s with %j', (state, parts) => expect(recordOf(documentOf(parts)).documents[0]?.state).toBe(state));
});

describe('bounds', () => {
  const long = (lines: number): Json => policy(...Array.from({ length: lines }, (_, at) => statement(`Orgtrail${at}`)));

  test('a long diff ends at a line, and says how many more there are', () => {
    const [whole] = recordOf(documentOf({ change: change(null, long(10)) })).documents;
    expect(whole?.diff).toMatch(/^--- bucket-policy archive-bucket not set\n/);
    expect(whole?.diff).not.toContain('more lines');
    const [cut] = recordOf(documentOf({ change: change(null, long(5000)) })).documents;
    expect(cut?.diff.length).toBeLessThan(MOST_DIFF + 100);
    const lines = cut?.diff.split('\n') ?? [];
    const told = Number(/^… and (\d+) more lines: see orgtrail plan$/.exec(lines.at(-2) ?? '')?.[1]);
    expect(lines.length - 2 + told).toBe(5000 * 7 + 4 + 3);
  });

  test('all diffs together are bounded, and a thousand documents are listed: those of members that differ first', () => {
    const members = Array.from({ length: 1500 }, (_, at) =>
      documentOf({
        ref: { kind: 'member-policy', account: String(at).padStart(12, '0'), target: `bucket-${at}` },
        change: at < 900 ? null : change(null, long(200)),
      }),
    );
    const record = recordOf(documentOf({}), ...members);
    expect(record.documents).toHaveLength(1000);
    expect(record.documents[0]?.kind).toBe('bucket-policy');
    expect(record.documents.filter(({ state }) => state === 'differs')).toHaveLength(600);
    expect(record.problems).toEqual([
      expect.objectContaining({ code: 'drift-more', detail: '501 more documents of members are not listed' }),
    ]);
    expect(JSON.stringify(record).length).toBeLessThan(3_000_000);
    expect(planShape.safeParse(record).error).toBeUndefined();
    expect(record.documents[600]?.diff).toBe('… its diff is not kept here: see orgtrail plan\n');
  });

  test('what others wrote comes without control and direction characters, in bounded sentences', () => {
    const evil = 'a\u202eb\u0007c\u001b[2J';
    const document = documentOf({
      change: { ...change(null, policy(statement(evil))), reasons: [evil], breaks: [evil.repeat(2000)] },
      findings: Array.from({ length: 300 }, () => ({ code: 'policy-foreign', detail: evil, hint: evil })),
    });
    const record = planRecord(planOf([document], { problems: [{ ...PROBLEM, detail: evil }] }), {
      now: NOW,
      prices: null,
    });
    expect(JSON.stringify(record)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const [told] = record.documents;
    expect(told?.reasons).toEqual(['a\\u202eb\\u0007c\\u001b[2J']);
    expect(told?.breaks[0]).toHaveLength(1000);
    expect(told?.findings[0]?.detail).toBe('a\\u202eb\\u0007c\\u001b[2J');
    expect(told?.findings).toHaveLength(100);
  });
});

describe('on our own cloud', () => {
  let organization: Organization, open: OpenParts;
  beforeAll(async () => {
    organization = await openHeld({ accounts: 1, hours: 2 });
    const prices = { currency: 'USD', storage: { STANDARD: 0.023 }, transition: {} };
    const rules = [{ name: 'logs', of: 'logs', expireDays: 36_500 }];
    organization.configure({ ...heldGroups(organization.world.management), lifecycle: { rules, prices } });
    await orgtrail(organization, 'collect');
    Object.assign(process.env, organization.env);
    open = openParts(loadConfig(organization.configFile, {}), { now: () => Date.UTC(2130, 0, 1) });
  }, 60_000);
  afterAll(async () => {
    await open.close();
    await organization.close();
  });

  test('the whole plan has an estimate with its time; a reconcile has none, and the same id', async () => {
    const whole = await makePlanRecord(open.parts, signal);
    expect(whole).toMatchObject({ configured: true, accounts: 1, at: Date.UTC(2130, 0, 1), problems: [] });
    expect(whole.estimate).toMatchObject({ at: whole.at, cost: { currency: 'USD' } });
    const counted = whole.estimate?.steps.reduce((sum, { objects }) => sum + objects, 0);
    const logs = organization.archived().filter((key) => /^AWSLogs\/\d+\/CloudTrail\//.test(key)).length;
    expect([counted, logs > 0]).toEqual([logs, true]);
    expect(planShape.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    const looked = await reconcile(open.parts, signal);
    expect(looked.plan).toMatchObject({ id: whole.id, estimate: null, configured: true });
    expect(looked.plan?.documents).toEqual(
      whole.documents.map((one) => (one.kind === 'lifecycle' ? { ...one, warnings: expect.any(Array) } : one)),
    );
  });

  test('what a reconcile has put back is as wanted in the plan that it answers with', async () => {
    const config = { ...open.parts.config, reconcile: { apply: true } };
    const before = await reconcile(open.parts, signal);
    const looked = await reconcile({ ...open.parts, config }, signal);
    expect(looked.reapplied.map(({ kind }) => kind)).toContain('bucket-policy');
    const states = looked.plan?.documents.map(({ kind, state, diff }) => [kind, state, diff]);
    expect(states).toContainEqual(['bucket-policy', 'as-wanted', '']);
    expect(looked.plan?.id).not.toBe(before.plan?.id);
    expect(looked.plan?.id).toBe((await makePlanRecord(open.parts, signal)).id);
  });

  test('an archive that cannot be reached gives no plan, and a configuration that holds nothing an empty one', async () => {
    const { config } = open.parts;
    const none = { ...config, policy: null, posture: null, lifecycle: null };
    const empty = await reconcile({ ...open.parts, config: none }, signal);
    expect(empty.plan).toMatchObject({ configured: false, documents: [], estimate: null });
    organization.cloud.faults.add({
      match: { operation: /^GetBucketPolicy$/ },
      fault: { kind: 'status', status: 503, code: 'SlowDown' },
    });
    const looked = await reconcile(open.parts, signal);
    organization.cloud.faults.clear();
    expect(looked.plan).toBeNull();
    expect(looked.passing?.code).toBe('blocked-throttled');
  }, 60_000);
});
