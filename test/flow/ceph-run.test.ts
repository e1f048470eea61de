/** The whole run on real Ceph and real Redis: every byte arrives, and a second run has nothing left to do. */
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATE_KEYS } from '../../src/daemon/keys.ts';
import type { Json } from '../cloud/forge/actors.ts';
import type { CloudObject } from '../cloud/types.ts';
import { CEPH, REDIS, reasonToSkip } from '../stack/need.ts';
import { accessLog, mutating } from './access-log.ts';
import { listBucket, readObjects, type Line, type Stored } from './archive-bucket.ts';
import { openCephEstate, type CephEstate } from './ceph-estate.ts';
import { openArchive, openFleet, PREFIX, until, untilProven, type Archive, type Fleet } from './fleet.ts';
import { genuineRecords, withoutPlace } from './genuine-records.ts';
import { orgtrail } from './organization.ts';
import { dumpRedis, leaked, watchSecrets, withRedis } from './secrets.ts';

const missing = reasonToSkip('Ceph and Redis', [...CEPH, REDIS]);
const genuine = missing === null ? genuineRecords() : [];
/** Longer than any wait inside: those end with a message that says what was missing. */
const PATIENCE = 300_000;
const BUCKET = 'archive-of-the-run';

interface AccountLine {
  readonly account: string;
  readonly state: string;
  readonly reason: string | null;
}

