/** One forged chain in our cloud, with an archive and a configuration: the smallest ground on which a command runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import { putObjects, type Buckets } from '../cloud/forge/buckets.ts';
import type { ForgedChain, ForgedHour, HourRequest } from '../cloud/forge/chain-types.ts';
import type { Scene } from '../cloud/forge/damage/scene.ts';
import { createForge, type Forge } from '../cloud/forge/forge.ts';
import { DAY, HOUR } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { currentObject, deleteKey } from '../cloud/s3/bucket.ts';
import { sortedKeys } from '../cloud/s3/keyindex.ts';
import type { CloudObject } from '../cloud/types.ts';
import { ARCHIVE } from './organization.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const BUCKET = 'member-logs';
export const FORMER = 'former-logs';
/** A user of the account: the auditor with his CLI, and orgtrail. */
export const KEYS = { accessKeyId: 'AKIAONECHAIN00000000', secretAccessKey: 'the-secret-of-the-auditor' };
const ME = { id: ACCOUNT, name: 'audited', state: 'ACTIVE', units: [], tags: new Map<string, string>() } as const;
const ENV = {
  AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
};

export interface OneChainOptions {
  /** Whole seconds, epoch milliseconds; default 1 March 2026. */
  readonly start?: number;
  /** Intervals that are there from the beginning, with two log files each; default 4. */
  readonly hours?: number;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Former buckets as the configuration names them. */
  readonly formerBuckets?: readonly string[];
}

/** The scene is what lies in the member's buckets; after a change of it `publish` makes the cloud the same. */
export interface OneChain extends Scene {
  readonly cloud: WholeCloud;
  readonly forge: Forge;
  readonly chain: ForgedChain;
  readonly buckets: Buckets;
  readonly configFile: string;
  readonly env: NodeJS.ProcessEnv;
  readonly start: number;
  /** The end of the newest interval. */
  readonly end: () => number;
  /** One more interval, in the scene. */
  hour(request?: HourRequest): ForgedHour;
  put(objects: Iterable<CloudObject>): void;
  /** Puts and deletes in the cloud what the scene has changed, and shows the trail as it is at `t`: default an hour after the end. */
  publish(t?: number): void;
  configure(parts: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

export async function openChain(options: OneChainOptions = {}): Promise<OneChain> {
  const { start = Date.UTC(2026, 2, 1, 0, 13, 52), hours = 4 } = options;
  const forge = createForge({ seed: 'one-chain', cheap: true });
  const place = { bucket: BUCKET, prefix: 'logs' };
  const described = { account: ACCOUNT, homeRegion: REGION, multiRegion: false, startedLogging: start };
  const trail = forge.trail({ ...place, ...described });
  const chain = forge.chain({ trail, firstDigestStart: start });
  const buckets: Buckets = new Map();
  const put = (objects: Iterable<CloudObject>): void => void putObjects(buckets, [...objects]);
  const hour = (request: HourRequest = { logs: 2 }): ForgedHour => {
    const made = chain.hour(request);
    put(made.deliveries.map(({ object }) => object));
    return made;
  };
  for (let made = 0; made < hours; made += 1) hour();
  const cloud = await createCloud({
    now: Date.now,
    users: [{ ...KEYS, account: ACCOUNT, name: 'auditor', policies: null }],
    organization: { id: forge.organizationId, management: ACCOUNT, accounts: [ME] },
    buckets: [BUCKET, FORMER, ARCHIVE].map((name) => ({ name, owner: ACCOUNT, region: REGION })),
    trails: [trail],
    publicKeys: forge.publicKeys(REGION, start - DAY, Math.max(Date.now(), start) + 60 * DAY),
  });
  const folder = mkdtempSync(join(tmpdir(), 'orgtrail-chain-'));
  const configFile = join(folder, 'orgtrail.yaml');
  const formerBuckets = options.formerBuckets ?? [];
  const configure = (parts: Readonly<Record<string, unknown>>): void => {
    const trails = [{ arn: trail.arn, bucket: BUCKET, prefix: 'logs/', regions: [REGION], formerBuckets }];
    writeFileSync(
      configFile,
      stringify({ ...usual(cloud), accounts: [{ id: ACCOUNT, trails }], ...options.config, ...parts }),
    );
  };
  configure({});
  const end = (): number => chain.nextStart;
  return {
    cloud,
    forge,
    chain,
    buckets,
    configFile,
    env: ENV,
    start,
    end,
    hour,
    put,
    configure,
    publish: (t = end() + HOUR) => {
      mirror(buckets, cloud);
      const { status, ...seen } = trailAt(trail, { chains: [chain], t });
      cloud.control.changeTrail(trail.arn, { validation: seen.validation, bucket: seen.bucket, prefix: seen.prefix });
      cloud.control.changeTrailStatus(trail.arn, status);
    },
    close: async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function usual(cloud: WholeCloud): Readonly<Record<string, unknown>> {
  return {
    archive: { bucket: ARCHIVE, region: REGION, owner: ACCOUNT },
    aws: { region: REGION, endpoint: cloud.url, forcePathStyle: true },
    http: { enabled: false },
  };
}

/** Only what differs is written, so that an object which nobody touched keeps its version and its time. */
function mirror(buckets: Buckets, cloud: WholeCloud): void {
  for (const [name, bucket] of cloud.state.buckets) {
    if (name === ARCHIVE) continue;
    const wanted = buckets.get(name) ?? new Map<string, CloudObject>();
    const gone = sortedKeys(bucket.index).filter((key) => !wanted.has(key));
    for (const key of gone) deleteKey(bucket, key, Date.now());
    for (const object of wanted.values()) {
      const there = currentObject(bucket, object.key);
      if (there === null || !same(there, object)) cloud.put(object);
    }
  }
}

type Content = Pick<CloudObject, 'body' | 'metadata'>;

function same(a: Content, b: Content): boolean {
  return Buffer.compare(a.body, b.body) === 0 && JSON.stringify([...a.metadata]) === JSON.stringify([...b.metadata]);
}
