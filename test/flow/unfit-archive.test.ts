/** A store that overwrites in spite of `If-None-Match: *`, as some S3 look-alikes do. */
import { afterEach, expect, test } from 'vitest';
import { deleteKey } from '../cloud/s3/bucket.ts';
import { ARCHIVE, openOrganization, orgtrail, type Organization } from './organization.ts';
import { openPipeline } from './pass.ts';

const START = Date.UTC(2026, 2, 1);

let organization: Organization | null = null;
afterEach(() => organization?.close());

/** Forgets every object of the archive just before it is written again: what is conditional then never holds. */
async function forgetful(): Promise<Organization> {
  organization = await openOrganization({ seed: 'unfit', start: START, hours: 2, accounts: 1, cheap: true });
  const bucket = organization.cloud.state.buckets.get(ARCHIVE);
  if (bucket === undefined) throw new Error('no archive');
  const act = (): void => void deleteKey(bucket, 'orgtrail/probe', Date.now());
  organization.cloud.faults.add({
    match: { operation: 'PutObject', bucket: ARCHIVE, key: /orgtrail\/probe$/ },
    fault: { kind: 'interfere', act },
  });
  return organization;
}

test('collect wrote to a store without conditional writes, since it never asked: it must refuse', async () => {
  const ground = await forgetful();
  const { code, stderr } = await orgtrail(ground, 'collect');
  expect(code).toBe(1);
  expect(stderr).toContain('in spite of If-None-Match');
  expect(ground.archived()).toEqual(['orgtrail/probe']);
});

test('the daemon went on writing after its look at the archive had failed: no kind of job may', async () => {
  const ground = await forgetful();
  const pipeline = openPipeline(ground, { now: () => START + 6 * 3600_000 });
  const [chain] = ground.world.chains;
  const [hour] = chain?.hours ?? [];
  if (chain === undefined || hour === undefined) throw new Error('the world is empty');
  const ref = { reader: chain.account, trailArn: chain.trail.arn, account: chain.account, region: chain.region };
  const unfit = { code: 'archive-unfit' };
  await expect(pipeline.discover()).rejects.toMatchObject(unfit);
  const signal = new AbortController().signal;
  await expect(pipeline.work.sweep({ type: 'sweep', depth: 'full', ...ref }, signal)).rejects.toMatchObject(unfit);
  await expect(pipeline.judge([{ type: 'digest', ...ref, ...hour.digest }])).rejects.toMatchObject(unfit);
  expect(ground.archived()).toEqual(['orgtrail/probe']);
  await pipeline.close();
});
