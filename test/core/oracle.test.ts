/**
 * Scenarios with verbatim results of `aws cloudtrail validate-logs`, made without the forge: what AWS's own verifier
 * counts as valid is valid here too, and where it is silent on a fault the code below is said.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseKey } from '../../src/core/key.ts';
import { putObjects } from '../cloud/forge/buckets.ts';
import { MINUTE } from '../cloud/forge/times.ts';
import { codesOf, judgeChain, type Evidence, type JudgedChain } from './judge-buckets.ts';
import { bareSource } from './trail-source.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/oracle');
const FILES = existsSync(DATA) ? globSync('*.json', { cwd: DATA }).toSorted() : [];
if (FILES.length === 0)
  console.warn('skipped: no shared data (../shared/data/oracle), so no result of the AWS CLI was compared');

interface Scenario {
  readonly argv: readonly string[];
  readonly describeTrails: readonly {
    TrailARN: string;
    Name: string;
    S3BucketName: string;
    S3KeyPrefix?: string;
    IsOrganizationTrail: boolean;
    HomeRegion: string;
  }[];
  readonly organizationId: string;
  readonly listPublicKeys: readonly {
    Value: string;
    Fingerprint: string;
    ValidityStartTime: number;
    ValidityEndTime: number;
  }[];
  readonly objects: readonly {
    bucket: string;
    key: string;
    bodyBase64: string;
    metadata: Readonly<Record<string, string>>;
  }[];
  readonly cli: Readonly<Record<string, { readonly stdout: string }>>;
}

/** What is said here. The CLI says nothing of the unlisted file, nor that the restart leaves hours unproven. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  'digest-missing-middle': ['digest-missing'],
  'digest-no-signature-metadata': ['digest-signature-missing', 'link-signature-mismatch'],
  'digest-tampered': ['digest-malformed', 'link-hash-mismatch'],
  'log-extra-unlisted': ['log-unlisted'],
  'log-missing': ['log-missing'],
  'log-tampered': ['log-hash-mismatch'],
  'moved-to-other-bucket': ['digest-moved'],
  'validation-restarted-gap': ['chain-restarted'],
};

function judgeScenario(scenario: Scenario): { readonly judged: JudgedChain; readonly codes: ReadonlySet<string> } {
  const { objects, listPublicKeys, argv, organizationId } = scenario;
  const [trail] = scenario.describeTrails;
  if (trail === undefined) throw new Error('no trail');
  const [, , , region = '', account = ''] = trail.TrailARN.split(':');
  const asked = argv[argv.indexOf('--s3-bucket') + 1];
  const bucket = argv.includes('--s3-bucket') && asked !== undefined ? asked : trail.S3BucketName;
  const prefix = trail.S3KeyPrefix === undefined ? '' : `${trail.S3KeyPrefix}/`;
  const source = bareSource({
    reader: account,
    trail: trail.Name,
    bucket,
    prefix,
    trailArn: trail.TrailARN,
    homeRegion: trail.HomeRegion,
    org: trail.IsOrganizationTrail ? organizationId : null,
    formerBuckets: bucket === trail.S3BucketName ? [] : [{ bucket: trail.S3BucketName, prefix }],
  });
  const ends = objects.map(({ key }) => parseKey(key)).flatMap((key) => (key?.type === 'digest' ? [key.end] : []));
  const evidence: Evidence = {
    buckets: putObjects(
      new Map(),
      objects.map((object) => ({
        bucket: object.bucket,
        key: object.key,
        body: Buffer.from(object.bodyBase64, 'base64'),
        metadata: new Map(Object.entries(object.metadata)),
        contentType: 'application/json',
        contentEncoding: 'gzip',
      })),
    ),
    keys: listPublicKeys.map((key) => ({
      region,
      fingerprint: key.Fingerprint,
      der: Buffer.from(key.Value, 'base64'),
      validFrom: key.ValidityStartTime * 1000,
      validTo: key.ValidityEndTime * 1000,
    })),
    now: Math.max(...ends) + 170 * MINUTE,
  };
  const judged = judgeChain(evidence, { account, region, source });
  return { judged, codes: codesOf(evidence, [judged]) };
}

/** `5/6 digest files valid` and the like, summed over standard and backfill digests. */
function validIn(stdout: string, what: string): number {
  return [...stdout.matchAll(new RegExp(`(\\d+)/\\d+ (?:backfill )?${what} files valid`, 'g'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}

describe.skipIf(FILES.length === 0)('scenarios of the AWS CLI', () => {
  test('are all there', () => {
    const names = FILES.map((file) => basename(file, '.json'));
    expect(names).toHaveLength(18);
    expect(Object.keys(SAID).filter((name) => !names.includes(name))).toEqual([]);
  });
  test.each(FILES)('%s', (file) => {
    const name = basename(file, '.json');
    const scenario = JSON.parse(readFileSync(join(DATA, file), 'utf8')) as Scenario;
    const { judged, codes } = judgeScenario(scenario);
    expect([...codes].toSorted()).toEqual(SAID[name] ?? []);
    // Version 1 cannot read the newer encoding of a public key; version 2 counts a part of the time only in a window.
    const { stdout } = scenario.cli[name === 'public-key-spki' ? '2.9.19-debian' : '1.45.55'] ?? { stdout: '' };
    if (name === 'subrange') return;
    expect(judged.digests.get('valid') ?? 0).toBe(validIn(stdout, 'digest'));
    expect(judged.logs.get('valid') ?? 0).toBe(validIn(stdout, 'log'));
  });
});
