/** A trail as DescribeTrails and GetTrailStatus of its home region show it at a time. */
import type { CloudTrail } from '../types.ts';
import type { ForgedChain } from './chain-types.ts';

/** The trail's bucket, prefix and status at `t`, read from what its chains have done by then. */
export function trailAt(
  trail: CloudTrail,
  { chains, t }: { readonly chains: readonly ForgedChain[]; readonly t: number },
): CloudTrail {
  const own = chains.find((chain) => chain.account === trail.account && chain.region === trail.homeRegion);
  const all = (own?.switches ?? []).filter(({ at }) => at <= t);
  const switches = all.slice(
    Math.max(
      0,
      all.findLastIndex(({ anew }) => anew === true),
    ),
  );
  const lastTime = (logging: boolean): number | null => switches.findLast((one) => one.logging === logging)?.at ?? null;
  const place = own?.destinations.findLast(({ since }) => since <= t);
  const delivered = (own?.hours ?? []).map(({ deliveredAt }) => deliveredAt).filter((at) => at <= t);
  return {
    ...trail,
    bucket: place?.bucket ?? trail.bucket,
    prefix: place === undefined ? trail.prefix : place.prefix,
    validation: trail.validation && !(own?.unprovenSpans ?? []).some(({ from, until }) => from <= t && t < until),
    status: {
      logging: switches.at(-1)?.logging ?? false,
      latestDigestDelivery: delivered.length === 0 ? null : delivered.reduce((latest, at) => Math.max(latest, at)),
      latestDigestError: null,
      startedLogging: lastTime(true),
      stoppedLogging: lastTime(false),
    },
  };
}
