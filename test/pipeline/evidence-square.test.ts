/** What lies behind one square: digests by the archive's names, files by their receipts, and what was left out. */
import { expect, test } from 'vitest';
import { formatIso, HOUR, MINUTE } from '../../src/core/time.ts';
import { squarePage } from '../../src/web/contract/square.ts';
import { overwrite } from '../flow/evidence.ts';
import { BUCKET, type OneChain } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { collected, coverOf, DAY, deny, nth, recordedIn, rewrite, type Ground } from './evidence-ground.ts';

/** What is told of a time, held against the API's own schema. */
async function behind({ evidence, chain }: Pick<Ground, 'evidence' | 'chain'>, from: number, to: number) {
  const [readAt, told] = [formatIso(0), await evidence.square([chain], { from, to })];
  return squarePage.parse({ readAt, from: formatIso(from), to: formatIso(to), ...told });
}

const filesOf = ({ chain }: OneChain, at: number): number => chain.hours[at]?.logs.length ?? 0;

test('an hour has the digests that reach into it, with every file that they name', async () => {
  const ground = await collected();
  const { world } = ground;
  const second = world.start + HOUR;
  const inside = await behind(ground, second + MINUTE, second + 2 * MINUTE);
  expect(inside).toMatchObject({
    chains: 1,
    digests: 1,
    proven: 1,
    faults: [],
    unread: 0,
    chainsLeftOut: 0,
    problems: [],
  });
  expect(inside.files).toMatchObject({ named: filesOf(world, 1), valid: filesOf(world, 1) });
  expect(inside.files.named).toBeGreaterThan(0);
  const across = await behind(ground, second - HOUR / 2, second + HOUR / 2);
  expect([across.digests, across.files.named]).toEqual([2, filesOf(world, 0) + filesOf(world, 1)]);
  const day = await behind(ground, world.start - HOUR, world.start - HOUR + DAY);
  expect([day.digests, day.files.named]).toEqual([4, [0, 1, 2, 3].reduce((sum, at) => sum + filesOf(world, at), 0)]);
});

test('a time without digests has none, and no file', async () => {
  const ground = await collected();
  const told = await behind(ground, ground.world.start - 5 * HOUR, ground.world.start - 4 * HOUR);
  expect([told.digests, told.files.named, told.faults]).toEqual([0, 0, []]);
  expect(told.covered).toBe(true);
});

test('a file that is not proven is named with its verdict', async () => {
  let lost = '';
  const ground = await collected((scene) => {
    lost = scene.chain.hours[1]?.logs[0]?.key ?? '';
    scene.buckets.get(BUCKET)?.delete(lost);
  });
  const { world } = ground;
  const told = await behind(ground, world.start + HOUR + MINUTE, world.start + 2 * HOUR - MINUTE);
  expect(told.faults).toEqual([{ code: 'log-missing', proven: false, region: ground.chain.region, key: lost }]);
  expect(told.files).toMatchObject({ named: filesOf(world, 1), valid: filesOf(world, 1) - 1, missing: 1 });
  expect([told.digests, told.proven]).toEqual([1, 0]);
});

test('a chain that two readers see is counted once', async () => {
  const { evidence, chain, world } = await collected();
  const window = { from: world.start + MINUTE, to: world.start + 2 * MINUTE };
  const other = coverOf(world, { id: 'f'.repeat(16), reader: '999999999999' });
  const told = await evidence.square([chain, other], window);
  expect([told.chains, told.digests]).toEqual([1, 1]);
});

test('a receipt that was changed is a problem, and its files are not counted', async () => {
  const ground = await collected();
  const { world } = ground;
  rewrite(world, nth(recordedIn(world), 1).key, (text) => text.replace('"valid"', '"vain"'));
  const told = await behind(ground, world.start + MINUTE, world.start + 2 * HOUR - MINUTE);
  expect(told.problems.map(({ code }) => code)).toEqual(['archive-changed']);
  expect([told.digests, told.files.named]).toEqual([2, filesOf(world, 0)]);
});

test('a receipt that is too long to open for this is said to be left out, and the others are opened', async () => {
  const ground = await collected();
  const { world } = ground;
  overwrite(world, ARCHIVE, nth(recordedIn(world), 1).key, Buffer.alloc(5 * 1024 * 1024, 32));
  const told = await behind(ground, world.start + MINUTE, world.start + 3 * HOUR - MINUTE);
  expect([told.digests, told.unread, told.problems]).toEqual([3, 1, []]);
  expect(told.files.named).toBe(filesOf(world, 0) + filesOf(world, 2));
});

test('chains beyond what is looked at are counted as left out', async () => {
  const { evidence, world } = await collected();
  const chains = Array.from({ length: 90 }, (_, at) => coverOf(world, { trail: `other-${at}` }));
  const told = await evidence.square(chains, { from: world.start, to: world.start + HOUR });
  expect([told.chains, told.chainsLeftOut]).toEqual([90, 10]);
});

test('an archive that may not be read is no empty square', async () => {
  const ground = await collected();
  const { world } = ground;
  deny(world, 'orgtrail/receipts/*');
  const told = await behind(ground, world.start + MINUTE, world.start + 2 * MINUTE);
  expect([told.digests, told.files.named, told.problems.length]).toEqual([1, 0, 1]);
});

test('a digest whose chain is broken is named, although its files are proven', async () => {
  const ground = await collected((scene) => {
    scene.buckets.get(BUCKET)?.delete(scene.chain.hours[1]?.digest.key ?? '');
  });
  const { world } = ground;
  const told = await behind(ground, world.start + 2 * HOUR + MINUTE, world.start + 3 * HOUR - MINUTE);
  expect(told.faults.map(({ code, proven }) => [code, proven])).toEqual([['digest-missing', false]]);
  const runs = [{ from: world.start, to: world.end(), state: 'failed' as const }];
  const chain = coverOf(world, { runs });
  const hole = await behind({ ...ground, chain }, world.start + HOUR + MINUTE, world.start + 2 * HOUR - MINUTE);
  expect([hole.digests, hole.covered]).toEqual([0, false]);
  const [from, to] = [formatIso(world.start + HOUR + MINUTE), formatIso(world.start + 2 * HOUR - MINUTE)];
  expect(hole.gaps).toEqual([{ region: chain.region, state: 'failed', from, to }]);
});

test('a chain that leads elsewhere is refused', async () => {
  const { evidence, world } = await collected();
  const strange = coverOf(world, { trail: '../../elsewhere' });
  await expect(evidence.square([strange], { from: world.start, to: world.start + HOUR })).rejects.toMatchObject({
    code: 'job-refused',
  });
});

test('of more digests than are opened for this, those that are not proven are', async () => {
  let lost = '';
  const ground = await collected(
    (scene) => {
      lost = scene.chain.hours[7]?.logs[0]?.key ?? '';
      scene.buckets.get(BUCKET)?.delete(lost);
    },
    { hours: 110 },
  );
  const { evidence, chain, world } = ground;
  const told = await evidence.square([chain], { from: world.start, to: world.end() });
  expect([told.digests, told.proven, told.unread]).toEqual([110, 109, 109]);
  expect(told.faults.map(({ key }) => key)).toEqual([lost]);
  expect(told.files.named).toBe(filesOf(world, 7));
});
