/**
 * The same run twice over one source: once undisturbed, once with a worker killed ten times and Redis emptied twice.
 * Both archives must hold the same, to the byte. The moments are drawn from a seed and tied to how far the run is, so
 * that each one falls into the work however fast the machine is.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../cloud/forge/random.ts';
import { CEPH, REDIS, reasonToSkip } from '../stack/need.ts';
import { accessLog, mutating } from './access-log.ts';
import { readObjects } from './archive-bucket.ts';
import { openCephEstate, type CephEstate } from './ceph-estate.ts';
import { openArchive, openFleet, PREFIX, unproven, until, untilProven, type Archive, type Fleet } from './fleet.ts';
import { orgtrail } from './organization.ts';
import type { Running } from './process.ts';
import { dumpRedis, leaked, watchSecrets, withRedis } from './secrets.ts';

const missing = reasonToSkip('Ceph and Redis', [...CEPH, REDIS]);
/** Another one draws other moments: ORGTRAIL_CHAOS_SEED=anything. */
const SEED = process.env['ORGTRAIL_CHAOS_SEED'] ?? 'chaos-1';
/** Longer than any wait inside: those end with a message that says what was missing. */
const PATIENCE = 300_000;
const KILLS = 10;
const FLUSHES = 2;
/** Slow on purpose: ten new workers have to start while there is still work. */
const SLOW = { limits: { digestConcurrency: 2, objectConcurrency: 2, hashThreads: 1 } };

/** One blow, struck when this part of the digests is proven and then after a random pause. */
interface Blow {
  readonly what: 'kill' | 'flush';
  readonly after: number;
  readonly pauseMs: number;
}

/** Evenly spread but for chance; the second flush is never the last blow, so that a kill must be survived after it. */
function drawBlows(random: Random): readonly Blow[] {
  const count = KILLS + FLUSHES;
  const flushes = new Set([random.int(1, 4), random.int(5, count - 2)]);
  return Array.from({ length: count }, (_, at) => ({
    what: flushes.has(at) ? 'flush' : 'kill',
    after: (at + random.float()) * (0.7 / count),
    pauseMs: random.int(0, 400),
  }));
}

