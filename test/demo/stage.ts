/** Everything the demo stands on: Redis, an AWS of our own with some hours of history, and the daemon over both. */
import { runDaemon, type RunningProgram } from '../../src/cli/run.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import type { Clock } from '../../src/ports.ts';
import { openOrganization, type Organization } from '../flow/organization.ts';
import { ensurePackage, REDIS } from '../stack/need.ts';
import { ensurePages } from '../stack/pages.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];
const ACCOUNTS = 6;

/** How the stage is ended, last started first. */
export type Ending = () => Promise<void>;

export interface Stage {
  readonly organization: Organization;
  readonly config: Config;
  readonly program: RunningProgram;
  /** How many digests had been delivered before the daemon started. */
  readonly history: number;
}

export interface StagePlan {
  readonly clock: Clock;
  /** Since when the trails log, epoch milliseconds, a whole hour. */
  readonly start: number;
  readonly port: number;
  readonly say: (what: string, text: string) => void;
  /** Each part that stands adds how it is ended. */
  readonly endings: Ending[];
  readonly onBug: (error: unknown) => void;
}

/** Starts it part by part, and says each. */
export async function openStage(plan: StagePlan): Promise<Stage> {
  const { say, endings, clock } = plan;
  await ensurePages();
  const redis = await openRedis();
  endings.push(() => redis.stop());
  say('redis', `${redis.url}, a real one of our own (process ${redis.pid})`);
  const organization = await openOrganization({
    seed: 'demo',
    start: plan.start,
    deliverUntil: clock.now(),
    now: () => clock.now(),
    accounts: ACCOUNTS,
    regions: REGIONS,
    config: settings(redis, plan.port),
  });
  endings.push(() => organization.close());
  organization.configure(held(organization.world.management));
  const { world, cloud, configFile } = organization;
  say('cloud', `${cloud.url}: S3, STS, Organizations and CloudTrail, with signatures and rights checked`);
  const estate = `${world.accounts.length} accounts, ${REGIONS.length} regions, ${world.trails.length} trails`;
  say(
    '',
    `${estate}, ${world.chains.length} digest chains with ${hoursSince(plan.start, clock.now())} hours of history`,
  );
  const history = world.chains.flatMap(({ hours }) => hours).filter((hour) => hour.deliveredAt <= clock.now()).length;
  isolate(organization.env);
  const config = loadConfig(configFile, {});
  // A process that says nothing for half a minute of its own time is called silent.
  const timing = { beatMs: 50 };
  const settled = { file: configFile, config, env: {}, role: 'all' as const, clock, onBug: plan.onBug, timing };
  const program = await runDaemon(settled);
  endings.push(() => program.close());
  return { organization, config, program, history };
}

async function openRedis(): Promise<RedisServer> {
  await ensurePackage(REDIS);
  return startRedis();
}

/**
 * The daemon's own settings, tightened to a fast clock: schedules run by our time, every other time by the demo's. A
 * digest is late after four of its hours, so that a busy machine is not taken for a silent trail.
 */
function settings(redis: RedisServer, port: number): Readonly<Record<string, unknown>> {
  return {
    redis: { url: redis.url },
    schedules: { discover: '*/15 * * * * *', collect: '*/5 * * * * *', reconcile: '0 * * * * *' },
    limits: { digestGraceMinutes: 240, sweepMaxAgeMinutes: 24 * 60, shutdownGraceSeconds: 5, coverDelaySeconds: 1 },
    http: { port },
    log: { level: 'error' },
  };
}

/** The archive's policy, settings and lifecycle are held as well, and put right by the daemon itself. */
function held(management: string): Readonly<Record<string, unknown>> {
  const writer = `arn:aws:iam::${management}:user/daemon`;
  return {
    policy: { writer, administrators: [writer], breakGlass: [`arn:aws:iam::${management}:role/break-glass`] },
    posture: {},
    lifecycle: { rules: [{ name: 'captured', of: 'pending', expireDays: 30, noncurrentDays: 7 }] },
    reconcile: { apply: true },
  };
}

function hoursSince(start: number, now: number): number {
  return Math.floor((now - start) / 3600_000);
}

/** No profile, key, endpoint or role of this machine can be meant here. */
function isolate(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, env, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
}
