/** A digest whose predecessor is not there, through whole passes of `collect`: expired, deleted, or still to come. */
import { expect, onTestFinished, test } from 'vitest';
import { DAY, HOUR } from '../cloud/forge/times.ts';
import { openChain } from './one-chain.ts';
import { remove } from './evidence.ts';
import { pass } from './pass.ts';

/** Ten hours, those digests taken away with their log files, and a first pass weeks later: the report looks back a week. */
async function collectWithout(hours: readonly number[]) {
  const ground = await openChain({ hours: 10 });
  onTestFinished(() => ground.close());
  ground.publish();
  for (const hour of hours) {
    const record = ground.chain.hours[hour];
    for (const { bucket, key } of record === undefined ? [] : [record.digest, ...record.logs])
      remove(ground, bucket, key);
  }
  const first = await pass(ground, ground.end() + 20 * DAY);
  const again = await pass(ground, ground.end() + 20 * DAY + HOUR);
  return { first: first.digests, again: again.digests };
}

test('what the member let expire before the first pass is no failure, in any pass (a lifecycle rule had collect end with 3 for ever)', async () => {
  const { first, again } = await collectWithout([0, 1, 2]);
  expect(first).toMatchObject({ verified: 6, unlinked: 1, failed: 0 });
  expect(again).toMatchObject({ unlinked: 1, failed: 0, written: 0 });
});

test('a digest that was deleted in between is a failure, however long ago', async () => {
  const { first, again } = await collectWithout([4]);
  expect(first).toMatchObject({ verified: 8, unlinked: 0, failed: 1 });
  expect(again).toMatchObject({ failed: 1, written: 0 });
});
