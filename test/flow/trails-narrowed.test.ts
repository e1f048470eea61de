/** A trail that is still there and proves less than it did: by its selectors, its regions, or not at all. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import type { CloudTrail } from '../cloud/types.ts';
import { openOrganization, type Organization } from './organization.ts';
import { pass, type Pass } from './pass.ts';

const START = Date.UTC(2026, 2, 1);
const NOW = START + 4 * HOUR;

/** One account with one multi-region trail in two regions; everything is delivered. */
async function openTwoRegions(): Promise<Organization> {
  const usual = { seed: 'trails', start: START, hours: 2, logsPerHour: 1, cheap: true, accounts: 1, now: () => NOW };
  const organization = await openOrganization(usual);
  onTestFinished(() => organization.close());
  return organization;
}

function theTrail({ cloud }: Organization): CloudTrail {
  const [trail] = cloud.control.trails;
  if (trail === undefined) throw new Error('a trail is wanted');
  return trail;
}

describe('a trail that proves less than before', () => {
  test('by its selectors is told at once, and stays told when they are widened again', async () => {
    const organization = await openTwoRegions();
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    const selectors = { EventSelectors: [{ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true }] };
    organization.cloud.control.changeTrail(theTrail(organization).arn, { selectors });
    const narrowed = await pass(organization, NOW + 1000);
    expect(narrowed.exitCode).toBe(3);
    expect(new Set(narrowed.status.findings.map(({ code }) => code))).toEqual(new Set(['selectors-narrowed']));
    expect(narrowed.status.findings[0]?.detail).toContain('eventCategory=Management, readOnly=false');
    const advanced = [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }];
    organization.cloud.control.changeTrail(theTrail(organization).arn, {
      selectors: { AdvancedEventSelectors: advanced },
    });
    const widened = await pass(organization, NOW + 2000);
    expect(widened.status.findings[0]).toMatchObject({ code: 'selectors-narrowed' });
    expect(widened.status.findings[0]?.detail).toContain('recorded again since');
  });

  test('by validation switched off, or logging, is told', async () => {
    const organization = await openTwoRegions();
    await pass(organization, NOW);
    organization.cloud.control.changeTrail(theTrail(organization).arn, { validation: false });
    const codes = (answer: Pass) => new Set(answer.status.findings.map(({ code }) => code));
    expect(codes(await pass(organization, NOW + 1000))).toEqual(new Set(['validation-off']));
    organization.cloud.control.changeTrail(theTrail(organization).arn, { validation: true });
    organization.cloud.control.changeTrailStatus(theTrail(organization).arn, {
      logging: false,
      stoppedLogging: START + 2 * HOUR,
    });
    expect(codes(await pass(organization, NOW + 2000))).toContain('logging-stopped');
  });

  test('by one region instead of all is told, and the other regions are not called cut', async () => {
    const organization = await openTwoRegions();
    await pass(organization, NOW);
    const { arn, homeRegion } = theTrail(organization);
    organization.cloud.control.changeTrail(arn, { multiRegion: false });
    const answer = await pass(organization, NOW + 1000);
    expect(new Set(answer.status.findings.map(({ code }) => code))).toEqual(new Set(['selectors-narrowed']));
    expect(answer.status.findings[0]?.detail).toContain(`regions other than ${homeRegion}`);
  });
});
