/** The role template on a cloud that enforces it: it suffices for everything, and each of its actions is missed. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { READER_PERMISSIONS } from '../../src/core/plan/reader-permissions.ts';
import { HOUR } from '../../src/core/time.ts';
import { preflightProblems } from '../../src/pipeline/preflight.ts';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { forgeWorld } from '../cloud/forge/world.ts';
import { EXTERNAL_ID, openOrganization, orgtrail, ROLE, type Organization } from './organization.ts';
import { pass } from './pass.ts';
import { deploy, parametersOf, preflightOf, templatePolicy, without, type Policy } from './role-template.ts';

const NOW = Date.now();
const WORLD = {
  seed: 'role',
  start: Math.floor(NOW / HOUR - 5) * HOUR,
  deliverUntil: NOW,
  accounts: 2,
  regions: ['us-east-1', 'eu-west-1'],
  organizationTrail: true,
  logsPerHour: 1,
  cheap: true,
};

let organization: Organization;
let parameters: Record<string, string>;
let member: string;

beforeAll(async () => {
  const bucket = forgeWorld(WORLD).buckets.find(({ name }) => name.startsWith('trail-'));
  if (bucket === undefined) throw new Error('the world has no trail bucket');
  const key = `arn:aws:kms:us-east-1:${bucket.owner}:key/role-test`;
  organization = await openOrganization({ ...WORLD, kmsKeys: new Map([[bucket.name, key]]) });
  member = organization.world.accounts[1]?.id ?? '';
  parameters = parametersOf(organization, [key]);
  deploy(organization, parameters);
});
afterEach(() => deploy(organization, parameters));
afterAll(() => organization.close());

/** The actions that the cloud's services asked the policies of reader roles about, from here on. */
function watchActions(): { readonly asked: ReadonlySet<string>; readonly refused: ReadonlySet<string>; stop(): void } {
  const [asked, refused] = [new Set<string>(), new Set<string>()];
  const { identities } = organization.cloud;
  const judge = identities.allowed.bind(identities);
  const spy = vi.spyOn(identities, 'allowed').mockImplementation((question) => {
    const allowed = judge(question);
    if (!question.principal.arn.includes(`:assumed-role/${ROLE}/`)) return allowed;
    (allowed ? asked : refused).add(question.action);
    return allowed;
  });
  return { asked, refused, stop: () => spy.mockRestore() };
}

