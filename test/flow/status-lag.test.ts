import { expect, test } from 'vitest';
import { openOrganization, orgtrail } from './organization.ts';

const HOUR = 3_600_000;

test('a collector that lags is late, not a truncated chain: the digests lie in the source and wait', async () => {
  const start = Math.floor(Date.now() / HOUR) * HOUR - 14 * HOUR;
  const organization = await openOrganization({
    seed: 'status-lag',
    start,
    hours: 12,
    accounts: 1,
    regions: ['us-east-1'],
    cheap: true,
    deliverUntil: start + 6 * HOUR,
  });
  try {
    await orgtrail(organization, 'collect');
    for (const { object } of organization.world.deliverAll()) organization.cloud.put(object);
    for (const trail of organization.world.trailsAt(Date.now()))
      organization.cloud.control.changeTrailStatus(trail.arn, trail.status);
    const behind = await orgtrail(organization, 'status', '--json');
    const report = JSON.parse(behind.stdout) as { verdict: string; findings: unknown[]; accounts: { state: string }[] };
    expect(report.findings).toEqual([]);
    expect(report.accounts.map((line) => line.state)).toEqual(['late']);
    expect([behind.code, report.verdict]).toEqual([5, 'blocked']);
    const caughtUp = await orgtrail(organization, 'collect');
    expect(caughtUp.code).toBe(0);
  } finally {
    await organization.close();
  }
});