describe.skipIf(missing !== null)(`a worker killed ten times and Redis emptied twice (seed ${SEED})`, () => {
  let estate: CephEstate, calm: Archive, chaos: Archive;
  let secrets: ReadonlySet<string>;
  const fleets: Fleet[] = [];

  beforeAll(async () => {
    estate = await openCephEstate({ seed: SEED, hours: 48, members: 3, logsPerHour: 2, records: [] });
    secrets = watchSecrets(estate);
    [calm, chaos] = [await openArchive(estate, 'archive-calm'), await openArchive(estate, 'archive-chaos', SLOW)];
  });
  afterAll(async () => {
    await Promise.all(fleets.map((fleet) => fleet.close()));
    for (const archive of [calm, chaos]) archive?.client.destroy();
    await estate?.close();
  });

  const open = async (archive: Archive): Promise<Fleet> => {
    const fleet = await openFleet(estate, archive);
    fleets.push(fleet);
    fleet.start('scheduler', 'scheduler');
    fleet.start('worker', 'steady worker');
    return fleet;
  };

  /** Strikes every blow; how many digests were still unproven at each. */
  const strike = async (fleet: Fleet, blows: readonly Blow[]): Promise<readonly number[]> => {
    let victim: Running = fleet.start('worker', 'victim 0');
    const left: number[] = [];
    for (const [at, blow] of blows.entries()) {
      const due = async (): Promise<string | null> => {
        const done = 1 - (await unproven(chaos, estate)) / estate.truth.digests;
        if (blow.what === 'kill' && victim.events('started').length === 0) return `${victim.name} has not started`;
        return done >= blow.after
          ? null
          : `${Math.round(done * 100)} of ${Math.round(blow.after * 100)} per cent are proven`;
      };
      await until(fleet, { what: `the moment of blow ${at} (${blow.what})`, within: 60_000, left: due });
      await wait(blow.pauseMs);
      left.push(await unproven(chaos, estate));
      if (blow.what === 'flush') await withRedis(fleet, (redis) => redis.flushall());
      else {
        await victim.kill();
        victim = fleet.start('worker', `victim ${at + 1}`);
      }
    }
    return left;
  };

  it(
    'runs undisturbed into the one archive',
    async () => {
      const fleet = await open(calm);
      fleet.start('worker', 'second worker');
      await untilProven(fleet, calm, estate);
      expect(await fleet.stop()).toEqual([0, 0, 0]);
    },
    PATIENCE,
  );

  it(
    'comes to its end in the other, whatever is killed and emptied',
    async () => {
      const began = performance.now();
      const fleet = await open(chaos);
      const blows = drawBlows(createRandom(SEED).fork('blows'));
      const left = await strike(fleet, blows);
      process.stderr.write(
        `blows: ${blows.map(({ what }, at) => `${what} with ${left[at]} of ${estate.truth.digests} left`).join(', ')}\n`,
      );
      expect(blows.filter(({ what }) => what === 'kill')).toHaveLength(KILLS);
      expect(Math.min(...left)).toBeGreaterThan(0);
      await untilProven(fleet, chaos, estate);
      process.stderr.write(`done ${((performance.now() - began) / 1000).toFixed(1)} s after the start\n`);
      expect(fleet.events('job-stalled').length).toBeGreaterThan(0);
      expect(fleet.events('bug')).toEqual([]);
      expect(leaked(secrets, (await dumpRedis(fleet)).text)).toEqual([]);
      expect(await fleet.stop()).toEqual([0, 0, 0]);
      expect(leaked(secrets, fleet.output())).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'leaves the identical archive and receipts',
    async () => {
      const same = ['AWSLogs/', 'orgtrail/receipts/'];
      for (const below of same) {
        const [quiet, wild] = [await calm.list(below), await chaos.list(below)];
        expect(wild.map(({ key, etag }) => `${etag} ${key}`)).toEqual(quiet.map(({ key, etag }) => `${etag} ${key}`));
        const keys = quiet.map(({ key }) => key);
        const expected = await readObjects(calm.client, calm.bucket, keys);
        const found = await readObjects(chaos.client, chaos.bucket, keys);
        expect(keys.filter((key) => !isDeepStrictEqual(found.get(key), expected.get(key)))).toEqual([]);
      }
      expect((await chaos.list('AWSLogs/')).map(({ key }) => key.slice(PREFIX.length))).toEqual(
        [...estate.truth.proven.keys()].toSorted(),
      );
      expect(await chaos.list('orgtrail/receipts/')).toHaveLength(estate.truth.digests);
    },
    PATIENCE,
  );

  it('loses nothing of what no digest names yet, quarantines nothing, and keeps the keys', async () => {
    const pending = (await chaos.list('orgtrail/pending/')).map(({ key }) => key);
    expect(pending).toEqual(
      expect.arrayContaining(estate.truth.unproven.map((name) => `${PREFIX}orgtrail/pending/${name}`)),
    );
    expect(await chaos.list('orgtrail/quarantine/')).toEqual([]);
    const names = async (archive: Archive): Promise<readonly string[]> =>
      (await archive.list('orgtrail/keys/')).map(({ key }) => key);
    expect(await names(chaos)).toEqual(await names(calm));
    expect(await chaos.list('orgtrail/inventory/')).not.toEqual([]);
  });

  it('says so, and wrote nowhere else', async () => {
    const { code, stdout } = await orgtrail({ configFile: chaos.configFile, env: estate.env }, 'status', '--json');
    const { verdict, findings } = JSON.parse(stdout) as { verdict: string; findings: readonly unknown[] };
    expect({ code, verdict, findings }).toEqual({ code: 0, verdict: 'verified', findings: [] });
    const ours = accessLog(estate.ceph).filter(({ user }) => !user.endsWith('$admin'));
    const writes = mutating(ours);
    expect(new Set(writes.map(({ bucket }) => bucket))).toEqual(new Set([calm.bucket, chaos.bucket]));
    const put = writes.filter(
      ({ method, status, key }) => method === 'PUT' && status < 300 && !key.includes('/pending/'),
    );
    const names = put.map(({ bucket, key }) => `${bucket}/${key}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(ours.filter(({ status }) => status === 403)).toEqual([]);
  });
});
