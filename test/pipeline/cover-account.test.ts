/** An account's coverage for the pages is what `orgtrail status` says of it: there is no second truth. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { DAYS_SHOWN, HOURS_SHOWN, type CoverPart } from '../../src/core/board/cover.ts';
import { joinParts } from '../../src/core/board/standing.ts';
import type { CoverJob, SweepDepth } from '../../src/core/job.ts';
import type { Chain } from '../../src/core/source.ts';
import { HOUR } from '../../src/core/time.ts';
import type { CoverOutcome } from '../../src/daemon/work.ts';
import { OperatingError } from '../../src/errors.ts';
import { createPipeline } from '../../src/pipeline.ts';
import { coverAccount } from '../../src/pipeline/cover-account.ts';
import { openEstate, type EstateBook } from '../../src/pipeline/estate.ts';
import { keysWith, objectAt, overwrite, remove } from '../flow/evidence.ts';
import { ARCHIVE, ROLE, type Organization } from '../flow/organization.ts';
import { openPipeline, pass } from '../flow/pass.ts';
import { collected, digests, nth, NOW, open, show, START } from '../flow/status-here.ts';

const never = new AbortController().signal;

interface Looked {
  readonly outcomes: readonly CoverOutcome[];
  /** By `account:reader`. */
  readonly byPair: ReadonlyMap<string, CoverOutcome>;
}

type Before = (job: CoverJob) => CoverPart | null;

