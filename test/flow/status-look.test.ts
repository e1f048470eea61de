/** What a person reads in `status`: a grid of accounts and days, why a day is not green, and what to do next. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { keysWith, overwrite, remove } from './evidence.ts';
import { ROLE, type Organization } from './organization.ts';
import { openPipeline, pass } from './pass.ts';
import { collected, digests, found, nth, NOW, open, show, START, text } from './status-here.ts';

function withdraw({ cloud }: Organization, account: string): void {
  const arn = `arn:aws:iam::${account}:role/${ROLE}`;
  cloud.identities.roles.delete(arn);
  cloud.identities.expireSessions(arn);
}

const idAt = ({ world }: Organization, index: number): string => world.accounts[index]?.id ?? '';

/** The line that speaks of an account, as columns. */
function rowOf(shown: string, account: string): readonly string[] {
  const line = shown.split('\n').find((one) => one.includes(account)) ?? '';
  return line.split(/ {2,}/);
}

describe('the grid', () => {
  test('is a row an account and a column a day, fits 160 columns for 7 days, and explains its signs', async () => {
    const organization = await collected({ accounts: 2 });
    const [, second] = digests(organization);
    remove(organization, second?.bucket ?? '', second?.key ?? '');
    const shown = await text(organization, NOW);
    const lines = shown.split('\n');
    expect(lines[0]).toMatch(
      /^STATE +ACCOUNT +NAME +02-22 +02-23 +02-24 +02-25 +02-26 +02-27 +02-28 +03-01 +VERIFIED UNTIL +REASON$/,
    );
    expect(lines.slice(0, 5).every((line) => line.length <= 160)).toBe(true);
    for (const { id } of organization.world.accounts) expect(rowOf(shown, id)).toContain('-');
    expect(shown).toContain('ok proven · ok! proven, but the source has lost or changed something · - nothing was due');
    expect(shown).toMatch(/\n {4}next: what was recorded stays proven; look at the bucket's versions/);
    expect(shown).toContain('failed: 1 finding\n1 of 2 accounts proven from 2026-02-22T20:00:00Z');
    const chains = await text(organization, NOW, { chains: true });
    expect(chains).toMatch(/^ {2}verified +us-east-1 +\S+ +(?:- +){7}ok!? +2026-03-01T18:\d\d:\d\dZ/m);
    expect(chains.split('\n').length).toBe(lines.length + 2);
  });

  test('of many days is a letter a day', async () => {
    const organization = await collected();
    const shown = await text(organization, NOW, { from: NOW - 30 * 24 * HOUR });
    expect(shown).toMatch(/2026-01-30 to 2026-03-01/);
    expect(rowOf(shown, idAt(organization, 0))).toContain(`${'-'.repeat(30)}+`);
    expect(shown).toContain('+ proven · - nothing was due');
    expect(await text(organization, NOW, { from: NOW - 90 * 24 * HOUR })).toContain(
      'the last 60 of 91 days; --json has all',
    );
  });

  test('counts a cell that spans midnight for both days', async () => {
    const evening = START + 10 * HOUR;
    const organization = await open({ start: evening, hours: 4, now: () => evening + 6 * HOUR });
    const over = nth(digests(organization), 1);
    overwrite(organization, over.bucket, over.key, gzipSync(Buffer.from('{}')));
    const now = evening + 6 * HOUR;
    await pass(organization, now);
    const { report } = await show(organization, now);
    const bad = report.days.filter(({ state }) => state === 'failed').map(({ day, reason }) => [day, reason]);
    const end = report.findings.find(({ code }) => code === 'digest-malformed')?.to ?? '';
    // The digest that covers midnight ends within the first hour of the next day.
    expect(end.slice(0, 13)).toBe('2026-03-02T00');
    expect(bad).toEqual([
      ['2026-03-01', 'digest-malformed'],
      ['2026-03-02', 'digest-malformed'],
    ]);
  });
});

describe('an account that cannot be looked at', () => {
  test('is blocked, and shows what its receipts prove', async () => {
    const organization = await collected({ accounts: 2 });
    const member = idAt(organization, 1);
    withdraw(organization, member);
    const shown = await show(organization, NOW + 24 * HOUR);
    const line = shown.report.accounts.find(({ account }) => account === member);
    expect(line).toMatchObject({ state: 'blocked', reason: 'blocked-access', chains: [{ state: 'blocked' }] });
    expect(line?.chains.map(({ receipts, verifiedUntil }) => [receipts, verifiedUntil?.slice(0, 11)])).toEqual([
      [6, '2026-03-01T'],
    ]);
    const days = shown.report.days.filter(({ account }) => account === member);
    // Silence of a source that nobody can list is nobody's fault, and nothing that was proven is taken back.
    expect(days.at(-1)).toMatchObject({ day: '2026-03-02', state: 'blocked', reason: 'blocked-access' });
    expect(shown.report.findings.filter(({ account }) => account === member).map(({ code }) => code)).toEqual([
      'blocked-access',
    ]);
    expect((await show(organization, NOW)).report.days.findLast(({ account }) => account === member)).toMatchObject({
      day: '2026-03-01',
      state: 'verified',
    });
    expect(await show(organization, NOW)).toMatchObject({ exitCode: 5, codes: ['blocked-access'] });
  });

  test('whose digests may not be listed is blocked, and its receipts stand', async () => {
    const organization = await collected();
    const bucket = organization.cloud.state.buckets.get(nth(digests(organization), 0).bucket);
    if (bucket === undefined) throw new Error('a bucket is wanted');
    const statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${bucket.name}`,
    };
    bucket.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const shown = await show(organization, NOW);
    expect(shown.exitCode).toBe(5);
    expect(new Set(shown.codes)).toEqual(new Set(['blocked-access']));
    expect(shown.report.accounts[0]).toMatchObject({ state: 'blocked', chains: [{ receipts: 6 }] });
  });

  test('blocks the members of its organization trail with it, and what was proven of them stands', async () => {
    const organization = await collected({ accounts: 2, organizationTrail: true, memberTrails: false });
    withdraw(organization, organization.world.management);
    const { exitCode, report, codes } = await show(organization, NOW);
    expect([exitCode, codes]).toEqual([5, ['blocked-access']]);
    for (const line of report.accounts)
      expect(line).toMatchObject({
        state: 'blocked',
        reason: 'blocked-access',
        chains: [{ receipts: 6, state: 'verified' }],
      });
    expect(report.days.filter(({ day }) => day === '2026-03-01').map(({ state }) => state)).toEqual([
      'verified',
      'verified',
    ]);
  });

  test('because it is suspended says so, shows its receipts, and is never green', async () => {
    const organization = await collected({ accounts: 2 });
    const member = idAt(organization, 1);
    organization.cloud.control.changeAccount(member, { state: 'SUSPENDED' });
    const { exitCode, report } = await show(organization, NOW);
    expect(exitCode).toBe(0);
    expect(report.accounts.find(({ account }) => account === member)).toMatchObject({
      state: 'unknown',
      reason: 'SUSPENDED',
      chains: [{ receipts: 6, state: 'verified' }],
    });
    const later = await show(organization, NOW + 24 * HOUR, { accounts: [member] });
    expect(later.report.accounts[0]?.chains[0]?.state).toBe('unknown');
    expect(later.codes).toEqual([]);
    const shown = await text(organization, NOW);
    expect(rowOf(shown, member)).toEqual(expect.arrayContaining(['unknown', 'ok', 'SUSPENDED']));
    expect(shown).toContain(`suspended: ${member} is not entered any more`);
    expect(shown).toContain('1 of 2 accounts proven');
  });
});

describe('what is not known', () => {
  test('of regions is said and changes no verdict', async () => {
    const organization = await collected();
    const account = idAt(organization, 0);
    const arn = `arn:aws:iam::${account}:role/${ROLE}`;
    const role = organization.cloud.identities.roles.get(arn);
    if (role === undefined) throw new Error('a role is wanted');
    const policies = role.policies.map((policy) =>
      policy.replace('"account:ListRegions",', '').replace(',"account:ListRegions"', ''),
    );
    organization.cloud.identities.roles.set(arn, { ...role, policies });
    const shown = await show(organization, NOW);
    expect(shown).toMatchObject({ exitCode: 0, codes: [] });
    expect(shown.report.accounts[0]?.unknowns[0]?.detail).toContain('ListRegions');
    expect(await text(organization, NOW)).toMatch(new RegExp(`not known: ${account}.*ListRegions`));
  });
});

describe('a log that the capture defends', () => {
  test('leaves the hour proven, and says what the source holds now', async () => {
    const organization = await open({ deliverUntil: START + 3 * HOUR + HOUR / 2 });
    const clock = { now: () => START + 3 * HOUR + HOUR / 2 };
    const pipeline = openPipeline(organization, clock);
    try {
      const { surveys } = await pipeline.discover();
      await pipeline.sweep('full', surveys);
    } finally {
      await pipeline.close();
    }
    const [bucket] = organization.world.buckets;
    const log = keysWith(organization, bucket?.name ?? '', '/CloudTrail/').at(-1) ?? '';
    overwrite(organization, bucket?.name ?? '', log, gzipSync(Buffer.from('{"Records":[]}')));
    for (const { object } of organization.world.deliverAll()) if (object.key !== log) organization.cloud.put(object);
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    const shown = await show(organization, NOW);
    expect(shown).toMatchObject({ exitCode: 3, codes: ['log-hash-mismatch'] });
    expect(found(shown, 'log-hash-mismatch').detail).toMatch(/; the archive holds the proven bytes$/);
    expect(shown.report.accounts[0]).toMatchObject({ state: 'verified', reason: 'log-hash-mismatch' });
    expect(rowOf(await text(organization, NOW), idAt(organization, 0))).toContain('ok!');
  });
});
