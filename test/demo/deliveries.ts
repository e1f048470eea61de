/** CloudTrail at work: what is due by the demo's clock is put into the members' buckets, and the trails' status follows. */
import type { Clock } from '../../src/ports.ts';
import type { WorldDelivery } from '../cloud/forge/world.ts';
import type { Organization } from '../flow/organization.ts';

const EVERY_MS = 200;
const DAY_MS = 86_400_000;

export interface Deliveries {
  stop(): void;
}

/** `onDelivery` is told in the same turn in which the object lands: nobody has seen it yet. */
export function startDeliveries(
  { world, cloud }: Pick<Organization, 'world' | 'cloud'>,
  clock: Clock,
  onDelivery: (delivery: WorldDelivery) => void,
): Deliveries {
  const known = new Set(cloud.control.publicKeys.map((key) => `${key.region}/${key.fingerprint}`));
  const regions = [...new Set(world.chains.map((chain) => chain.region))];
  const publishKeys = (now: number): void => {
    const keys = regions.flatMap((region) => world.publicKeys(region, now - DAY_MS, now + DAY_MS));
    const fresh = keys.filter((key) => !known.has(`${key.region}/${key.fingerprint}`));
    for (const key of fresh) known.add(`${key.region}/${key.fingerprint}`);
    cloud.control.publicKeys.push(...fresh);
  };
  const deliver = (): void => {
    const now = clock.now();
    let delivered = 0;
    for (const delivery of world.deliverUntil(now)) {
      if (delivery.what !== 'log') publishKeys(now);
      cloud.put(delivery.object);
      onDelivery(delivery);
      delivered += 1;
    }
    if (delivered === 0) return;
    for (const trail of world.trailsAt(now)) cloud.control.changeTrailStatus(trail.arn, trail.status);
  };
  const timer = setInterval(deliver, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
