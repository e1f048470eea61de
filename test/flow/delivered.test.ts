/** Trails that deliver straight into the archive bucket: let in by the applied policy, read by ourselves, and proven. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ARCHIVE, openOrganization, orgtrail, type Organization } from './organization.ts';

const HOUR = 3600_000;
const PREFIX = 'direct';

let organization: Organization;
beforeAll(async () => {
  const now = Date.now();
  organization = await openOrganization({
    seed: 'delivered',
    start: Math.floor(now / HOUR - 6) * HOUR,
    deliverUntil: now,
    accounts: 2,
    regions: ['us-east-1'],
    logsPerHour: 1,
    cheap: true,
    direct: { bucket: ARCHIVE, prefix: PREFIX },
  });
});
afterAll(() => organization.close());

/** The configuration's policy, with these delivery settings. */
function policyWith(delivery: object): object {
  const { management } = organization.world;
  const arn = (name: string): string => `arn:aws:iam::${management}:${name}`;
  return {
    writer: arn('user/daemon'),
    breakGlass: [arn('role/break-glass')],
    administrators: [arn('user/daemon')],
    delivery,
  };
}

function delivering(): object {
  const trails = organization.world.trails.map(({ arn }) => ({ arn, prefix: PREFIX }));
  return policyWith({ trails });
}

test('a delivery folder that no configuration names is read with the rights of the member, which has none', async () => {
  const everyAccount = { name: 'main', region: 'us-east-1', prefix: 'elsewhere' };
  organization.configure({ policy: policyWith({ everyAccount }) });
  const { code, stdout } = await orgtrail(organization, 'verify', '--source', '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([5, { verdict: 'blocked', counts: { digests: {} } }]);
});

test('under the applied policy everything that was delivered is proven, and the delivered files stay', async () => {
  organization.configure({ policy: delivering() });
  const { cloud, world } = organization;
  const applied = await orgtrail(organization, 'apply', '--yes');
  expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('refused')]);
  const before = organization.archived().filter((key) => key.startsWith(`${PREFIX}/`));
  const { code, stdout, stderr } = await orgtrail(organization, 'collect', '--json');
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('denied')]);
  expect(JSON.parse(stdout)).toMatchObject({ problems: [], status: { verdict: 'verified' } });
  const proven = organization.archived().filter((key) => key.startsWith('AWSLogs/'));
  expect(proven.length).toBeGreaterThan(5);
  expect(before.map((key) => key.slice(PREFIX.length + 1))).toEqual(expect.arrayContaining(proven));
  expect(organization.archived().filter((key) => key.startsWith(`${PREFIX}/`))).toEqual(before);
  const members = new Set(world.accounts.map(({ id }) => id).filter((id) => id !== world.management));
  const asked = cloud.requests.entries.filter(({ bucket, principal }) => bucket === ARCHIVE && principal !== null);
  const asMember = asked.filter(({ principal, key }) => members.has(principal?.account ?? '') && key !== null);
  expect(asMember.filter(({ status }) => status === 200)).toEqual([]);
});

test('and preflight finds that each account can be collected', async () => {
  const { code, stdout } = await orgtrail(organization, 'plan', '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { verdict: 'none', changes: [], problems: [] }]);
});
