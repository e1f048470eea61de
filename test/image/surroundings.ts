/** What the image's daemon is run against: a Redis of its own, a small organization on loopback, and its configuration. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import { forgeWorld, type World } from '../cloud/forge/world.ts';
import { sortedKeys } from '../cloud/s3/keyindex.ts';
import { freePorts } from '../stack/executable.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';

const HOUR_MS = 3_600_000;
const HOURS = 4;
const ROLE = 'orgtrail-reader';
const READS = ['s3:Get*', 's3:List*', 'cloudtrail:*', 'organizations:*', 'sts:*'];
const ARCHIVE = 'image-archive';
const KEYS = { accessKeyId: 'AKIAIMAGETESTDAEMON0', secretAccessKey: 'the-secret-that-no-log-may-show' };

export interface Surroundings {
  readonly cloud: WholeCloud;
  /** Holds orgtrail.yaml, readable for the image's user. */
  readonly configFolder: string;
  /** The daemon's credentials. */
  readonly env: Readonly<Record<string, string>>;
  readonly secret: string;
  /** `http://127.0.0.1:PORT` of the daemon's own pages. */
  readonly url: string;
  /** Keys in the archive bucket. */
  archived(): readonly string[];
  close(): Promise<void>;
}

/** Starts everything; nothing of it outlives `close`. */
export async function openSurroundings(): Promise<Surroundings> {
  const now = Date.now();
  const start = Math.floor(now / HOUR_MS) * HOUR_MS - (HOURS + 2) * HOUR_MS;
  const world = forgeWorld({ seed: 'image', start, hours: HOURS, accounts: 2, regions: ['us-east-1'], cheap: true });
  const cloud = await cloudOf(world, start);
  const redis = await startRedis();
  const [port = 0] = await freePorts(1);
  const configFolder = mkdtempSync(join(tmpdir(), 'orgtrail-image-config-'));
  chmodSync(configFolder, 0o755);
  writeFileSync(join(configFolder, 'orgtrail.yaml'), configuration({ world, cloud, redis, port }), { mode: 0o644 });
  return {
    cloud,
    configFolder,
    env: { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
    secret: KEYS.secretAccessKey,
    url: `http://127.0.0.1:${port}`,
    archived: () => {
      const archive = cloud.state.buckets.get(ARCHIVE);
      return archive === undefined ? [] : sortedKeys(archive.index);
    },
    close: async () => {
      await redis.stop();
      await cloud.close();
      rmSync(configFolder, { recursive: true });
    },
  };
}

async function cloudOf(world: World, start: number): Promise<WholeCloud> {
  const daemon = `arn:aws:iam::${world.management}:user/daemon`;
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: READS, Resource: '*' }] };
  return createCloud({
    now: Date.now,
    users: [{ ...KEYS, account: world.management, name: 'daemon', policies: null }],
    organization: { id: world.organizationId, management: world.management, accounts: world.accounts },
    roles: world.accounts.map(({ id }) => ({
      arn: `arn:aws:iam::${id}:role/${ROLE}`,
      account: id,
      trusted: [daemon],
      externalId: null,
      policies: [JSON.stringify(policy)],
    })),
    buckets: [...world.buckets, { name: ARCHIVE, owner: world.management, versioning: true }],
    objects: Array.from(world.deliverAll(), (delivery) => delivery.object),
    trails: world.trailsAt(Date.now()),
    publicKeys: world.publicKeys('us-east-1', start, Date.now()),
  });
}

interface Running {
  readonly world: World;
  readonly cloud: WholeCloud;
  readonly redis: RedisServer;
  readonly port: number;
}

/** Everything is due every few seconds: the test does not wait for the hour. */
function configuration({ world, cloud, redis, port }: Running): string {
  return stringify({
    archive: { bucket: ARCHIVE, region: 'us-east-1', owner: world.management },
    organizations: [{ name: 'image', discover: true, role: ROLE }],
    redis: { url: redis.url },
    schedules: { discover: '*/5 * * * * *', collect: '*/5 * * * * *', reconcile: '0 3 * * *' },
    aws: { region: 'us-east-1', endpoint: cloud.url, forcePathStyle: true },
    http: { host: '127.0.0.1', port },
  });
}
