/** A small organization on our own cloud with an archive and a configuration file, ready for any command. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readerPolicy } from '../../src/core/plan/reader-role.ts';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import { forgeWorld, type World, type WorldOptions } from '../cloud/forge/world.ts';
import { sortedKeys } from '../cloud/s3/keyindex.ts';
import type { CloudObject, CloudRole } from '../cloud/types.ts';
import { childEnv } from '../stack/child-env.ts';

export const ROLE = 'orgtrail-reader';
export const ARCHIVE = 'orgtrail-archive';
export const EXTERNAL_ID = 'orgtrail-demo';
export const DAEMON_KEYS = { accessKeyId: 'AKIAORGTRAILDAEMON00', secretAccessKey: 'the-secret-that-no-log-may-show' };

/** What the reader role may do in an account whose trails nobody has settled. */
const READER_POLICY = readerPolicy({ partition: 'aws', buckets: 'any', keys: [] });

export interface Organization {
  readonly world: World;
  readonly cloud: WholeCloud;
  readonly folder: string;
  readonly configFile: string;
  /** What a child process needs besides PATH: credentials, and nothing of this machine's own. */
  readonly env: NodeJS.ProcessEnv;
  archived(): readonly string[];
  /** Writes the configuration anew with these parts merged over the usual ones. */
  configure(parts: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

export interface OrganizationOptions extends WorldOptions {
  /** The time up to which everything is delivered at the start; default: everything. */
  readonly deliverUntil?: number;
  readonly now?: () => number;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly port?: number;
  /** The KMS key that the trails of a bucket encrypt their log files with; their digests S3 encrypts, as on AWS. */
  readonly kmsKeys?: ReadonlyMap<string, string>;
}

/** The role that orgtrail assumes in one account. */
export function readerRole(account: string, management: string): CloudRole {
  const arn = `arn:aws:iam::${account}:role/${ROLE}`;
  const trusted = [`arn:aws:iam::${management}:user/daemon`];
  return { arn, account, trusted, externalId: EXTERNAL_ID, policies: [JSON.stringify(READER_POLICY)] };
}

/** Starts the cloud with everything delivered and writes the configuration. */
export async function openOrganization(options: OrganizationOptions): Promise<Organization> {
  const now = options.now ?? Date.now;
  const world = forgeWorld(options);
  const deliveries = options.deliverUntil === undefined ? world.deliverAll() : world.deliverUntil(options.deliverUntil);
  const delivered = Array.from(deliveries, (delivery) => delivery.object);
  const keyOf = ({ bucket, key }: CloudObject): string | null =>
    key.includes('/CloudTrail-Digest/') ? null : (options.kmsKeys?.get(bucket) ?? null);
  const cloud = await createCloud({
    now: Date.now,
    users: [{ ...DAEMON_KEYS, account: world.management, name: 'daemon', policies: null }],
    organization: { id: world.organizationId, management: world.management, accounts: world.accounts },
    roles: world.accounts.map(({ id }) => readerRole(id, world.management)),
    buckets: [...world.buckets, { name: ARCHIVE, owner: world.management, versioning: true }],
    objects: delivered.filter((object) => keyOf(object) === null),
    trails: world.trailsAt(options.deliverUntil ?? now()),
    publicKeys: regionsOf(world).flatMap((region) =>
      world.publicKeys(region, options.start - 86_400_000, now() + 86_400_000),
    ),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  for (const object of delivered) {
    const kmsKey = keyOf(object);
    if (kmsKey !== null) cloud.put(object, { encryption: { algorithm: 'aws:kms', kmsKey } });
  }
  const folder = mkdtempSync(join(tmpdir(), 'orgtrail-flow-'));
  const configFile = join(folder, 'orgtrail.yaml');
  const configure = (parts: Readonly<Record<string, unknown>>): void =>
    writeFileSync(configFile, stringify({ ...configuration(world, cloud), ...options.config, ...parts }));
  configure({});
  return {
    world,
    cloud,
    folder,
    configFile,
    configure,
    env: {
      AWS_ACCESS_KEY_ID: DAEMON_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DAEMON_KEYS.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    archived: () => {
      const archive = cloud.state.buckets.get(ARCHIVE);
      return archive === undefined ? [] : [...sortedKeys(archive.index)];
    },
    close: async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function regionsOf(world: World): readonly string[] {
  return [...new Set(world.chains.map((chain) => chain.region))];
}

function configuration(world: World, cloud: WholeCloud): Readonly<Record<string, unknown>> {
  return {
    archive: { bucket: ARCHIVE, region: 'us-east-1', owner: world.management },
    organizations: [{ name: 'demo', discover: true, role: ROLE, externalId: EXTERNAL_ID }],
    aws: { region: 'us-east-1', endpoint: cloud.url, forcePathStyle: true },
    http: { enabled: false },
  };
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command of orgtrail as its own process and waits for its end. */
export async function orgtrail(
  organization: Pick<Organization, 'configFile' | 'env'>,
  ...words: readonly string[]
): Promise<Ended> {
  const child = spawn(process.execPath, ['src/main.ts', ...words, '--config', organization.configFile], {
    env: childEnv(organization.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (part: Buffer) => (texts.stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (texts.stderr += part.toString()));
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  return { code, ...texts };
}
