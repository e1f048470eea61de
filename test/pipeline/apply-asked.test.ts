/** Apply from the pages, on our own cloud: only what was looked at, only the archive's documents, and a sentence for each end. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openParts, type OpenParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import type { ApplyOutcome } from '../../src/daemon/work.ts';
import { applyAsked } from '../../src/pipeline/apply-asked.ts';
import { archivePlace, type PipelineParts } from '../../src/pipeline/parts.ts';
import { makePlanRecord } from '../../src/pipeline/plan-record.ts';
import { keepAudit } from '../../src/stages/audit.ts';
import { archiveOf, FOREIGN, heldGroups, mutations, openHeld, recordsOf, settingsOf } from '../flow/held.ts';
import type { Organization } from '../flow/organization.ts';

const { signal } = new AbortController();
let organization: Organization, open: OpenParts;

beforeEach(async () => {
  organization = await openHeld({ accounts: 1 });
  Object.assign(process.env, organization.env);
  open = openParts(loadConfig(organization.configFile, {}), { now: Date.now });
});
afterEach(async () => {
  await open.close();
  await organization.close();
});

/** The parts with pages that may apply, or may not. */
function parts(apply: boolean): PipelineParts {
  const { config } = open.parts;
  return { ...open.parts, config: { ...config, http: { ...config.http, apply } } };
}

async function asked(plan: string, who = 'alice', apply = true): Promise<ApplyOutcome> {
  const said = { role: 'administrator', via: 'password', address: '127.0.0.1', reason: 'as agreed with the team' };
  const { archive, config } = open.parts;
  const record = { at: Date.now(), act: 'apply' as const, by: who, target: plan, ...said };
  await keepAudit(record, { archive, place: archivePlace(config) });
  organization.cloud.requests.clear();
  return applyAsked(parts(apply), { plan }, signal);
}
const looked = () => makePlanRecord(parts(true), signal);

/** Another configuration from here on. */
async function reconfigured(groups: Readonly<Record<string, unknown>>): Promise<void> {
  organization.configure({ ...heldGroups(organization.world.management), ...groups });
  await open.close();
  open = openParts(loadConfig(organization.configFile, {}), { now: Date.now });
}

test('what was looked at is written, recorded under the name of who asked, and as wanted afterwards', async () => {
  const before = await looked();
  expect(before.documents.map(({ kind, state }) => [kind, state])).toEqual([
    ['versioning', 'differs'],
    ['ownership', 'as-wanted'],
    ['public-access', 'as-wanted'],
    ['encryption', 'as-wanted'],
    ['bucket-policy', 'differs'],
    ['lifecycle', 'differs'],
  ]);
  const outcome = await asked(before.id);
  expect(outcome).toEqual({ ok: true, text: expect.stringContaining('written and read back: the versioning of') });
  const records = recordsOf(organization);
  expect(records.map(({ note }) => `${note.ref.kind}: ${note.who}, ${note.by}`).toSorted()).toEqual(
    ['bucket-policy', 'lifecycle', 'versioning'].map((kind) => `${kind}: alice by the pages, apply`),
  );
  const after = await looked();
  expect(after.documents.map(({ state, diff }) => [state, diff])).toEqual(
    before.documents.map(() => ['as-wanted', '']),
  );
  expect(after.id).not.toBe(before.id);
});

test('a job that nobody is on record for writes nothing: whoever writes to Redis can queue one', async () => {
  const { id } = await looked();
  const before = settingsOf(organization);
  organization.cloud.requests.clear();
  const outcome = await applyAsked(parts(true), { plan: id }, signal);
  expect(outcome).toEqual({ ok: false, text: expect.stringContaining('nobody is on record') });
  expect([mutations(organization), settingsOf(organization)]).toEqual([[], before]);
});

test('asked a second time, as by a job that lost its worker, nothing is written and nothing is called a failure', async () => {
  const { id } = await looked();
  await asked(id);
  organization.cloud.requests.clear();
  expect(await asked(id)).toEqual({ ok: true, text: expect.stringContaining('there was nothing to write') });
  expect(mutations(organization)).toEqual([]);
});

