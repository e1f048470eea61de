/** The bench's server: one account's chain in one region on our own cloud. `ground.ts` starts it and sends it orders. */
import { newestOf } from '../cloud/s3/keyindex.ts';
import { ARCHIVE, DAEMON_KEYS, openOrganization, type Organization } from '../flow/organization.ts';
import type { Ground, Order, Told } from './protocol.ts';

const HOUR_MS = 3_600_000;
/** Two weeks: the start of a program is no longer what is measured. */
const HOURS = 336;
const LOGS_PER_HOUR = 12;

await serve();

async function serve(): Promise<void> {
  // The last digest ended within the last two hours: all is delivered, and the next one is not overdue.
  const start = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - (HOURS + 1) * HOUR_MS;
  const organization = await openOrganization({
    seed: 'bench',
    start,
    hours: HOURS,
    accounts: 1,
    regions: ['us-east-1'],
    logsPerHour: LOGS_PER_HOUR,
  });
  process.on('message', (order: Order) => tell({ type: 'done', requests: obey(organization, order) }));
  // The end of the bench, in order or not, is the end of its server.
  process.once('disconnect', () => void organization.close());
  tell(groundOf(organization));
}

/** Carries an order out; gives the number of requests that it asks for. */
function obey(organization: Organization, order: Order): number {
  const { cloud, world } = organization;
  switch (order.type) {
    case 'latency':
      cloud.faults.latency = order.ms;
      return 0;
    case 'archive': {
      const place = { bucket: ARCHIVE, region: 'us-east-1', owner: world.management, prefix: order.prefix };
      organization.configure({ archive: place });
      return 0;
    }
    case 'requests': {
      const requests = cloud.requests.entries.length + cloud.requests.dropped;
      cloud.requests.clear();
      return requests;
    }
  }
}

function groundOf({ world, cloud, configFile, env }: Organization): Ground {
  const [chain] = world.chains;
  const first = chain?.hours.at(0);
  const last = chain?.hours.at(-1);
  if (chain === undefined || first === undefined || last === undefined) throw new Error('the world has no chain');
  const { index } = cloud.state.buckets.get(chain.trail.bucket) ?? missing(chain.trail.bucket);
  const bodyOf = (key: string): Uint8Array => newestOf(index, key)?.body ?? missing(key);
  const logs = chain.hours.flatMap((hour) => hour.logs.map((log) => bodyOf(log.key)));
  return {
    type: 'ground',
    url: cloud.url,
    configFile,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? ''])),
    keys: DAEMON_KEYS,
    trailArn: chain.trail.arn,
    from: first.start,
    to: last.end,
    digests: chain.hours.length,
    logs: logs.length,
    stored: logs.reduce((sum, body) => sum + body.length, 0),
    inflated: logs.reduce((sum, body) => sum + inflatedSize(body), 0),
  };
}

/** What the gzip trailer says: the forge made it. */
function inflatedSize(body: Uint8Array): number {
  return new DataView(body.buffer, body.byteOffset + body.length - 4, 4).getUint32(0, true);
}

function missing(what: string): never {
  throw new Error(`the cloud has no ${what}`);
}

function tell(told: Told): void {
  process.send?.(told);
}
