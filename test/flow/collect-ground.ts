/** What every test of collecting starts from: an organization of its own. */
import { onTestFinished } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { receipts } from './evidence.ts';
import { openOrganization, type Organization, type OrganizationOptions } from './organization.ts';

export const START = Date.UTC(2026, 2, 1);
export const NOW = START + 5 * HOUR;
export const LATER = NOW + 1000;

/** One account with one chain of three hours unless it is said otherwise; closed after the test. */
export async function openCollect(options: Partial<OrganizationOptions> = {}): Promise<Organization> {
  const usual = {
    seed: 'collect',
    start: START,
    hours: 3,
    accounts: 1,
    regions: ['us-east-1'],
    cheap: true,
    now: () => NOW,
  };
  const organization = await openOrganization({ ...usual, ...options });
  onTestFinished(() => organization.close());
  return organization;
}

/** What the receipts say of one log file. */
export const lineOf = (organization: Organization, key: string) =>
  receipts(organization)
    .flatMap(({ receipt }) => receipt.logs)
    .find((line) => line.origin.key === key);