describe.skipIf(missing !== null)('a whole run on Ceph and Redis', () => {
  let estate: CephEstate, archive: Archive, fleet: Fleet;
  let secrets: ReadonlySet<string>, before: readonly (readonly Line[])[];

  beforeAll(async () => {
    estate = await openCephEstate({ seed: 'ceph-run', hours: 30, members: 3, logsPerHour: 2, records: genuine });
    secrets = watchSecrets(estate);
    archive = await openArchive(estate, BUCKET);
    before = await memberListings();
    fleet = await openFleet(estate, archive);
  });
  afterAll(async () => {
    await fleet?.close();
    archive?.client.destroy();
    await estate?.close();
  });

  const memberListings = (): Promise<readonly (readonly Line[])[]> =>
    Promise.all(
      estate.sources.map(async ({ account, bucket }) => {
        const keys = estate.ceph.members.get(account);
        if (keys === undefined) throw new Error(`no keys for ${account}`);
        const client = estate.ceph.client(keys);
        return listBucket(client, bucket).finally(() => client.destroy());
      }),
    );
  const runTwoWorkers = (): void => {
    for (const name of ['worker-1', 'worker-2']) fleet.start('worker', name);
    fleet.start('scheduler', 'scheduler');
  };
  /** What `orgtrail status` says of every account: its state, and why where it is not verified. */
  const status = async (): Promise<{ code: number | null; verdict: string; accounts: Map<string, string> }> => {
    const { code, stdout } = await orgtrail({ configFile: archive.configFile, env: estate.env }, 'status', '--json');
    const { verdict, accounts } = JSON.parse(stdout) as { verdict: string; accounts: readonly AccountLine[] };
    const states = accounts.map(
      ({ account, state, reason }) => [account, [state, reason ?? ''].join(' ').trim()] as const,
    );
    return { code, verdict, accounts: new Map(states) };
  };
  const allVerified = (): Map<string, string> => new Map(estate.world.accounts.map(({ id }) => [id, 'verified']));

  it(
    'proves every digest, with two workers that share the work',
    async () => {
      const began = performance.now();
      runTwoWorkers();
      await untilProven(fleet, archive, estate);
      const seconds = (performance.now() - began) / 1000;
      const files = estate.truth.proven.size;
      process.stderr.write(
        `${files} files in ${seconds.toFixed(1)} s with the start of 3 processes: ${Math.round(files / seconds)} a second\n`,
      );
      const [one, two] = fleet.processes.map((worker) => worker.events('digest').length);
      expect(one).toBeGreaterThan(0);
      expect(two).toBeGreaterThan(0);
    },
    PATIENCE,
  );

  it('keeps every file byte for byte with its metadata, and nothing besides', async () => {
    const { proven } = estate.truth;
    const keys = (await archive.list('AWSLogs/')).map(({ key }) => key);
    expect(keys).toEqual([...proven.keys()].map((key) => `${PREFIX}${key}`).toSorted());
    const stored = await readObjects(archive.client, archive.bucket, keys);
    const changed = [...proven].filter(([key, object]) => !isCopy(stored.get(`${PREFIX}${key}`), object));
    expect(changed.map(([key]) => key)).toEqual([]);
  });

  it('keeps what no digest names yet in pending, and finds nothing to quarantine', async () => {
    expect(estate.truth.unproven.length).toBeGreaterThan(0);
    const pending = (await archive.list('orgtrail/pending/')).map(({ key }) => key);
    expect(pending).toEqual(
      expect.arrayContaining(estate.truth.unproven.map((name) => `${PREFIX}orgtrail/pending/${name}`)),
    );
    expect(await archive.list('orgtrail/quarantine/')).toEqual([]);
  });

  it('writes one receipt a digest that names every file of it', async () => {
    const keys = (await archive.list('orgtrail/receipts/')).map(({ key }) => key);
    expect(keys).toHaveLength(estate.truth.digests);
    expect(keys.filter((key) => key.endsWith('.r0000.start.json'))).toHaveLength(estate.world.chains.length);
    expect(keys.filter((key) => !/\.r0000\.(?:start|linked)\.json$/.test(key))).toEqual([]);
    const receipts = await readObjects(archive.client, archive.bucket, keys);
    const places = [...receipts.values()].flatMap(({ bytes }) =>
      placesIn(JSON.parse(bytes.toString('utf8')) as Receipt),
    );
    expect(places.toSorted()).toEqual([...estate.truth.proven.keys()].map((key) => `${PREFIX}${key}`).toSorted());
    expect(await archive.list('orgtrail/keys/')).not.toEqual([]);
    expect(await archive.list('orgtrail/inventory/')).toHaveLength(1);
  });

  it.skipIf(genuine.length === 0)('carries records of real accounts', () => {
    const known = new Set(genuine.map(withoutPlace));
    const logs = [...estate.truth.proven].filter(([key]) => !key.includes('/CloudTrail-Digest/'));
    const records = logs.flatMap(
      ([, { body }]) => (JSON.parse(gunzipSync(body).toString('utf8')) as { Records: Json[] }).Records,
    );
    expect(records.filter((record) => known.has(withoutPlace(record))).length).toBeGreaterThan(100);
  });

  it('only reads in member accounts, and is refused nothing', async () => {
    const ours = accessLog(estate.ceph).filter(({ user }) => !user.endsWith('$admin'));
    const buckets = new Set(estate.sources.map(({ bucket }) => bucket));
    expect(ours.filter(({ bucket }) => buckets.has(bucket)).length).toBeGreaterThan(estate.truth.proven.size);
    expect(mutating(ours).filter(({ bucket }) => bucket !== BUCKET)).toEqual([]);
    expect(ours.filter(({ status: code }) => code === 403)).toEqual([]);
    expect(await memberListings()).toEqual(before);
    const entered = estate.cloud.requests.entries.filter(
      ({ operation, status: code }) => operation === 'AssumeRole' && code === 200,
    );
    expect(new Set(entered.map(({ key }) => key))).toEqual(new Set(estate.ceph.roles.values()));
  });

  it('shows no secret in any line, in Redis or in the archive', async () => {
    expect(secrets.size).toBeGreaterThan(3 + estate.world.accounts.length);
    const { keys, text } = await dumpRedis(fleet);
    expect(keys).toBeGreaterThan(estate.truth.digests);
    expect(leaked(secrets, text)).toEqual([]);
    expect(leaked(secrets, fleet.output())).toEqual([]);
    const own = (await archive.list('orgtrail/')).map(({ key }) => key);
    const ours = await readObjects(archive.client, archive.bucket, own);
    expect([...ours.values()].flatMap(({ bytes }) => leaked(secrets, bytes.toString('latin1')))).toEqual([]);
    expect(await fleet.stop()).toEqual([0, 0, 0]);
    expect(leaked(secrets, fleet.output())).toEqual([]);
  });

  it('says so: every account is verified', async () => {
    expect(await status()).toEqual({ code: 0, verdict: 'verified', accounts: allVerified() });
  });

  it('shows blocked-access for the account whose role trusts no longer, and for no other', async () => {
    const locked = estate.world.accounts[2]?.id ?? '';
    await estate.ceph.setTrust(locked, false);
    const shown = await status();
    await estate.ceph.setTrust(locked, true);
    expect(shown).toEqual({
      code: 5,
      verdict: 'blocked',
      accounts: allVerified().set(locked, 'blocked blocked-access'),
    });
  });

  it(
    'writes nothing in a second run on an empty Redis',
    async () => {
      await fleet.close();
      const listing = await archive.list();
      const asked = accessLog(estate.ceph).length;
      fleet = await openFleet(estate, archive);
      runTwoWorkers();
      const left = async (): Promise<string | null> => {
        const swept = fleet
          .events('swept')
          .filter(({ depth, digests, problem }) => depth === 'full' && digests === 0 && problem === null);
        const chains = new Set(
          swept.map(({ account, region, trail }) => `${String(account)} ${String(region)} ${String(trail)}`),
        );
        const looked = await withRedis(fleet, (redis) => redis.hexists(STATE_KEYS.state, 'archive'));
        return chains.size === estate.world.chains.length && looked === 1
          ? null
          : `${chains.size} chains swept, archive looked at: ${looked}`;
      };
      await until(fleet, { what: 'a full look at every chain', within: 60_000, left });
      expect(await fleet.stop()).toEqual([0, 0, 0]);
      expect(fleet.events('digest')).toEqual([]);
      expect(await archive.list()).toEqual(listing);
      const written = mutating(accessLog(estate.ceph).slice(asked)).filter(({ status: code }) => code < 300);
      expect(written).toEqual([]);
    },
    PATIENCE,
  );
});

interface Receipt {
  readonly digest: { readonly place: string };
  readonly logs: readonly { readonly place: string }[];
}

function placesIn({ digest, logs }: Receipt): readonly string[] {
  return [digest.place, ...logs.map(({ place }) => place)];
}

/** The same bytes, user metadata (a digest's signature lives there), content type and encoding. */
function isCopy(copy: Stored | undefined, original: CloudObject): boolean {
  const { body, contentType, contentEncoding } = original;
  const { bytes, ...told } = copy ?? { bytes: null };
  const wanted = { metadata: Object.fromEntries(original.metadata), contentType, contentEncoding };
  return bytes?.equals(body) === true && isDeepStrictEqual(told, wanted);
}
