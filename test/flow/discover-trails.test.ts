/** Discovery of trails: each one once, of a member or of the organization, and followed where it has moved. */
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { discovered, member, NOW, openDiscovery, START } from './discover-ground.ts';
import { compareArchive, receipts, sourceObjects } from './evidence.ts';
import { ARCHIVE } from './organization.ts';
import { pass } from './pass.ts';

describe('trails', () => {
  test('shadows are taken once, several of one account in one bucket apart, single- and multi-region, in regions that are not asked first', async () => {
    const organization = await openDiscovery({ accounts: 3, regions: ['eu-west-1', 'ap-southeast-2'] });
    const { world } = organization;
    const { surveys, problems } = await discovered(organization);
    expect(problems).toEqual([]);
    const found = surveys.flatMap((one) => one.sources);
    expect(found.map((one) => one.trailArn).toSorted()).toEqual(world.trails.map((one) => one.arn).toSorted());
    expect(new Set(found.map((one) => one.homeRegion)).has('us-east-1')).toBe(false);
    const single = found.find((one) => !one.multiRegion);
    expect(single?.regions).toEqual([single?.homeRegion]);
    expect(found.filter((one) => one.bucket === single?.bucket)).toHaveLength(2);
    const truth = sourceObjects(organization);
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    const chains = new Set(receipts(organization).map(({ name }) => [name.account, name.region, name.trail].join()));
    expect(chains).toEqual(
      new Set(world.chains.map((chain) => [chain.account, chain.region, chain.trail.name].join())),
    );
  });

  test('an organization trail is read through the management account: a chain for each member and region', async () => {
    const organization = await openDiscovery({ accounts: 3, organizationTrail: true, memberTrails: false });
    const { world, cloud } = organization;
    const truth = sourceObjects(organization);
    expect([...truth.keys()].every((key) => key.includes(`/AWSLogs/${world.organizationId}/`))).toBe(true);
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    const chains = new Set(receipts(organization).map(({ name }) => `${name.account} ${name.region}`));
    expect(chains).toEqual(new Set(world.accounts.flatMap(({ id }) => [`${id} us-east-1`, `${id} eu-west-1`])));
    const readers = cloud.requests.entries.filter(
      (entry) => entry.operation === 'GetObject' && entry.bucket !== ARCHIVE,
    );
    expect(new Set(readers.map((entry) => entry.principal?.account))).toEqual(new Set([world.management]));
    expect(answer.status.accounts.map((line) => line.state)).toEqual(world.accounts.map(() => 'verified'));
  });

  test('a trail that moved to another bucket is followed back into the former one, and nowhere unless it is configured', async () => {
    const move = { type: 'move', hour: 2, bucket: 'moved-to-here', prefix: 'new', trail: 0 } as const;
    const organization = await openDiscovery({
      accounts: 1,
      hours: 4,
      regions: ['us-east-1'],
      incidents: [move],
      now: () => START + 6 * HOUR,
    });
    const [trail] = organization.cloud.control.trails;
    const [original] = organization.world.trails;
    if (trail === undefined || original === undefined) throw new Error('a trail is wanted');
    expect(trail.bucket).toBe('moved-to-here');
    const truth = sourceObjects(organization);
    const blind = await pass(organization, START + 6 * HOUR);
    expect(blind.exitCode).not.toBe(0);
    const codes = new Set(receipts(organization).map(({ receipt }) => receipt.link.verdict));
    expect(codes).toEqual(new Set(['blocked-access', 'linked']));
    expect(organization.cloud.requests.entries.some((entry) => entry.bucket === original.bucket)).toBe(false);
    const former = original.prefix === null ? original.bucket : `${original.bucket}/${original.prefix}`;
    organization.configure({
      accounts: [
        {
          id: member(organization, 0),
          trails: [{ arn: trail.arn, bucket: trail.bucket, prefix: 'new', formerBuckets: [former] }],
        },
      ],
    });
    const seeing = await pass(organization, START + 6 * HOUR + 1000);
    expect(seeing.problems).toEqual([]);
    expect(seeing.exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(receipts(organization).map(({ name }) => name.state)).toEqual(['start', 'linked', 'linked', 'linked']);
  });
});
