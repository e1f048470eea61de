/** What the pages read of digests: those of a window, what none of them covers, and nothing that a client or Redis could point elsewhere. */
import { describe, expect, test } from 'vitest';
import { receiptKey } from '../../src/core/layout.ts';
import { formatIso, HOUR, MINUTE } from '../../src/core/time.ts';
import type { CloudObject } from '../cloud/types.ts';
import { keysWith, remove } from '../flow/evidence.ts';
import { BUCKET } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { pass } from '../flow/pass.ts';
import { collected, coverOf, DAY, digestsOf, nth, pageOf, recordedIn } from './evidence-ground.ts';

describe('the digests of a window', () => {
  test('are told from the names of receipts, oldest first, by the ids that open them', async () => {
    const ground = await collected();
    const { world } = ground;
    const told = await digestsOf(ground, world.start, world.end());
    const recorded = recordedIn(world);
    expect(told.digests).toEqual(
      recorded.map(({ name, id, key }) => ({
        id,
        kind: 'standard',
        start: formatIso(name.start ?? 0),
        end: formatIso(name.end),
        state: name.state,
        revision: 0,
        receipt: key,
      })),
    );
    expect(told.digests.map(({ state }) => state)).toEqual(['start', 'linked', 'linked', 'linked']);
    expect(told.gaps).toEqual([]);
  });

  test('are those whose time meets it, and no others', async () => {
    const ground = await collected();
    const { world } = ground;
    const second = { from: world.start + HOUR, to: world.start + 2 * HOUR };
    const told = await digestsOf(ground, second.from, second.to);
    expect(told.digests.map(({ end }) => end)).toEqual([formatIso(second.to)]);
    const inside = await digestsOf(ground, second.from + MINUTE, second.from + 2 * MINUTE);
    expect(inside.digests.map(({ end }) => end)).toEqual([formatIso(second.to)]);
  });

  test('are the newest revisions alone', async () => {
    let lost: CloudObject | undefined;
    const ground = await collected((scene) => {
      const key = scene.chain.hours[1]?.logs[0]?.key ?? '';
      lost = scene.buckets.get(BUCKET)?.get(key);
      scene.buckets.get(BUCKET)?.delete(key);
    });
    const { world, now } = ground;
    expect(recordedIn(world).map(({ name }) => name.state)).toEqual(['start', 'failed', 'linked', 'linked']);
    if (lost !== undefined) world.put([lost]);
    world.publish(now);
    await pass(world, now);
    const told = await digestsOf(ground, world.start, world.end());
    expect(told.digests).toHaveLength(4);
    const changed = told.digests.find(({ revision }) => revision > 0);
    const page = await pageOf(ground, changed?.id ?? '');
    expect(page.revisions.map(({ revision }) => revision)).toEqual([0, 1]);
    expect(page.line.revision).toBe(1);
  });

  test('wider than eight days, or of no length, are refused', async () => {
    const { evidence, chain, world } = await collected();
    for (const to of [world.start + 8 * DAY + 1, world.start, Number.NaN])
      await expect(evidence.digests(chain, { from: world.start, to })).rejects.toMatchObject({ code: 'usage' });
  });

  test('of another home region of the same trail name are not among them', async () => {
    const { evidence, chain, world } = await collected();
    const other = await evidence.digests({ ...chain, homeRegion: 'us-east-1' }, { from: world.start, to: world.end() });
    expect(other.digests).toEqual([]);
  });
});

