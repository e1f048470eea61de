/** `status` within the test's own process, as JSON and as text, and organizations that have been collected once. */
import { onTestFinished } from 'vitest';
import type { Request } from '../../src/cli/request.ts';
import { status, type StatusReport } from '../../src/cli/status.ts';
import type { Finding } from '../../src/core/coverage.ts';
import { HOUR } from '../../src/core/time.ts';
import { openOrganization, type Organization, type OrganizationOptions } from './organization.ts';
import { pass } from './pass.ts';
import { requestHere } from './request-here.ts';
import { nth, spots, type Spot } from './spots.ts';

export { nth, type Spot };

/** An afternoon, so that a short world lies within one day. */
export const START = Date.UTC(2026, 2, 1, 12);
export const HOURS = 6;
export const NOW = START + (HOURS + 2) * HOUR;

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
  onTestFinished(() => organization.close());
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

export async function show(organization: Organization, now: number, parts: Partial<Request> = {}): Promise<Shown> {
  const { exitCode, stdout } = await status(requestHere(organization, () => now, parts));
  const report = JSON.parse(stdout) as StatusReport;
  return { exitCode, report, codes: report.findings.map(({ code }) => code) };
}

export async function text(
  organization: Organization,
  now: number,
  options: { readonly chains?: true; readonly from?: number } = {},
): Promise<string> {
  const { chains, ...parts } = options;
  const { stdout } = await status(
    requestHere(organization, () => now, { json: false, ...parts }),
    { chains },
  );
  return stdout;
}

/** The finding of this code, or a test that names what is not there is wrong. */
export function found({ report }: Shown, code: string): Finding {
  const one = report.findings.find((finding) => finding.code === code);
  if (one === undefined) throw new Error(`no finding ${code}`);
  return one;
}

/** The source's digests, oldest first. */
export function digests(organization: Organization): readonly Spot[] {
  return spots(organization, 'digests');
}
