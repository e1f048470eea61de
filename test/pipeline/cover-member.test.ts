/** The coverage of a member of an organization trail, by the chains of the account that reads the trail. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import type { CoverJob } from '../../src/core/job.ts';
import { OperatingError } from '../../src/errors.ts';
import { coverAccount } from '../../src/pipeline/cover-account.ts';
import { openEstate, type EstateBook } from '../../src/pipeline/estate.ts';
import { keysWith, overwrite } from '../flow/evidence.ts';
import { ARCHIVE, ROLE } from '../flow/organization.ts';
import { openPipeline } from '../flow/pass.ts';
import { collected, digests, NOW } from '../flow/status-here.ts';
import { expectSame, idOf, look, never, partOf, standings, stated } from './cover-ground.ts';

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