describe('what no digest covers', () => {
  test('has the state that coverage gave it; what it called verified without a receipt is unknown', async () => {
    const { world, evidence, now } = await collected();
    const [, second, third] = recordedIn(world);
    for (const one of [second, third]) remove(world, ARCHIVE, one?.key ?? '');
    const [from, middle, to] = [world.start + HOUR, world.start + 2 * HOUR, world.start + 3 * HOUR];
    const runs = [
      { from: world.start, to: middle, state: 'verified' },
      { from: middle, to, state: 'failed' },
      { from: to, to: world.end(), state: 'verified' },
    ] as const;
    const told = await evidence.digests(coverOf(world, { runs }), { from: world.start, to: world.end() });
    expect(told.gaps).toEqual([
      { from: formatIso(from), to: formatIso(middle), state: 'unknown' },
      { from: formatIso(middle), to: formatIso(to), state: 'failed' },
    ]);
    const late = await evidence.digests(coverOf(world), { from: to, to: now + DAY });
    expect(late.gaps).toEqual([{ from: formatIso(world.end()), to: formatIso(now), state: 'pending' }]);
  });

  test('is no gap before anything was due, and unknown where nobody computed it', async () => {
    const { world, evidence } = await collected();
    const window = { from: world.start - 2 * DAY, to: world.start };
    expect((await evidence.digests(coverOf(world), window)).gaps).toEqual([]);
    const days = { from: Math.floor(window.from / DAY) * DAY, letters: '..v' };
    const gap = { from: formatIso(window.from), to: formatIso(window.to), state: 'unknown' };
    expect((await evidence.digests(coverOf(world, { runs: [] }), window)).gaps).toEqual([gap]);
    const quiet = { from: days.from, to: days.from + 2 * DAY };
    expect((await evidence.digests(coverOf(world, { runs: [], days }), quiet)).gaps).toEqual([]);
  });
});

describe('ids and names from outside', () => {
  test.each([
    '',
    '..',
    '../../orgtrail/keys/us-east-1/x',
    '20260301T011352Z-20260301T001352Z-standard-../..-0123456789ab',
    '20260301T011352Z-20260301T001352Z-standard-eu-west-1-0123456789abc',
    '20260230T011352Z-unread-standard-eu-west-1-0123456789ab',
    `20260301T011352Z-20260301T001352Z-standard-${'a'.repeat(40)}-0123456789ab`,
    '20260301T011352Z-20260301T001352Z-standard-us-east-1-0123456789ab',
    '20260301T011352Z-20260301T001352Z-standard-eu-west-1-0123456789ab\n',
    'x'.repeat(100_000),
  ])('%s names nothing, and no object is fetched for it', async (id) => {
    const { evidence, chain, world } = await collected(null, { hours: 1 });
    world.cloud.requests.clear();
    expect(await evidence.digest(chain, id)).toBeNull();
    expect(await evidence.raw(chain, id)).toBeNull();
    expect(world.cloud.requests.entries.filter(({ operation }) => operation === 'GetObject')).toEqual([]);
  });

  test('an id with the time, kind, home region or mark of no receipt of the chain names nothing', async () => {
    const { evidence, chain, world } = await collected();
    const { id } = nth(recordedIn(world), 1);
    const others = [
      id.replace('-standard-', '-backfill-'),
      id.replace('-eu-west-1-', '-us-east-1-'),
      id.replace(/-[0-9a-f]{12}$/, '-0123456789ab'),
      id.replace(/^(\w+)-\w+-/, '$1-unread-'),
    ];
    for (const other of others) {
      expect(other).not.toBe(id);
      expect(await evidence.digest(chain, other)).toBeNull();
    }
    expect(await evidence.digest({ ...chain, account: '999999999999' }, id)).toBeNull();
    expect(await evidence.digest(chain, id)).not.toBeNull();
  });

  test.each([
    { trail: '../main' },
    { trail: 'a/b/c' },
    { account: '111122223333/../444455556666' },
    { region: '../../keys' },
    { homeRegion: 'eu-west-1/..' },
  ])('a chain of %o, as whoever writes to Redis could name it, is refused before any request', async (change) => {
    const { evidence, chain, world } = await collected(null, { hours: 1 });
    const { id } = nth(recordedIn(world), 0);
    const hostile = { ...chain, ...change };
    world.cloud.requests.clear();
    const window = { from: world.start, to: world.end() };
    for (const read of [evidence.digests(hostile, window), evidence.digest(hostile, id), evidence.raw(hostile, id)])
      await expect(read).rejects.toMatchObject({ code: 'job-refused' });
    expect(world.cloud.requests.entries).toEqual([]);
  });
});

test('receipts lie where this test looks for them', async () => {
  const { world } = await collected(null, { hours: 1 });
  const { key, name } = nth(recordedIn(world), 0);
  expect(keysWith(world, ARCHIVE, 'orgtrail/receipts/')).toEqual([key]);
  expect(receiptKey('', name)).toBe(key);
});
