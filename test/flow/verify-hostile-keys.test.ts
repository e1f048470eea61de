import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { parseKey } from '../../src/core/key.ts';
import type { SweepOutcome } from '../../src/daemon/work.ts';
import { createPipeline } from '../../src/pipeline.ts';
import { sortedKeys } from '../cloud/s3/keyindex.ts';
import { ARCHIVE, openOrganization, orgtrail, type Organization } from './organization.ts';
import { readReport } from './verify-report.ts';

const HOUR = 3_600_000;
const START = Math.floor((Date.now() - 8 * HOUR) / 1000) * 1000;
const REGION = 'us-east-1';

let organization: Organization;
let account: string;
let bucket: string;
/** What CloudTrail delivered, before anybody else put anything there. */
let genuine: readonly string[];
let hostile: Hostile;

interface Hostile {
  /** Below a folder that the chain lists: seen, counted, left alone. */
  readonly seen: readonly string[];
  /** Elsewhere in the bucket: not even listed. */
  readonly unseen: readonly string[];
}

/** Names that a person with PutObject might choose, around a genuine log file's and a genuine digest's. */
function hostileKeys(log: string, digest: string): Hostile {
  const day = log.slice(0, log.lastIndexOf('/') + 1);
  const name = log.slice(day.length);
  const root = `AWSLogs/${account}/`;
  const folder = `${root}CloudTrail/${REGION}/`;
  const digests = `${root}CloudTrail-Digest/${REGION}/`;
  const long = `${day}${name.replace('.json.gz', '')}`;
  return {
    seen: [
      [`${day}../${name}`, `${day}../../../../../../../orgtrail/receipts/${name}`, `${day}./${name}`, `${day}/${name}`],
      [`${day}%2F${name}`, `${day}..%2f..%2F${name}`, `${day}%00${name}`, `${day}100%${name}`, `${day}%${name}`],
      [`${log}\n`, `${day}\r\nx-amz-acl: public-read\r\n${name}`, `${day}\u0001${name}`, `${day}\u2028${name}`],
      [`${log}?versionId=null`, `${log}?delete`, `${log}#fragment`, `${log}+x`, `${day}+${name}`, `${day} ${name} `],
      [`${day}"${name}"`, `${day}'${name}'`, `${day}<Key>&amp;${name}`, `${day}\`id\`${name}`, `${day}$(id)${name}`],
      [
        `${day}\\..\\${name}`,
        `${day}C:\\${name}`,
        `${day}\u{1f600}${name}`,
        `${day}\u202e${name}`,
        `${day}\ufeff${name}`,
      ],
      [log.replace('_CloudTrail_', '_\u0421loudTrail_'), log.replace(`/${account}_`, `/\uff11${account.slice(1)}_`)],
      [log.normalize('NFD').replace('json', 'j\u00f6son'), log.replace('.json.gz', '.JSON.GZ'), `${log}.bak`],
      [`${long}${'a'.repeat(1024 - Buffer.byteLength(long) - 8)}.json.gz`],
      [`${day}${'\u00e9'.repeat((1024 - day.length) >> 1)}`.slice(0, 1024)],
      [folder, day, digests, `${folder}2026/`, digest.slice(0, digest.lastIndexOf('/') + 1)],
      [
        `${digest}?versionId=null`,
        `${digest}\n`,
        digest.replace('.json.gz', '_backfill2.json.gz'),
        `${digests}../x.json.gz`,
      ],
      [digest.replace(/_\d{8}T\d{6}Z/, '_20261332T256199Z')],
    ].flat(),
    unseen: [
      [
        'AWSLogs/',
        root,
        `${root}CloudTrail/`,
        `${root}CloudTrail-Digest/`,
        `${root}CloudTrail-Other/${REGION}/${name}`,
      ],
      [
        `${root}CloudTrail/../${name}`,
        `${root}CloudTrail/${REGION}%2F${name}`,
        `${root}CloudTrail/\u0075s-east-1\u200b/${name}`,
      ],
      [`${root}Config/ConfigWritabilityCheckFile`],
      [
        `${root}Config/${REGION}/2026/11/20/ConfigHistory/${account}_Config_${REGION}_ConfigHistory_AWS::S3::Bucket_20261120T000000Z_20261120T010000Z_1.json.gz`,
      ],
      [`${root}vpcflowlogs/${REGION}/2026/11/20/${account}_vpcflowlogs_${REGION}_fl-1_20261120T0000Z_abc.log.gz`],
      [`${root}elasticloadbalancing/${REGION}/2026/11/20/x.log.gz`],
      [`/${log}`, `other/${log}`, log.replace(account, '999999999999'), log.replace(`/${account}/`, '/../')],
    ].flat(),
  };
}

