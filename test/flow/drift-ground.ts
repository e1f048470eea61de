/** An organization whose archive's policy is held, a person who applies it, and somebody else who edits it. */
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import type { Json } from '../../src/core/json.ts';
import { HOUR } from '../../src/core/time.ts';
import { applyPlan } from '../../src/pipeline/apply.ts';
import { makePlan } from '../../src/pipeline/plan.ts';
import type { RedisServer } from '../stack/redis.ts';
import { keysWith, objectAt } from './evidence.ts';
import { ARCHIVE, openOrganization, type Organization } from './organization.ts';

export interface PolicyText {
  readonly Version: string;
  readonly Statement: readonly Readonly<Record<string, Json>>[];
}

/** `extra` is merged over the configuration. */
export async function openGround(
  redis: Pick<RedisServer, 'url'>,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<Organization> {
  const start = Math.floor(Date.now() / HOUR) * HOUR - 6 * HOUR;
  const organization = await openOrganization({
    seed: 'drift',
    start,
    hours: 1,
    logsPerHour: 1,
    accounts: 2,
    regions: ['us-east-1'],
    cheap: true,
  });
  organization.configure({ ...settings(organization, redis), ...extra });
  return organization;
}

/** Looks every second; nothing else is scheduled. */
export function settings({ world }: Organization, redis: Pick<RedisServer, 'url'>): Readonly<Record<string, unknown>> {
  const writer = `arn:aws:iam::${world.management}:user/daemon`;
  const never = '0 0 1 1 *';
  return {
    redis: { url: redis.url },
    http: { enabled: true, port: 0 },
    schedules: { discover: never, collect: never, reconcile: '* * * * * *' },
    policy: {
      writer,
      administrators: [writer],
      breakGlass: [`arn:aws:iam::${world.management}:role/break-glass`],
      delivery: { everyAccount: { name: 'central', region: 'us-east-1', prefix: 'direct' } },
    },
  };
}

/** What a person does beforehand: the policy comes to its wanted state, by `apply`. */
export async function applyByHand(organization: Organization): Promise<void> {
  Object.assign(process.env, organization.env);
  const open = openParts(loadConfig(organization.configFile, {}), { now: () => Date.now() });
  const quiet = { signal: new AbortController().signal, onStep: () => undefined };
  const plan = await makePlan(open.parts, { caller: null, ...quiet });
  const { failed } = await applyPlan(plan, open.parts, { who: 'a person', by: 'apply', ...quiet });
  await open.close();
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
}

const archiveOf = ({ cloud }: Organization) => cloud.state.buckets.get(ARCHIVE) ?? none();

function none(): never {
  throw new Error('no archive');
}

export function policyText(organization: Organization): string | null {
  return archiveOf(organization).policy;
}

/** Somebody else writes the policy. */
export function editPolicy(organization: Organization, change: (policy: PolicyText) => PolicyText): void {
  const archive = archiveOf(organization);
  archive.policy = JSON.stringify(change(JSON.parse(archive.policy ?? 'null') as PolicyText));
}

/** Without the statement that denies plain HTTP: delivery and everything else goes on. */
export function withoutTls(policy: PolicyText): PolicyText {
  const kept = policy.Statement.filter((one) => !JSON.stringify(one).includes('aws:SecureTransport'));
  if (kept.length === policy.Statement.length) throw new Error('it is gone already');
  return { ...policy, Statement: kept };
}

/** Every change record, oldest first. */
export function changeRecords(organization: Organization): readonly Readonly<Record<string, Json>>[] {
  const keys = keysWith(organization, ARCHIVE, 'orgtrail/changes/').filter((key) => key.endsWith('.done.json'));
  const texts = keys.map((key) => Buffer.from(objectAt(organization, ARCHIVE, key).body).toString('utf8'));
  return texts.map((text) => JSON.parse(text) as Readonly<Record<string, Json>>);
}
