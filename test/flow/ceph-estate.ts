/**
 * An organization whose buckets lie on a real Ceph: one tenant for each account, roles entered through Ceph's own STS.
 * Our cloud answers what Ceph has not: Organizations, CloudTrail, GetCallerIdentity, and the external id.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import { forgeWorld, type World, type WorldDelivery } from '../cloud/forge/world.ts';
import type { Json } from '../cloud/forge/actors.ts';
import type { CloudObject } from '../cloud/types.ts';
import { startCeph, type CephStack } from '../stack/ceph.ts';
import { EXTERNAL_ID, readerRole, ROLE } from './organization.ts';

const HOUR = 3600_000;
const REGIONS = ['us-east-1', 'eu-west-1'] as const;

/** What must come to lie in the archive, by its key there (without the archive's prefix), and what must not yet. */
export interface Truth {
  /** Delivered digests, and the log files that they name. */
  readonly proven: ReadonlyMap<string, CloudObject>;
  readonly digests: number;
  /** Log files that no digest names yet, as `bucket/key`. */
  readonly unproven: readonly string[];
}

export interface CephEstate {
  readonly world: World;
  readonly ceph: CephStack;
  readonly cloud: WholeCloud;
  readonly truth: Truth;
  /** The account and bucket of every trail. */
  readonly sources: readonly { readonly account: string; readonly bucket: string }[];
  /** For configuration files; removed at the end. */
  readonly folder: string;
  /** What a child process needs besides PATH: S3 is Ceph, all else our cloud. */
  readonly env: NodeJS.ProcessEnv;
  /** The configuration of a run into one archive bucket, as the document that goes into its file. */
  configuration(archive: { readonly bucket: string; readonly prefix: string }): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

export interface EstateOptions {
  readonly seed: string;
  /** How many hours the trails have logged by now. */
  readonly hours: number;
  /** Besides the payer. */
  readonly members: number;
  readonly logsPerHour: number;
  readonly records: readonly Json[];
  /** S3 over HTTPS, for policies that demand it. */
  readonly tls?: boolean;
}

/** Delivers everything up to now into the members' buckets and starts both stacks. */
export async function openCephEstate(options: EstateOptions): Promise<CephEstate> {
  const { seed, hours, members, logsPerHour, records } = options;
  const now = Date.now();
  const start = Math.floor(now / HOUR - hours) * HOUR;
  const accounts = members + 1;
  const world = forgeWorld({ seed, records, start, accounts, logsPerHour, regions: REGIONS, cheap: true });
  const deliveries = [...world.deliverUntil(now)];
  const ids = world.accounts.map(({ id }) => id);
  const ceph = await startCeph({ payer: world.management, members: ids, role: ROLE, tls: options.tls === true });
  const folder = mkdtempSync(join(tmpdir(), 'orgtrail-ceph-run-'));
  const remove = async (): Promise<void> => {
    await ceph.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(ids.map((member) => ceph.put({ member, objects: objectsOf(member, deliveries) })));
    const cloud = await openCloud(world, ceph, now);
    const stacks = { world, ceph, cloud, folder };
    return {
      ...stacks,
      truth: truthOf(world, deliveries, now),
      sources: world.trails.map(({ account, bucket }) => ({ account, bucket })),
      env: environment(ceph, cloud),
      configuration: (archive) => configuration(world, archive),
      close: async () => {
        try {
          await cloud.close();
        } finally {
          await remove();
        }
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function objectsOf(account: string, deliveries: readonly WorldDelivery[]): readonly CloudObject[] {
  return deliveries.filter(({ chain }) => chain.trail.account === account).map(({ object }) => object);
}

function openCloud(world: World, ceph: CephStack, now: number): Promise<WholeCloud> {
  const { accessKeyId, secretAccessKey } = ceph.payer;
  return createCloud({
    now: Date.now,
    users: [{ accessKeyId, secretAccessKey, account: world.management, name: 'daemon', policies: null }],
    organization: { id: world.organizationId, management: world.management, accounts: world.accounts },
    roles: world.accounts.map(({ id }) => readerRole(id, world.management)),
    trails: world.trailsAt(now),
    publicKeys: REGIONS.flatMap((region) => world.publicKeys(region, now - 30 * 24 * HOUR, now + 24 * HOUR)),
    upstream: { endpoint: ceph.endpoint, region: 'us-east-1' },
  });
}

function truthOf(world: World, deliveries: readonly WorldDelivery[], now: number): Truth {
  const hours = world.chains.flatMap((chain) => chain.hours).filter(({ deliveredAt }) => deliveredAt <= now);
  const named = new Set(hours.flatMap(({ digest, logs }) => [digest, ...logs]).map(nameOf));
  const objects = deliveries.map(({ object }) => object);
  const proven = objects.filter((object) => named.has(nameOf(object)));
  return {
    proven: new Map(proven.map((object) => [object.key.slice(object.key.indexOf('AWSLogs/')), object])),
    digests: hours.length,
    unproven: objects.filter((object) => !named.has(nameOf(object))).map(nameOf),
  };
}

function nameOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}

function environment(ceph: CephStack, cloud: WholeCloud): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: ceph.payer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ceph.payer.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_S3: ceph.tls?.endpoint ?? ceph.endpoint,
    ...(ceph.tls === null ? {} : { NODE_EXTRA_CA_CERTS: ceph.tls.certificate }),
    AWS_ENDPOINT_URL_STS: cloud.url,
    AWS_ENDPOINT_URL_ORGANIZATIONS: cloud.url,
    AWS_ENDPOINT_URL_CLOUDTRAIL: cloud.url,
  };
}

function configuration(
  world: World,
  archive: { readonly bucket: string; readonly prefix: string },
): Readonly<Record<string, unknown>> {
  return {
    archive: { ...archive, region: 'us-east-1', owner: world.management },
    organizations: [{ name: 'ceph', discover: true, role: ROLE, externalId: EXTERNAL_ID }],
    schedules: { discover: '*/20 * * * * *', collect: '*/3 * * * * *', reconcile: '*/20 * * * * *' },
    aws: { region: 'us-east-1', forcePathStyle: true },
    http: { enabled: false },
  };
}
