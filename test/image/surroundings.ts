/** What the image's daemon is run against: a Redis of its own and a small organization on loopback, due every few seconds. */
import { chmodSync } from 'node:fs';
import { openOrganization, type Organization } from '../flow/organization.ts';
import { freePorts } from '../stack/executable.ts';
import { startRedis } from '../stack/redis.ts';

const HOUR_MS = 3_600_000;
const HOURS = 4;

export interface Surroundings {
  readonly organization: Organization;
  /** `http://127.0.0.1:PORT` of the daemon's own pages. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts everything; nothing of it outlives `close`. */
export async function openSurroundings(): Promise<Surroundings> {
  const start = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - (HOURS + 2) * HOUR_MS;
  const redis = await startRedis();
  const [port = 0] = await freePorts(1);
  const organization = await openOrganization({
    seed: 'image',
    start,
    hours: HOURS,
    accounts: 2,
    regions: ['us-east-1'],
    cheap: true,
    config: {
      redis: { url: redis.url },
      // The test does not wait for the hour.
      schedules: { discover: '*/5 * * * * *', collect: '*/5 * * * * *', reconcile: '0 3 * * *' },
      limits: { coverDelaySeconds: 1 },
      http: { host: '127.0.0.1', port },
    },
  });
  // The image's user is nobody here: it reads the folder that is mounted over /app/config.
  chmodSync(organization.folder, 0o755);
  chmodSync(organization.configFile, 0o644);
  return {
    organization,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await redis.stop();
      await organization.close();
    },
  };
}
