/** One account on a session of our own making, for preflight to try. */
import type { AccountCheck } from '../../src/core/board/account.ts';
import { parseConfig } from '../../src/config.ts';
import { OperatingError, type OperatingCode } from '../../src/errors.ts';
import { preflight } from '../../src/pipeline/preflight.ts';
import type { AccountSession, ListRequest, StoredObject } from '../../src/ports.ts';
import type { KnownAccount } from '../../src/stages/discover.ts';
import { GOOD } from '../config/refusal.ts';

export const ID = '222222222222';
export const NOW = Date.parse('2026-06-02T12:00:00Z');
export const ROOT = `logs/AWSLogs/${ID}/`;
export const LOG = `${ROOT}CloudTrail/us-east-1/2026/06/02/${ID}_CloudTrail_us-east-1_20260602T1105Z_abcdefghijklmnop.json.gz`;
export const DIGEST = `${ROOT}CloudTrail-Digest/us-east-1/2026/06/02/${ID}_CloudTrail-Digest_us-east-1_main_us-east-1_20260602T110000Z.json.gz`;
export const OLD_LOG = LOG.replaceAll('2026/06/02', '2020/01/02').replace('20260602T', '20200102T');
export const ELSEWHERE = LOG.replaceAll('us-east-1', 'eu-west-1');
export const ARN = `arn:aws:cloudtrail:us-east-1:${ID}:trail/main`;

export const config = parseConfig(`${GOOD}limits: { accountConcurrency: 2, maxObjectBytes: 1048576 }\n`, 'test', {});
export const account: KnownAccount = {
  id: ID,
  name: 'payments',
  state: 'ACTIVE',
  origin: 'configuration',
  role: `arn:aws:iam::${ID}:role/orgtrail-reader`,
  externalId: null,
  organization: null,
  trails: null,
};

export const refusal = (code: OperatingCode, retryable = false): OperatingError =>
  new OperatingError({ code, message: `account ${ID}: cannot do it`, hint: 'Do this.', retryable });

export interface World {
  readonly keys?: readonly (readonly [key: string, size: number])[];
  readonly get?: (key: string) => StoredObject | null;
  readonly session?: Partial<AccountSession>;
  readonly listed?: ListRequest[];
  readonly read?: string[];
}

/** A session that allows everything but what the world says. */
export function sessionOf({
  keys = [
    [LOG, 10],
    [DIGEST, 5],
  ],
  get,
  session = {},
  listed = [],
  read = [],
}: World): AccountSession {
  const object = { size: 1 } as StoredObject;
  return {
    account: ID,
    objects: {
      async *list(request) {
        listed.push(request);
        const at = (key: string): boolean => key.startsWith(request.prefix) && key > (request.startAfter ?? '');
        for (const [key, size] of keys.toSorted(([a], [b]) => (a < b ? -1 : 1)))
          if (at(key)) yield { key, size, etag: '', lastModified: 0 };
      },
      folders: async () => [],
      head: async () => null,
      get: async ({ key }) => {
        read.push(key);
        return get === undefined ? object : get(key);
      },
    },
    trailRegions: async () => ['us-east-1'],
    describeTrails: async () => [
      {
        arn: ARN,
        name: 'main',
        homeRegion: 'us-east-1',
        bucket: 'trail',
        prefix: 'logs',
        multiRegion: true,
        organization: false,
        validation: true,
      },
    ],
    trailStatus: async () => ({
      logging: true,
      latestDigestDelivery: null,
      latestDigestError: null,
      startedLogging: null,
      stoppedLogging: null,
    }),
    eventSelectors: async () => ({ basic: [], advanced: [] }) as never,
    lookupEvents: async () => [],
    enabledRegions: async () => [{ region: 'us-east-1', byDefault: true }],
    publicKeys: async () => [],
    organizationId: async () => null,
    ...session,
  };
}

/** Preflight of that account alone. */
export async function check(world: World, one: KnownAccount = account): Promise<AccountCheck> {
  const parts = { config, clock: { now: () => NOW }, sessions: { open: async () => sessionOf(world) } };
  const [result] = await preflight(parts, [one], { signal: new AbortController().signal, onStep: () => undefined });
  if (result === undefined) throw new Error('no account was checked');
  return result;
}

export const thrown = (error: OperatingError) => async (): Promise<never> => {
  throw error;
};
