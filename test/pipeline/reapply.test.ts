/** What the daemon writes unasked when another document is refused: nothing but what keeps evidence from expiring. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openParts, type OpenParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import type { DocumentPlan } from '../../src/core/plan/document.ts';
import { makePlan, type ArchivePlan } from '../../src/pipeline/plan.ts';
import { reapply } from '../../src/pipeline/reapply.ts';
import { openGround } from '../flow/drift-ground.ts';
import { ARCHIVE, type Organization } from '../flow/organization.ts';

const { signal } = new AbortController();
const REFUSAL = { code: 'policy-too-large', detail: 'it is too large', hint: 'share with fewer readers' };
const RULES = { Rules: [{ ID: 'orgtrail-x', Status: 'Enabled', Filter: { Prefix: 'x/' }, Expiration: { Days: 9 } }] };

let organization: Organization, open: OpenParts, plan: ArchivePlan;
beforeAll(async () => {
  organization = await openGround({ url: 'redis://127.0.0.1:1' });
  Object.assign(process.env, organization.env);
  open = openParts(loadConfig(organization.configFile, {}), { now: Date.now });
  plan = await makePlan(open.parts, { caller: null, signal, onStep: () => undefined });
});
beforeEach(() => archive().configurations.delete('lifecycle'));
afterAll(async () => {
  await open.close();
  await organization.close();
});

const archive = () => organization.cloud.state.buckets.get(ARCHIVE) ?? missing();

function missing(): never {
  throw new Error('no archive');
}

/** A lifecycle to be written beside a bucket policy that is refused. */
function besideRefused(withholds: boolean): ArchivePlan {
  const { management } = organization.world;
  const ref = { kind: 'lifecycle' as const, account: management, target: ARCHIVE };
  const change = { ref, before: null, after: RULES, reasons: ['taken back'], breaks: [] };
  const lifecycle: DocumentPlan = {
    ref,
    change,
    refusals: [],
    findings: [],
    warnings: [],
    budget: null,
    withholds,
  };
  const policies = plan.documents.map((one) => ({ ...one, change: null, refusals: [REFUSAL] }));
  return { ...plan, documents: [...policies, lifecycle] };
}

test('a refused policy held up the rule that keeps an unproven account from expiring: it is written all the same', async () => {
  const { done, problems } = await reapply(besideRefused(true), open.parts, signal);
  expect([done.map(({ ref }) => ref.kind), problems]).toEqual([['lifecycle'], []]);
  expect(archive().configurations.get('lifecycle')).toContain('orgtrail-x');
  expect(archive().policy).toBeNull();
});

test('any other change waits until nothing is refused', async () => {
  expect(await reapply(besideRefused(false), open.parts, signal)).toMatchObject({ done: [], problems: [] });
  expect(archive().configurations.has('lifecycle')).toBe(false);
});

test('it goes first: a write that fails behind it does not keep it back', async () => {
  const urgent = besideRefused(true).documents.filter(({ ref }) => ref.kind === 'lifecycle');
  organization.cloud.faults.add({
    match: { operation: 'PutBucketPolicy' },
    fault: { kind: 'status', status: 400, code: 'MalformedPolicy' },
  });
  const { done, problems } = await reapply({ ...plan, documents: [...plan.documents, ...urgent] }, open.parts, signal);
  expect(done.map(({ ref }) => ref.kind)).toEqual(['lifecycle']);
  expect(problems).toMatchObject([{ code: 'document-refused' }]);
});
