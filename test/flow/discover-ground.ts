/** What every test of discovery starts from: an organization of its own, and one look at it. */
import { onTestFinished } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { openOrganization, ROLE, type Organization, type OrganizationOptions } from './organization.ts';
import { openPipeline } from './pass.ts';

export const START = Date.UTC(2026, 2, 1);
export const NOW = START + 4 * HOUR;

/** Two hours of one log file each unless it is said otherwise; closed after the test. */
export async function openDiscovery(options: Partial<OrganizationOptions> = {}): Promise<Organization> {
  const usual = { seed: 'discover', start: START, hours: 2, logsPerHour: 1, cheap: true, now: () => NOW };
  const organization = await openOrganization({ ...usual, ...options });
  onTestFinished(() => organization.close());
  return organization;
}

/** What a survey of all accounts finds at this moment. */
export async function discovered(organization: Organization, now = NOW) {
  const pipeline = openPipeline(organization, { now: () => now });
  try {
    return await pipeline.discover();
  } finally {
    await pipeline.close();
  }
}

/** The ARN of the role that the daemon enters an account with. */
export const roleOf = (id: string): string => `arn:aws:iam::${id}:role/${ROLE}`;

/** The id of one of the organization's accounts; the first is the management account. */
export function member(organization: Organization, index: number): string {
  const account = organization.world.accounts[index];
  if (account === undefined) throw new Error(`no account ${index}`);
  return account.id;
}
