/** An account's coverage for the pages is what `orgtrail status` says of it: there is no second truth. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import type { CoverJob } from '../../src/core/job.ts';
import type { Chain } from '../../src/core/source.ts';
import { HOUR } from '../../src/core/time.ts';
import { coverAccount } from '../../src/pipeline/cover-account.ts';
import { openEstate, type EstateBook } from '../../src/pipeline/estate.ts';
import { keysWith, objectAt, overwrite, remove } from '../flow/evidence.ts';
import { ARCHIVE, ROLE } from '../flow/organization.ts';
import { pass } from '../flow/pass.ts';
import { collected, digests, nth, NOW, open, START } from '../flow/status-here.ts';
import { expectSame, idOf, look, never, partOf, since, withdraw } from './cover-ground.ts';

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