/** As the daemon does it: the survey's pairs, each reader itself, and the members that a look at a reader tells of. */
async function look(
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

function standings({ outcomes }: Looked, now = NOW) {
  const parts = outcomes.map(({ part }) => part);
  const joined = joinParts(parts, { now, maxAgeMs: HOUR });
  return Object.fromEntries(joined.map((one) => [one.account, { state: one.state, until: one.verifiedUntil }]));
}

/** The same of every account as `status` says it. */
async function stated(organization: Organization, now = NOW) {
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

async function expectSame(organization: Organization, now = NOW): Promise<Looked> {
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

function idOf(organization: Organization, index: number): string {
  const account = organization.world.accounts[index];
  if (account === undefined) throw new Error(`no account ${index}`);
  return account.id;
}

function partOf({ byPair }: Looked, account: string, reader = account): CoverPart {
  const outcome = byPair.get(`${account}:${reader}`);
  if (outcome === undefined) throw new Error(`nothing was looked at of ${account}`);
  return outcome.part;
}

function withdraw(organization: Organization, account: string, actions: RegExp): void {
  const arn = `arn:aws:iam::${account}:role/${ROLE}`;
  const role = organization.cloud.identities.roles.get(arn);
  if (role === undefined) throw new Error('a role is wanted');
  const policies = role.policies.map((policy) => policy.replaceAll(actions, '"s3:Nothing"'));
  expect(policies).not.toEqual(role.policies);
  organization.cloud.identities.roles.set(arn, { ...role, policies });
}

/** The hours from the start of the world on, as letters. */
const since = (part: CoverPart): string => part.hours.letters.slice((START - part.hours.from) / HOUR);

describe('an organization that is proven', { timeout: 120_000 }, () => {
  test('is so here too, hour by hour: nothing due before its start, proven, then pending', async () => {
    const organization = await collected({ accounts: 2, regions: ['us-east-1', 'eu-west-1'] });
    const looked = await expectSame(organization);
    for (const { part, chains, accepted, looked: could } of looked.outcomes) {
      expect(part).toMatchObject({ state: 'verified', problem: null, chains: 2, waiting: 0, open: 0, fullAt: NOW });
      expect(part.hours.letters.slice(0, (START - part.hours.from) / HOUR)).toMatch(/^\.+$/);
      expect(since(part)).toMatch(/^v{5,6}p{3,4}$/);
      expect(part.days.letters).toMatch(/^\.{89}v$/);
      expect(part.lastDigest).toBe(Math.max(...chains.map(({ verifiedUntil }) => verifiedUntil ?? 0)));
      expect([chains.length, accepted.size, could]).toEqual([2, 0, true]);
      for (const chain of chains) {
        expect(chain.runs.map(({ state }) => state)).toEqual(['verified', 'pending']);
        expect(chain).toMatchObject({ state: 'verified', reason: null, kinds: ['standard'], at: NOW });
      }
    }
  });

  test('whose new digests wait is late, and shows how many', async () => {
    const organization = await open({ deliverUntil: START + 3 * HOUR });
    await pass(organization, START + 3 * HOUR);
    for (const { object } of organization.world.deliverAll()) organization.cloud.put(object);
    const looked = await expectSame(organization, NOW + 4 * HOUR);
    const part = partOf(looked, idOf(organization, 0));
    expect(part.state).toBe('late');
    expect(part.waiting).toBeGreaterThan(0);
    expect(since(part)).toMatch(/^v+l+p+$/);
  });
});

describe('what is wrong shows as status says it', { timeout: 120_000 }, () => {
  test('a tampered file: failed in its hour and no other', async () => {
    const organization = await open({ accounts: 2 });
    const account = idOf(organization, 1);
    const bucket = organization.world.buckets.find(({ owner }) => owner === account)?.name ?? '';
    const log = keysWith(organization, bucket, '/CloudTrail/').at(-1) ?? '';
    overwrite(organization, bucket, log, gzipSync(Buffer.from('{"Records":[]}')));
    await pass(organization, NOW);
    const looked = await expectSame(organization);
    expect(partOf(looked, account)).toMatchObject({ state: 'failed', reason: 'log-hash-mismatch', problem: null });
    expect(since(partOf(looked, account))).toMatch(/^v{3,5}f{1,2}[vp]*p+$/);
    expect(partOf(looked, idOf(organization, 0)).state).toBe('verified');
  });

  test('a withdrawn permission: blocked with its name, what was proven stays proven', async () => {
    const organization = await collected({ accounts: 2 });
    const account = idOf(organization, 1);
    withdraw(organization, account, /"s3:ListBucket"/g);
    const looked = await expectSame(organization);
    const part = partOf(looked, account);
    expect(part).toMatchObject({ state: 'blocked', reason: 'blocked-access', problem: { code: 'blocked-access' } });
    expect(part.problem?.detail).toContain('s3:ListBucket');
    expect(part.problem?.hint).not.toBe('');
    expect(since(part)).toMatch(/^v+b+$/);
    expect(looked.byPair.get(`${account}:${account}`)?.looked).toBe(false);
  });

  test('a role that is gone: its chains are remembered, and blocked', async () => {
    const organization = await collected({ accounts: 2 });
    const account = idOf(organization, 1);
    organization.cloud.identities.roles.delete(`arn:aws:iam::${account}:role/${ROLE}`);
    const part = partOf(await expectSame(organization), account);
    expect(part).toMatchObject({ state: 'blocked', chains: 1 });
  });

  test('an emptied bucket', async () => {
    const organization = await collected();
    for (const { bucket, key } of digests(organization)) remove(organization, bucket, key);
    const looked = await expectSame(organization);
    expect(looked.outcomes.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual(['chain-empty']);
  });

  test('digests that come no more, one that is gone, and an account that is suspended', async () => {
    const organization = await collected({ accounts: 3 });
    const spot = nth(digests(organization), 2);
    remove(organization, spot.bucket, spot.key);
    const last = idOf(organization, 2);
    organization.cloud.control.changeAccount(last, { state: 'SUSPENDED' });
    const looked = await expectSame(organization, NOW + 3 * HOUR);
    expect(partOf(looked, last)).toMatchObject({
      state: 'unknown',
      reason: 'SUSPENDED',
      organizationState: 'SUSPENDED',
    });
  });

  test('a receipt that was changed: its chain is told of as it is remembered, and the account is not proven', async () => {
    const organization = await collected({ accounts: 2 });
    const account = idOf(organization, 1);
    const [receipt = ''] = keysWith(organization, ARCHIVE, `orgtrail/receipts/${account}/`);
    overwrite(organization, ARCHIVE, receipt, Buffer.from('{}'));
    const spot = digests(organization).find(({ key }) => key.includes(account));
    if (spot === undefined) throw new Error('a digest is wanted');
    organization.cloud.put({ ...spot, body: gzipSync(Buffer.from('{}')) });
    const part = partOf(await expectSame(organization), account);
    expect(part).toMatchObject({ state: 'blocked', chains: 1 });
    expect(part.problem?.detail).toContain('is not what was recorded');
  });
});

test(
  'an acceptance that cannot be read is told: it was open again, and nobody knew why',
  { timeout: 120_000 },
  async () => {
    const organization = await collected({ accounts: 1 });
    const account = idOf(organization, 0);
    const key = `orgtrail/accepted/${account}/${'a'.repeat(32)}.json`;
    const [receipt = ''] = keysWith(organization, ARCHIVE, `orgtrail/receipts/${account}/`);
    const { metadata, contentType, contentEncoding } = objectAt(organization, ARCHIVE, receipt);
    organization.cloud.put({ bucket: ARCHIVE, key, body: Buffer.from('{}'), metadata, contentType, contentEncoding });
    const outcome = (await look(organization)).byPair.get(`${account}:${account}`);
    expect(outcome).toMatchObject({ looked: true, part: { state: 'verified', problem: { code: 'archive-changed' } } });
    expect(outcome?.findings).toMatchObject([{ code: 'blocked-access', detail: expect.stringContaining(key) }]);
  },
);

test('a region that was switched off before the window counts no more: its account was never proven again', async () => {
  const organization = await collected({ accounts: 1, regions: ['us-east-1'] });
  const account = idOf(organization, 0);
  Object.assign(process.env, organization.env);
  const opened = openParts(loadConfig(organization.configFile, {}), { now: () => NOW });
  try {
    const estate = openEstate(opened.parts, false);
    const off = (chain: Chain): Chain => ({ ...chain, region: 'ap-south-1', until: NOW - 30 * 24 * HOUR });
    const looked = async (chains: (known: readonly Chain[]) => readonly Chain[]) => {
      const other: EstateBook = {
        ...estate,
        chains: async (survey) => chains(await estate.chains(survey)),
        reachable: ({ until }) => until === undefined,
      };
      const job: CoverJob = { type: 'cover', reader: account, account, depth: 'recent' };
      return coverAccount(job, null, { parts: opened.parts, estate: other, signal: never });
    };
    const both = await looked((known) => [...known, ...known.map(off)]);
    const { part } = await looked((known) => known);
    expect(both.part).toEqual({ ...part, chains: 2 });
    expect([both.part.state, both.part.verifiedUntil]).toEqual(['verified', part.verifiedUntil]);
    expect(both.chains[1]).toMatchObject({ state: 'unknown', reason: 'nothing was due', runs: [] });
    // Nothing else is there to speak for the account.
    expect((await looked((known) => known.map(off))).part).toMatchObject({ state: 'unknown', verifiedUntil: null });
  } finally {
    await opened.close();
  }
}, 120_000);

describe('a member of an organization trail', { timeout: 120_000 }, () => {
  const shape = { accounts: 3, organizationTrail: true, memberTrails: false, regions: ['us-east-1'] } as const;

  test('is shown by the chains of the account that reads the trail', async () => {
    const organization = await collected(shape);
    const [payer, member] = [idOf(organization, 0), idOf(organization, 1)];
    const looked = await expectSame(organization);
    expect(partOf(looked, member)).toMatchObject({ chains: 0, state: 'unknown' });
    const part = partOf(looked, member, payer);
    expect(part).toMatchObject({ state: 'verified', chains: 1, name: organization.world.accounts[1]?.name });
    expect(standings(looked)[member]).toEqual({ state: 'verified', until: part.verifiedUntil });
  });

  test('is blocked when that account may not be entered any more, and is told so once', async () => {
    const organization = await collected(shape);
    const [payer, member] = [idOf(organization, 0), idOf(organization, 1)];
    organization.cloud.identities.roles.delete(`arn:aws:iam::${payer}:role/${ROLE}`);
    const looked = await look(organization);
    expect(standings(looked)).toEqual(await stated(organization));
    expect(partOf(looked, member, payer)).toMatchObject({ state: 'blocked' });
    expect(looked.byPair.get(`${member}:${payer}`)?.findings).toEqual([]);
    expect(looked.byPair.get(`${payer}:${payer}`)?.findings.map(({ code }) => code)).toEqual(['blocked-access']);
  });

  test('whose receipt was changed is not proven, and the account that reads it is (its row told of it before)', async () => {
    const organization = await collected(shape);
    const [payer, member] = [idOf(organization, 0), idOf(organization, 1)];
    const [receipt = ''] = keysWith(organization, ARCHIVE, `orgtrail/receipts/${member}/`);
    overwrite(organization, ARCHIVE, receipt, Buffer.from('{}'));
    const spot = digests(organization).find(({ key }) => key.includes(`/${member}/`));
    if (spot === undefined) throw new Error('a digest is wanted');
    organization.cloud.put({ ...spot, body: gzipSync(Buffer.from('{}')) });
    const looked = await look(organization);
    const told = standings(looked);
    expect(told).toEqual(await stated(organization));
    expect([told[payer]?.state, told[member]?.state]).toEqual(['verified', 'blocked']);
  });

  test('is not proven, and nothing of it is settled, while another organization trail of its reader cannot be listed', async () => {
    const organization = await collected(shape);
    const [payer, member] = [idOf(organization, 0), idOf(organization, 1)];
    Object.assign(process.env, organization.env);
    const opened = openParts(loadConfig(organization.configFile, {}), { now: () => NOW });
    try {
      const estate = openEstate(opened.parts, false);
      const message = 's3:ListBucket was denied on the other bucket';
      const denied = new OperatingError({ code: 'blocked-access', message, hint: 'allow it' });
      const two: EstateBook = {
        ...estate,
        surveyOf: async (id) => {
          const survey = await estate.surveyOf(id);
          return {
            ...survey,
            sources: survey.sources.flatMap((one) => [one, { ...one, trailArn: `${one.trailArn}2` }]),
          };
        },
        chains: (survey) =>
          survey.sources.some(({ trailArn }) => trailArn.endsWith('2'))
            ? Promise.reject(denied)
            : estate.chains(survey),
      };
      const job: CoverJob = { type: 'cover', reader: payer, account: member, depth: 'recent' };
      const outcome = await coverAccount(job, null, { parts: opened.parts, estate: two, signal: never });
      expect(outcome.looked).toBe(false);
      expect(outcome.part).toMatchObject({ state: 'blocked', verifiedUntil: null, problem: { detail: message } });
      expect(outcome.findings).toEqual([]);
    } finally {
      await opened.close();
    }
  });

  test('that the reader does not know is nobody: no chain, and nothing of it is stored', async () => {
    const organization = await collected(shape);
    const payer = idOf(organization, 0);
    const pipeline = openPipeline(organization, { now: () => NOW });
    try {
      const job: CoverJob = { type: 'cover', reader: payer, account: '999999999999', depth: 'recent' };
      const { part, looked } = await pipeline.work.cover(job, null, never);
      expect([part.chains, part.state, looked]).toEqual([0, 'unknown', true]);
      await expect(pipeline.work.cover({ ...job, reader: '999999999999' }, null, never)).rejects.toMatchObject({
        code: 'job-refused',
      });
    } finally {
      await pipeline.close();
    }
  });
});

describe('a recent look', { timeout: 120_000 }, () => {
  test('keeps the days of before that it does not go over, and says the same of the present as a full one', async () => {
    const organization = await collected();
    const full = partOf(await look(organization), idOf(organization, 0));
    const older = {
      ...full,
      fullAt: NOW - HOUR,
      days: { ...full.days, letters: full.days.letters.replace(/^\.{5}/, 'fffff') },
    };
    const recent = partOf(await look(organization, { depth: 'recent', before: () => older }), idOf(organization, 0));
    expect(recent).toEqual({ ...full, fullAt: NOW - HOUR, days: older.days });
    const alone = partOf(await look(organization, { depth: 'recent' }), idOf(organization, 0));
    expect(alone).toMatchObject({ fullAt: null, days: { letters: expect.stringMatching(/^\.{7}v$/) } });
  });

  test('weeks later leaves what began before to the full look, which says it without a beginning that moves', async () => {
    const organization = await collected();
    const later = NOW + 20 * 24 * HOUR;
    const account = idOf(organization, 0);
    const recent = (await look(organization, { now: later, depth: 'recent' })).byPair.get(`${account}:${account}`);
    expect(recent?.findings).toEqual([]);
    expect(recent?.part.state).not.toBe('verified');
    const ends = await Promise.all(
      [later, later + HOUR].map(async (now) =>
        (await look(organization, { now })).outcomes.flatMap(({ findings }) => findings),
      ),
    );
    expect(ends[0]?.map(({ code }) => code)).toEqual(['chain-truncated']);
    expect(ends[0]?.[0]?.from).toBe(ends[1]?.[0]?.from);
    const ancient = NOW + 200 * 24 * HOUR;
    const long = (await look(organization, { now: ancient })).outcomes.flatMap(({ findings }) => findings);
    expect(long.map(({ code, from }) => [code, from])).toEqual([['chain-empty', null]]);
  });

  test('finds the last digest that the hours do not reach in what was known before, and believes no later one', async () => {
    const organization = await collected();
    const later = NOW + 20 * 24 * HOUR;
    const account = idOf(organization, 0);
    const full = partOf(await look(organization), account);
    const told = async (lastDigest: number) =>
      partOf(
        await look(organization, { now: later, depth: 'recent', before: () => ({ ...full, lastDigest }) }),
        account,
      ).lastDigest;
    expect(await told(full.lastDigest ?? 0)).toBe(full.lastDigest);
    expect(await told(later)).toBeNull();
  });
});