describe('the template', () => {
  test('suffices for every command, every call is allowed, and every allowed action is used', async () => {
    const watch = watchActions();
    const collected = await pass(organization, Date.now());
    expect(collected).toMatchObject({ exitCode: 0, problems: [], status: { verdict: 'verified' } });
    for (const words of [['verify', '--source'], ['status'], ['plan']])
      expect(await orgtrail(organization, ...words)).toMatchObject({
        code: 0,
        stderr: expect.not.stringContaining('denied') as string,
      });
    const checks = await preflightOf(organization);
    watch.stop();
    expect(preflightProblems(checks)).toEqual({ needed: [], optional: [] });
    expect([...watch.refused]).toEqual([]);
    expect([...watch.asked].toSorted()).toEqual(READER_PERMISSIONS.map(({ action }) => action).toSorted());
    expect(organization.archived().filter((key) => key.startsWith('AWSLogs/')).length).toBeGreaterThan(40);
  });

  test('lets preflight try every step somewhere', async () => {
    const steps = (await preflightOf(organization)).flatMap((one) => one.steps);
    const tried = new Set(steps.filter(({ state }) => state === 'ok').map(({ step }) => step));
    expect([...tried]).toEqual(expect.arrayContaining(READER_PERMISSIONS.map(({ step }) => step)));
  });

  test.each(READER_PERMISSIONS)('without $action preflight names it', async ({ action, step, needed }) => {
    deploy(organization, parameters, without(templatePolicy(parameters), action));
    const problems = preflightProblems(await preflightOf(organization));
    const told = needed ? problems.needed : problems.optional;
    expect(needed ? problems.optional : problems.needed).toEqual([]);
    expect(new Set(told.map(({ code }) => code))).toEqual(new Set([`preflight-${step}`]));
    for (const { detail, hint } of told) {
      expect(detail).toMatch(/^account \d{12}: cannot /);
      expect(hint).toContain(`Add ${action} on `);
      expect(hint).toContain(`:role/${ROLE}`);
      expect(hint).toMatch(/`orgtrail config member-role --format policy --account \d{12}` prints/);
    }
  });

  test('without the key of its trail names the key', async () => {
    deploy(organization, { ...parameters, KeyArns: '' });
    const { needed } = preflightProblems(await preflightOf(organization));
    expect(needed).toMatchObject([
      { code: 'preflight-decrypt', hint: expect.stringContaining('key/role-test') as string },
    ]);
  });

  test('with another prefix names the bucket and the prefix', async () => {
    deploy(organization, { ...parameters, TrailPrefix: 'elsewhere/' });
    const { needed } = preflightProblems(await preflightOf(organization));
    expect(needed.map(({ code }) => code)).toEqual(needed.map(() => 'preflight-list'));
    expect(needed.map(({ detail }) => detail).join('\n')).toMatch(/s3:\/\/trail-\d{12}\/(?:\S*\/)?AWSLogs\//);
  });
});

describe('a log file that somebody deleted', () => {
  const strict = (policy: Policy): Policy =>
    JSON.parse(JSON.stringify(policy).replace('"StringLikeIfExists"', '"StringLike"')) as Policy;

  test('is missing, and not refused, under the template', async () => {
    const account = member;
    const role = `arn:aws:iam::${account}:role/${ROLE}`;
    const { bucket = '', prefix = null } = organization.world.trails.find((trail) => trail.account === account) ?? {};
    const key = `${prefix === null ? '' : `${prefix}/`}AWSLogs/${account}/CloudTrail/gone`;
    const gone = { bucket, key, owner: account };
    const ask = async (): Promise<unknown> => {
      const open = openParts(loadConfig(organization.configFile, {}), { now: Date.now });
      try {
        const session = await open.parts.sessions.open({ id: account, role, externalId: EXTERNAL_ID });
        return await session.objects.get(gone, { maxBytes: 1000 });
      } finally {
        await open.close();
      }
    };
    expect(await ask()).toBeNull();
    deploy(organization, parameters, strict(templatePolicy(parameters)));
    await expect(ask()).rejects.toMatchObject({ code: 'blocked-access' });
  });

  test('would look refused under a stricter role, and preflight says so', async () => {
    deploy(organization, parameters, strict(templatePolicy(parameters)));
    const { needed } = preflightProblems(await preflightOf(organization));
    expect(new Set(needed.map(({ code }) => code))).toEqual(new Set(['preflight-list']));
    expect(needed[0]?.hint).toContain('StringLikeIfExists on s3:prefix');
  });
});

describe('entering an account', () => {
  test('a wrong external id is named, and nothing else is tried there', async () => {
    deploy(organization, { ...parameters, ExternalId: 'another-external-id' });
    const checks = await preflightOf(organization);
    const { needed, optional } = preflightProblems(checks);
    expect(optional).toEqual([]);
    expect(needed.map(({ code }) => code)).toEqual(checks.map(() => 'preflight-assume'));
    expect(needed[0]?.hint).toContain('sts:ExternalId condition must equal the configured external id');
    expect(checks[0]?.steps.filter(({ state }) => state === 'untried')).toHaveLength(11);
  });

  test('missing trust is named for that account alone', async () => {
    organization.cloud.control.withdrawTrust(`arn:aws:iam::${member}:role/${ROLE}`);
    const { needed } = preflightProblems(await preflightOf(organization));
    expect(needed).toMatchObject([
      { code: 'preflight-assume', hint: expect.stringContaining('trust policy names') as string },
    ]);
    expect(needed[0]?.detail).toContain(member);
  });

  test('credentials of another account than the configured one are named', async () => {
    const stranger = '999999999999';
    organization.configure({ accounts: [{ id: stranger }] });
    const checks = await preflightOf(organization).finally(() => organization.configure({}));
    const { needed } = preflightProblems(checks);
    expect(needed).toMatchObject([{ code: 'preflight-identify', detail: expect.stringContaining(stranger) as string }]);
    const steps = checks.find(({ account }) => account === stranger)?.steps ?? [];
    expect(steps.filter(({ state }) => state === 'ok').map(({ step }) => step)).toEqual(['assume']);
  });

  test('a suspended account is not entered, and said so', async () => {
    organization.cloud.control.changeAccount(member, { state: 'SUSPENDED' });
    const checks = await preflightOf(organization).finally(() =>
      organization.cloud.control.changeAccount(member, { state: 'ACTIVE' }),
    );
    expect(preflightProblems(checks)).toEqual({ needed: [], optional: [] });
    expect(checks.find(({ account }) => account === member)).toMatchObject({
      skipped: 'suspended: it is not entered, and its history stays',
      steps: [],
    });
  });
});
