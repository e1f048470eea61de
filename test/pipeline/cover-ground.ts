/** Looks at every account of an organization of our own as the daemon takes them, held against what `status` says. */
import { expect } from 'vitest';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { DAYS_SHOWN, HOURS_SHOWN, type CoverPart } from '../../src/core/board/cover.ts';
import { joinParts } from '../../src/core/board/standing.ts';
import type { CoverJob, SweepDepth } from '../../src/core/job.ts';
import { HOUR } from '../../src/core/time.ts';
import type { CoverOutcome } from '../../src/daemon/work.ts';
import { createPipeline } from '../../src/pipeline.ts';
import { ROLE, type Organization } from '../flow/organization.ts';
import { NOW, show, START } from '../flow/status-here.ts';

export const never = new AbortController().signal;

export interface Looked {
  readonly outcomes: readonly CoverOutcome[];
  /** By `account:reader`. */
  readonly byPair: ReadonlyMap<string, CoverOutcome>;
}

type Before = (job: CoverJob) => CoverPart | null;

/** As the daemon does it: the survey's pairs, each reader itself, and the members that a look at a reader tells of. */
export async function look(
  organization: Organization,
  { now = NOW, depth = 'full', before = () => null }: { now?: number; depth?: SweepDepth; before?: Before } = {},
): Promise<Looked> {
  Object.assign(process.env, organization.env);
  const opened = openParts(loadConfig(organization.configFile, {}), { now: () => now });
  const byPair = new Map<string, CoverOutcome>();
  try {
    const work = createPipeline(opened.parts);
    const cover = async (reader: string, account: string): Promise<void> => {
      if (byPair.has(`${account}:${reader}`)) return;
      const job: CoverJob = { type: 'cover', reader, account, depth };
      const outcome = await work.cover(job, before(job), never);
      byPair.set(`${account}:${reader}`, outcome);
      for (const other of outcome.others) await cover(reader, other);
    };
    const { surveys } = await work.discover(async () => undefined, never);
    for (const { account } of surveys) await cover(account.id, account.id);
  } finally {
    await opened.close();
  }
  return { outcomes: [...byPair.values()], byPair };
}

const windowFrom = (now: number): number => Math.floor(now / HOUR) * HOUR - (HOURS_SHOWN - 1) * HOUR;

export function standings({ outcomes }: Looked, now = NOW) {
  const parts = outcomes.map(({ part }) => part);
  const joined = joinParts(parts, { now, maxAgeMs: HOUR });
  return Object.fromEntries(joined.map((one) => [one.account, { state: one.state, until: one.verifiedUntil }]));
}

/** The same of every account as `status` says it. */
export async function stated(organization: Organization, now = NOW) {
  const { report } = await show(organization, now, { from: windowFrom(now) });
  return Object.fromEntries(
    report.accounts.map(({ account, state, chains }) => {
      const times = chains.map(({ verifiedUntil }) => (verifiedUntil === null ? null : Date.parse(verifiedUntil)));
      const whole = times.length > 0 && times.every((time) => time !== null);
      return [account, { state, until: whole ? Math.min(...times) : null }];
    }),
  );
}

/** The codes with their accounts, each finding once. */
function codes(list: readonly { readonly code: string; readonly account: string }[]): readonly string[] {
  return list.map(({ code, account }) => `${account} ${code}`).toSorted();
}

export async function expectSame(organization: Organization, now = NOW): Promise<Looked> {
  const looked = await look(organization, { now });
  expect(standings(looked, now)).toEqual(await stated(organization, now));
  const { report } = await show(organization, now, { from: windowFrom(now) });
  expect(codes(looked.outcomes.flatMap(({ findings }) => findings))).toEqual(codes(report.findings));
  for (const { part } of looked.outcomes) {
    expect(part.hours.letters).toHaveLength(HOURS_SHOWN);
    expect(part.days.letters).toHaveLength(DAYS_SHOWN);
  }
  return looked;
}

export function idOf(organization: Organization, index: number): string {
  const account = organization.world.accounts[index];
  if (account === undefined) throw new Error(`no account ${index}`);
  return account.id;
}

export function partOf({ byPair }: Looked, account: string, reader = account): CoverPart {
  const outcome = byPair.get(`${account}:${reader}`);
  if (outcome === undefined) throw new Error(`nothing was looked at of ${account}`);
  return outcome.part;
}

export function withdraw(organization: Organization, account: string, actions: RegExp): void {
  const arn = `arn:aws:iam::${account}:role/${ROLE}`;
  const role = organization.cloud.identities.roles.get(arn);
  if (role === undefined) throw new Error('a role is wanted');
  const policies = role.policies.map((policy) => policy.replaceAll(actions, '"s3:Nothing"'));
  expect(policies).not.toEqual(role.policies);
  organization.cloud.identities.roles.set(arn, { ...role, policies });
}

/** The hours from the start of the world on, as letters. */
export const since = (part: CoverPart): string => part.hours.letters.slice((START - part.hours.from) / HOUR);
