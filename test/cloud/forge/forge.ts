/**
 * A small CloudTrail of our own: trails, log files and signed digest chains, all from one seed. No clock is read:
 * every time is epoch milliseconds and comes from the caller.
 */
import type { CloudPublicKey, CloudTrail } from '../types.ts';
import { castOf, type Actor, type Json } from './actors.ts';
import { createChain } from './chain.ts';
import type { ForgedChain } from './chain-types.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { createRandom, type Random } from './random.ts';

export interface ForgeOptions {
  readonly seed: string | number;
  /** Records of real accounts to mix in; their time, region, account and event id are replaced. */
  readonly records?: readonly Json[];
  /** Default: made from the seed. */
  readonly organizationId?: string;
  /** Two records a log file instead of 1 to 500 KB, least compression: for benches and property tests. */
  readonly cheap?: boolean;
  /** Write `\/` in digests, as one genuine specimen does. */
  readonly escapeSlashes?: boolean;
  /** Regions whose public keys are published as SPKI. */
  readonly spkiRegions?: readonly string[];
  /** How many RSA key pairs are reused over all regions and periods (default 8, at least 3); null: no reuse. */
  readonly keyPool?: number | null;
}

export interface TrailSpec {
  readonly account: string;
  readonly homeRegion: string;
  readonly bucket: string;
  readonly name?: string;
  readonly prefix?: string | null;
  readonly multiRegion?: boolean;
  readonly organization?: boolean;
  readonly validation?: boolean;
  readonly startedLogging?: number;
}

interface ChainSpec {
  readonly trail: CloudTrail;
  /** Default: the trail's own account. */
  readonly account?: string;
  /** Default: the trail's home region. */
  readonly region?: string;
  /** Also fixes minute and second of every later digest. Whole seconds. */
  readonly firstDigestStart: number;
}

export interface Forge {
  readonly organizationId: string;
  readonly random: Random;
  readonly keyring: Keyring;
  trail(spec: TrailSpec): CloudTrail;
  /** A new chain. A second one for the same trail, account and region is that of a trail made anew. */
  chain(spec: ChainSpec): ForgedChain;
  /** What ListPublicKeys of a region answers for [from, to]. */
  publicKeys(region: string, from: number, to: number): readonly CloudPublicKey[];
}

export function createForge(options: ForgeOptions): Forge {
  const seed = String(options.seed);
  const random = createRandom(seed);
  const keyring = createKeyring({
    seed,
    spkiRegions: options.spkiRegions ?? [],
    pool: options.keyPool === undefined ? 8 : options.keyPool,
  });
  const organizationId = options.organizationId ?? `o-${random.fork('organization').text(10).toLowerCase()}`;
  const casts = new Map<string, readonly Actor[]>();
  const chains = new Map<string, number>();
  return {
    organizationId,
    random,
    keyring,
    trail: trailOf,
    publicKeys: (region, from, to) => keyring.publicKeys(region, from, to),
    chain: (spec) => {
      const account = spec.account ?? spec.trail.account;
      const region = spec.region ?? spec.trail.homeRegion;
      const name = `${spec.trail.arn}|${account}|${region}`;
      const number = chains.get(name) ?? 0;
      chains.set(name, number + 1);
      const cast = casts.get(account) ?? castOf(account, random.fork(`cast/${account}`));
      casts.set(account, cast);
      checkSecond(spec.firstDigestStart);
      return createChain({
        trail: spec.trail,
        account,
        region,
        organization: spec.trail.organization ? organizationId : null,
        firstDigestStart: spec.firstDigestStart,
        random: random.fork(`${name}/${number}`),
        keyring,
        cast,
        genuine: options.records ?? [],
        cheap: options.cheap ?? false,
        escapeSlashes: options.escapeSlashes ?? false,
      });
    },
  };
}

function checkSecond(at: number): void {
  if (!Number.isInteger(at / 1000)) throw new RangeError(`digests begin at whole seconds, not at ${at} ms`);
}

/** A trail as DescribeTrails would show it. */
function trailOf(spec: TrailSpec): CloudTrail {
  const name = spec.name ?? 'main';
  const { account, homeRegion, bucket } = spec;
  return {
    arn: `arn:${partitionOf(homeRegion)}:cloudtrail:${homeRegion}:${account}:trail/${name}`,
    name,
    account,
    homeRegion,
    bucket,
    prefix: spec.prefix ?? null,
    multiRegion: spec.multiRegion ?? true,
    organization: spec.organization ?? false,
    validation: spec.validation ?? true,
    status: {
      logging: true,
      latestDigestDelivery: null,
      latestDigestError: null,
      startedLogging: spec.startedLogging ?? null,
      stoppedLogging: null,
    },
  };
}

const PARTITIONS: readonly (readonly [string, string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-isob-', 'aws-iso-b'],
  ['us-iso-', 'aws-iso'],
];

function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}
