/** From the forge's chains to those that the core judges, and a chain ready to be damaged. */
import type { Chain, Place, TrailStatus } from '../../src/core/source.ts';
import { putObjects, type Buckets } from '../cloud/forge/buckets.ts';
import type { ForgedChain } from '../cloud/forge/chain-types.ts';
import type { Scene } from '../cloud/forge/damage/scene.ts';
import { createForge, type Forge } from '../cloud/forge/forge.ts';
import { DAY, HOUR } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import type { CloudTrail } from '../cloud/types.ts';
import { codesOf, judgeChain, type Evidence, type JudgedChain } from './judge-buckets.ts';
import { bareSource } from './trail-source.ts';

export const START = Date.parse('2026-05-01T00:13:52Z');
export const HOURS = 12;

/** A chain as discovery would describe it. `seen`: the trail as DescribeTrails and GetTrailStatus show it now. */
export function chainOf(forged: ForgedChain, seen: CloudTrail, formerBuckets?: readonly Place[]): Chain {
  const place = placeOf(seen);
  const passed = forged.destinations
    .map(placeOf)
    .filter((one) => one.bucket !== place.bucket || one.prefix !== place.prefix);
  const status: TrailStatus = seen.status;
  return {
    account: forged.account,
    region: forged.region,
    source: bareSource({
      ...place,
      reader: seen.account,
      trailArn: seen.arn,
      trail: seen.name,
      homeRegion: seen.homeRegion,
      org: seen.organization ? forged.destination.organization : null,
      multiRegion: seen.multiRegion,
      formerBuckets: formerBuckets ?? passed,
      validation: seen.validation,
      status,
    }),
  };
}

function placeOf({ bucket, prefix }: { readonly bucket: string; readonly prefix: string | null }): Place {
  return { bucket, prefix: prefix === null ? '' : `${prefix}/` };
}

/** One chain of `hours` intervals with two log files each, delivered and not yet damaged. */
export interface Stage extends Scene {
  readonly forge: Forge;
  readonly chain: ForgedChain;
  readonly now: number;
}

export function newStage(hours: number = HOURS): Stage {
  const forge = createForge({ seed: 'core', cheap: true });
  const trail = forge.trail({
    account: '111122223333',
    homeRegion: 'eu-west-1',
    bucket: 'member-logs',
    prefix: 'logs',
    name: 'audit_trail.v2',
    startedLogging: START,
  });
  const chain = forge.chain({ trail, firstDigestStart: START });
  const buckets: Buckets = new Map();
  for (let hour = 0; hour < hours; hour += 1) {
    putObjects(
      buckets,
      chain.hour({ logs: 2 }).deliveries.map(({ object }) => object),
    );
  }
  return { forge, chain, buckets, now: START + hours * HOUR + 45 * 60_000 };
}

/** The stage without the digests of these intervals; objects that were planted stay. */
export function without(stage: Stage, hidden: readonly number[]): Stage {
  const buckets = new Map([...stage.buckets].map(([name, objects]) => [name, new Map(objects)]));
  for (const hour of hidden) {
    const digest = stage.chain.hours[hour]?.digest;
    if (digest !== undefined) buckets.get(digest.bucket)?.delete(digest.key);
  }
  return { ...stage, buckets };
}

export function evidenceOf({ forge, chain, buckets, now }: Stage): Evidence {
  return { buckets, now, keys: forge.publicKeys(chain.region, START - 90 * DAY, now + DAY) };
}

/** What the core says of the stage as it lies there now; `later` milliseconds after its own time. */
export function judgeStage(
  stage: Stage,
  later = 0,
): { readonly judged: JudgedChain; readonly codes: ReadonlySet<string> } {
  const now = stage.now + later;
  const seen = trailAt(stage.chain.trail, { chains: [stage.chain], t: now });
  const evidence = evidenceOf({ ...stage, now });
  const judged = judgeChain(evidence, chainOf(stage.chain, seen));
  return { judged, codes: codesOf(evidence, [judged]) };
}
