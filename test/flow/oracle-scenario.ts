/** The recorded scenarios: every object and answer of one trail, and what the AWS CLI said about it, verbatim. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { parseKey } from '../../src/core/key.ts';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import type { CloudObject, CloudPublicKey, CloudTrail } from '../cloud/types.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/data/oracle');
export const ACCOUNT = '123456789012';
const ARCHIVE = 'oracle-archive';
const KEYS = { accessKeyId: 'AKIAORACLE0000000000', secretAccessKey: 'the-secret-of-the-oracle' };

const scenarioSchema = z.strictObject({
  scenario: z.string(),
  note: z.string(),
  argv: z.array(z.string()),
  describeTrails: z
    .array(
      z.strictObject({
        TrailARN: z.string(),
        Name: z.string(),
        S3BucketName: z.string(),
        S3KeyPrefix: z.string().optional(),
        IsOrganizationTrail: z.boolean(),
        HomeRegion: z.string(),
      }),
    )
    .length(1),
  organizationId: z.string(),
  listPublicKeys: z.array(
    z.strictObject({
      Value: z.string(),
      Fingerprint: z.string(),
      ValidityStartTime: z.number(),
      ValidityEndTime: z.number(),
    }),
  ),
  denyKey: z.null(),
  objects: z.array(
    z.strictObject({
      bucket: z.string(),
      key: z.string(),
      bodyBase64: z.string(),
      metadata: z.record(z.string(), z.string()),
    }),
  ),
  cli: z.record(z.string(), z.object({ rc: z.number(), stdout: z.string(), stderr: z.string() })),
});
export type Scenario = z.output<typeof scenarioSchema>;

/** Every scenario by name, in order; empty where the shared data is not there. */
export function readScenarios(): ReadonlyMap<string, Scenario> {
  if (!existsSync(FOLDER)) return new Map();
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  const read = files
    .toSorted()
    .map((name) => scenarioSchema.parse(JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))));
  return new Map(read.map((scenario) => [scenario.scenario, scenario]));
}

export interface OracleCloud {
  readonly cloud: WholeCloud;
  readonly keys: typeof KEYS;
  readonly trailArn: string;
  readonly configFile: string;
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** Our cloud with all that the scenario holds, and a configuration that names its trail. */
export async function openScenario(
  scenario: Scenario,
  options: { readonly formerBuckets: readonly string[] },
): Promise<OracleCloud> {
  const trail = trailOf(scenario);
  const names = new Set([ARCHIVE, trail.bucket, ...scenario.objects.map((object) => object.bucket)]);
  const account = { id: ACCOUNT, name: 'oracle', state: 'ACTIVE', units: [], tags: new Map<string, string>() } as const;
  const cloud = await createCloud({
    now: Date.now,
    users: [{ ...KEYS, account: ACCOUNT, name: 'judge', policies: null }],
    organization: { id: scenario.organizationId, management: ACCOUNT, accounts: [account] },
    buckets: [...names].map((name) => ({ name, owner: ACCOUNT })),
    objects: scenario.objects.map((object) => objectOf(object)),
    trails: [trail],
    publicKeys: scenario.listPublicKeys.map((key) => keyOf(key, trail.homeRegion)),
  });
  const folder = mkdtempSync(join(tmpdir(), 'orgtrail-oracle-'));
  const configFile = join(folder, 'orgtrail.yaml');
  const prefix = trail.prefix === null ? {} : { prefix: `${trail.prefix}/` };
  const trails = [{ arn: trail.arn, bucket: trail.bucket, ...prefix, formerBuckets: options.formerBuckets }];
  writeFileSync(
    configFile,
    stringify({
      archive: { bucket: ARCHIVE, region: 'us-east-1', owner: ACCOUNT },
      accounts: [{ id: ACCOUNT, trails }],
      aws: { region: 'us-east-1', endpoint: cloud.url, forcePathStyle: true },
      http: { enabled: false },
    }),
  );
  return {
    cloud,
    keys: KEYS,
    trailArn: trail.arn,
    configFile,
    env: {
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    close: async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the CLI was told: its own times, and the bucket that it was pointed at when that is not the trail's. */
export function askedOf(scenario: Scenario): {
  readonly from: number;
  readonly to: number;
  readonly bucket: string | null;
} {
  const after = (flag: string): string | null => scenario.argv[scenario.argv.indexOf(flag) + 1] ?? null;
  const bucket = scenario.argv.includes('--s3-bucket') ? after('--s3-bucket') : null;
  return { from: Date.parse(after('--start-time') ?? ''), to: Date.parse(after('--end-time') ?? ''), bucket };
}

/** The end of the newest digest of the ordinary chain. */
export function newestEnd(scenario: Scenario): number {
  const ends = scenario.objects.flatMap(({ key: rawKey }) => {
    const key = parseKey(rawKey);
    return key?.type === 'digest' && key.kind === 'standard' ? [key.end] : [];
  });
  return Math.max(...ends);
}

function trailOf(scenario: Scenario): CloudTrail {
  const [described] = scenario.describeTrails;
  if (described === undefined) throw new Error(`${scenario.scenario} describes no trail`);
  return {
    arn: described.TrailARN,
    name: described.Name,
    account: ACCOUNT,
    homeRegion: described.HomeRegion,
    bucket: askedOf(scenario).bucket ?? described.S3BucketName,
    prefix: described.S3KeyPrefix ?? null,
    multiRegion: false,
    organization: described.IsOrganizationTrail,
    validation: true,
    status: {
      logging: true,
      latestDigestDelivery: null,
      latestDigestError: null,
      startedLogging: null,
      stoppedLogging: null,
    },
  };
}

function objectOf(object: Scenario['objects'][number]): CloudObject {
  return {
    bucket: object.bucket,
    key: object.key,
    body: Buffer.from(object.bodyBase64, 'base64'),
    metadata: new Map(Object.entries(object.metadata)),
    contentType: 'application/json',
    contentEncoding: 'gzip',
  };
}

function keyOf(key: Scenario['listPublicKeys'][number], region: string): CloudPublicKey {
  return {
    region,
    fingerprint: key.Fingerprint,
    der: Buffer.from(key.Value, 'base64'),
    validFrom: key.ValidityStartTime * 1000,
    validTo: key.ValidityEndTime * 1000,
  };
}