beforeAll(async () => {
  organization = await openOrganization({ seed: 'hostile', start: START, hours: 5, accounts: 1, regions: [REGION] });
  Object.assign(process.env, organization.env);
  const [trail] = organization.world.trails;
  if (trail === undefined) throw new Error('the world has no trail');
  ({ account, bucket } = trail);
  genuine = keysIn(bucket);
  const log = genuine.findLast((key) => key.includes('/CloudTrail/'));
  const digest = genuine.findLast((key) => key.includes('/CloudTrail-Digest/'));
  if (log === undefined || digest === undefined) throw new Error('the world has no files');
  hostile = hostileKeys(log, digest);
  for (const key of [...hostile.seen, ...hostile.unseen]) {
    const body = key.endsWith('/') ? Buffer.alloc(0) : Buffer.from(`planted: ${key}`);
    organization.cloud.put({
      bucket,
      key,
      body,
      metadata: new Map(),
      contentType: 'text/plain',
      contentEncoding: null,
    });
  }
});
afterAll(async () => {
  for (const name of Object.keys(organization.env)) delete process.env[name];
  await organization.close();
});

function keysIn(name: string): readonly string[] {
  const index = organization.cloud.state.buckets.get(name)?.index;
  if (index === undefined) throw new Error(`no bucket ${name}`);
  return sortedKeys(index);
}

/** Every request for one object of the source bucket, by whatever operation. */
function requestsFor(keys: readonly string[]): readonly string[] {
  const { entries, dropped } = organization.cloud.requests;
  expect(dropped).toBe(0);
  const wanted = new Set(keys.flatMap((key) => [key, `${bucket}/${key}`]));
  const copied = (source: string | null): string => decodeURIComponent(source ?? '').replace(/^\//, '');
  return entries
    .filter((entry) => wanted.has(entry.key ?? '') || wanted.has(copied(entry.copySource)))
    .map((entry) => `${entry.operation} ${entry.key}`);
}

async function sweeps(): Promise<readonly SweepOutcome[]> {
  const open = openParts(loadConfig(organization.configFile, {}), { now: () => Date.now() });
  try {
    const work = createPipeline(open.parts);
    const { signal } = new AbortController();
    const { surveys } = await work.discover(() => Promise.resolve(), signal);
    const jobs = (await Promise.all(surveys.map((survey) => work.sweeps(survey, 'full', signal)))).flat();
    return await Promise.all(jobs.map((job) => work.sweep(job, signal)));
  } finally {
    await open.close();
  }
}

describe('keys in the source bucket that CloudTrail did not write', () => {
  test('are many, distinct, within what S3 takes, and none of them is a key of this chain by our grammar', () => {
    const all = [...hostile.seen, ...hostile.unseen];
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((key) => Buffer.byteLength(key) > 1024)).toEqual([]);
    expect(Math.max(...all.map((key) => Buffer.byteLength(key)))).toBe(1024);
    expect(hostile.seen.filter((key) => parseKey(key) !== null)).toEqual([]);
    expect(all.filter((key) => genuine.includes(key))).toEqual([]);
    expect(keysIn(bucket).length).toBe(genuine.length + all.length);
  });

  test('verify: clean, and no request for any of them', async () => {
    const { code, stdout } = await orgtrail(organization, 'verify', '--source', '--json');
    const report = readReport(stdout);
    expect({ code, verdict: report.verdict, findings: report.findings }).toEqual({
      code: 0,
      verdict: 'verified',
      findings: [],
    });
    const logs = genuine.filter((key) => key.includes('/CloudTrail/'));
    expect(report.counts).toEqual({
      digests: { valid: genuine.length - logs.length },
      logs: { valid: logs.length },
    });
    expect(requestsFor([...hostile.seen, ...hostile.unseen])).toEqual([]);
    expect(requestsFor(logs).length).toBeGreaterThanOrEqual(logs.length);
  });

  test('a sweep counts those in the folders of its chain', async () => {
    const outcomes = await sweeps();
    expect(outcomes.map((outcome) => outcome.unrecognised)).toEqual([hostile.seen.length]);
    expect(requestsFor([...hostile.seen, ...hostile.unseen])).toEqual([]);
  });

  test('collect: the archive holds what CloudTrail wrote and nothing else of the bucket, and is verified', async () => {
    const { code, stdout } = await orgtrail(organization, 'collect', '--json');
    expect({ code, stdout: stdout === '' }).toEqual({ code: 0, stdout: false });
    const archived = keysIn(ARCHIVE);
    expect(archived.filter((key) => !key.startsWith('orgtrail/'))).toEqual(genuine);
    const copied = archived.filter((key) => /^orgtrail\/(?:pending|quarantine)\//.test(key));
    expect(copied.filter((key) => !genuine.some((one) => key.endsWith(one)))).toEqual([]);
    expect(copied.filter((key) => key.includes('/quarantine/'))).toEqual([]);
    expect(requestsFor([...hostile.seen, ...hostile.unseen])).toEqual([]);
    expect(keysIn(bucket).length).toBe(genuine.length + hostile.seen.length + hostile.unseen.length);
  });
});
