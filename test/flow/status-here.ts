/** `status` within the test's own process, as JSON and as text, and organizations that have been collected once. */
import { afterEach } from 'vitest';
import type { Request } from '../../src/cli/request.ts';
import { status, type StatusReport } from '../../src/cli/status.ts';
import { loadConfig } from '../../src/config.ts';
import type { Finding } from '../../src/core/coverage.ts';
import { HOUR } from '../../src/core/time.ts';
import { sourceObjects } from './evidence.ts';
import { openOrganization, type Organization, type OrganizationOptions } from './organization.ts';
import { pass } from './pass.ts';
import type { StoredVersion } from '../cloud/s3/bucket.ts';

/** An afternoon, so that a short world lies within one day. */
export const START = Date.UTC(2026, 2, 1, 12);
export const HOURS = 6;
export const NOW = START + (HOURS + 2) * HOUR;

const opened: Organization[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

/** One account with one chain, everything delivered; closed after the test. */
export async function open(options: Partial<OrganizationOptions> = {}): Promise<Organization> {
  const organization = await openOrganization({
    seed: 'status',
    start: START,
    hours: HOURS,
    accounts: 1,
    regions: ['us-east-1'],
    cheap: true,
    now: () => NOW,
    ...options,
  });
  opened.push(organization);
  return organization;
}

/** The same after one pass of `collect` that proved everything. */
export async function collected(options: Partial<OrganizationOptions> = {}): Promise<Organization> {
  const organization = await open(options);
  const { exitCode } = await pass(organization, NOW);
  if (exitCode !== 0) throw new Error(`the first pass ended with ${exitCode}`);
  return organization;
}

export interface Shown {
  readonly exitCode: number;
  readonly report: StatusReport;
  readonly codes: readonly string[];
}

function request(organization: Organization, now: number, parts: Partial<Request>): Request {
  Object.assign(process.env, organization.env);
  return {
    config: loadConfig(organization.configFile, {}),
    clock: { now: () => now },
    screen: { write: () => true },
    json: true,
    from: null,
    to: null,
    accounts: [],
    regions: [],
    trails: [],
    signal: new AbortController().signal,
    ...parts,
  };
}

export async function show(organization: Organization, now: number, parts: Partial<Request> = {}): Promise<Shown> {
  const { exitCode, stdout } = await status(request(organization, now, parts));
  const report = JSON.parse(stdout) as StatusReport;
  return { exitCode, report, codes: report.findings.map(({ code }) => code) };
}

export async function text(
  organization: Organization,
  now: number,
  options: { readonly chains?: true; readonly from?: number } = {},
): Promise<string> {
  const { chains, ...parts } = options;
  const { stdout } = await status(request(organization, now, { json: false, ...parts }), { chains });
  return stdout;
}

/** The finding of this code, or a test that names what is not there is wrong. */
export function found({ report }: Shown, code: string): Finding {
  const one = report.findings.find((finding) => finding.code === code);
  if (one === undefined) throw new Error(`no finding ${code}`);
  return one;
}

export interface Spot extends StoredVersion {
  readonly bucket: string;
}

/** The source's digests, oldest first. */
export function digests(organization: Organization): readonly Spot[] {
  return [...sourceObjects(organization)]
    .map(([place, object]) => ({ ...object, bucket: place.slice(0, place.indexOf('/')) }))
    .filter(({ key }) => key.includes('CloudTrail-Digest'));
}

export function nth(list: readonly Spot[], index: number): Spot {
  const spot = list.at(index);
  if (spot === undefined) throw new Error(`no object ${index}`);
  return spot;
}