test('a document that somebody changes after it was looked at: nothing is written', async () => {
  const { id } = await looked();
  archiveOf(organization).policy = JSON.stringify({ Version: '2012-10-17', Statement: [FOREIGN] });
  const before = settingsOf(organization);
  organization.cloud.requests.clear();
  const outcome = await asked(id);
  expect(outcome).toEqual({ ok: false, text: expect.stringContaining('is not the one that was looked at') });
  expect([mutations(organization), settingsOf(organization)]).toEqual([[], before]);
});

test('a configuration that changes after it was looked at: nothing is written', async () => {
  const { id } = await looked();
  const { policy } = heldGroups(organization.world.management);
  await reconfigured({ policy: { ...(policy as object), tlsOnly: false } });
  organization.cloud.requests.clear();
  expect((await asked(id)).ok).toBe(false);
  expect(mutations(organization)).toEqual([]);
});

test('one refused document keeps all from being written, and the sentence says which and why', async () => {
  const { management } = organization.world;
  const filler = Array.from({ length: 480 }, (_, at) => `arn:aws:s3:::orgtrail-archive/shared/${at}/*`);
  archiveOf(organization).policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...FOREIGN, Principal: { AWS: `arn:aws:iam::${management}:root` }, Resource: filler }],
  });
  const plan = await looked();
  const refused = plan.documents.filter(({ refusals }) => refusals.length > 0);
  expect(refused.map(({ kind }) => kind)).toEqual(['bucket-policy']);
  organization.cloud.requests.clear();
  const outcome = await asked(plan.id);
  expect(outcome).toEqual({ ok: false, text: expect.stringContaining('nothing was written: the bucket-policy of') });
  expect(outcome.text).toContain(refused[0]?.refusals[0]?.hint ?? 'no hint');
  expect(mutations(organization)).toEqual([]);
});

test('where the configuration leaves apply to the command line, a job that asks for it writes nothing', async () => {
  const { id } = await looked();
  organization.cloud.requests.clear();
  const outcome = await asked(id, 'alice', false);
  expect(outcome).toEqual({ ok: false, text: 'nothing was written: http.apply leaves it to `orgtrail apply`' });
  expect(mutations(organization)).toEqual([]);
});

test("members' buckets are looked at, counted in the id, and left to the command line", async () => {
  const { management, accounts } = organization.world;
  const [member] = accounts;
  if (member === undefined) throw new Error('no member');
  const role = {
    arn: `arn:aws:iam::${member.id}:role/orgtrail-bucket-policy`,
    account: member.id,
    trusted: [`arn:aws:iam::${management}:user/daemon`],
    externalId: 'orgtrail-demo',
    policies: [
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:GetBucketPolicy', 's3:PutBucketPolicy'], Resource: '*' }],
      }),
    ],
  };
  organization.cloud.identities.roles.set(role.arn, role);
  const policy = { ...(heldGroups(management)['policy'] as object), members: { role: 'orgtrail-bucket-policy' } };
  const without = (await looked()).id;
  await reconfigured({ policy });
  const plan = await looked();
  expect(plan.documents.filter(({ kind }) => kind === 'member-policy').map(({ state }) => state)).toEqual(['differs']);
  expect(plan.id).not.toBe(without);
  const outcome = await asked(plan.id);
  expect(outcome.ok).toBe(true);
  expect(outcome.text).toContain('1 policies of members differ, which `orgtrail apply` alone writes');
  const kinds = recordsOf(organization).map(({ note }) => note.ref.kind);
  expect(kinds).toContain('bucket-policy');
  expect(kinds).not.toContain('member-policy');
});

test('a store that fails half-way is told with what was written, what was not, and what was not tried', async () => {
  const { id } = await looked();
  const fault = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
  organization.cloud.faults.add({ match: { operation: 'PutBucketPolicy' }, fault });
  const outcome = await asked(id);
  expect(outcome.ok).toBe(false);
  expect(outcome.text).toMatch(
    /^written and read back: the versioning of \S+; not written, or not seen to be: the bucket-policy of/,
  );
  expect(outcome.text).toMatch(/not tried any more: the lifecycle of \S+$/);
});

test('the name that is recorded is one bounded line, whatever Redis says', async () => {
  const { id } = await looked();
  await asked(id, `  mallory\n\u202ebold${'x'.repeat(500)}`);
  const [record] = recordsOf(organization);
  expect(record?.note.who).toMatch(/^mallory \\u202eboldx{100,} by the pages$/);
  expect(record?.note.who.length).toBeLessThan(230);
});
