/** The end of an interval: the digest over its log files, and everything in order of delivery. */
import { destinationOf, type ChainState } from './chain-state.ts';
import type { Delivery, ForgedHour, HourRecord } from './chain-types.ts';
import { digestFields, digestText, sealDigest, type DigestLink, type ForgedDigest } from './digest-file.ts';
import type { ForgedLog } from './log-file.ts';
import { digestKey } from './object-keys.ts';
import { SECOND } from './times.ts';

interface Closing {
  readonly start: number;
  readonly end: number;
  readonly logs: readonly ForgedLog[];
  readonly withheld: number;
  readonly delay: number;
}

/** The digest over an interval appears about half an hour after its end and is signed then, with the key of that time. */
export function closeHour(state: ChainState, { start, end, logs, withheld, delay }: Closing): ForgedHour {
  const kept = logs.slice(0, Math.max(0, logs.length - withheld));
  const signedAt = end + state.setup.random.fork(`digest/${start}`).int(29 * 60 + 40, 30 * 60 + 9) * SECOND;
  const plan = { start, end, logs: kept, signedAt, previous: state.previous, generatedAt: null };
  const digest = { ...signedDigest(state, plan), deliveredAt: signedAt + delay };
  const hour = assemble(
    { start, end, starting: state.previous === null, digest, logs: kept, withheld: logs.slice(kept.length) },
    'digest',
  );
  state.hours.push(recordOf(hour));
  state.previous = digest.link;
  state.nextStart = end;
  return hour;
}

interface DigestPlan {
  readonly start: number;
  readonly end: number;
  readonly logs: readonly ForgedLog[];
  readonly signedAt: number;
  readonly previous: DigestLink | null;
  readonly generatedAt: number | null;
}

export function signedDigest(state: ChainState, plan: DigestPlan): Omit<ForgedDigest, 'deliveredAt'> {
  const { account, region, trail, keyring, escapeSlashes } = state.setup;
  const to = destinationOf(state);
  const name = { trail: trail.name, home: trail.homeRegion, end: plan.end, backfill: plan.generatedAt !== null };
  const at = { bucket: to.bucket, key: digestKey(to, { account, region }, name) };
  const signer = keyring.signerAt(region, plan.signedAt);
  const { start, end, logs, previous } = plan;
  const fields = digestFields({ account, start, end, ...at, previous, logs, fingerprint: signer.fingerprint });
  return sealDigest(digestText(fields, escapeSlashes), { at, signer, generatedAt: plan.generatedAt });
}

export function assemble(parts: Omit<ForgedHour, 'deliveries'>, what: 'digest' | 'backfill-digest'): ForgedHour {
  const { object, deliveredAt } = parts.digest;
  return {
    ...parts,
    deliveries: inOrder([...[...parts.logs, ...parts.withheld].map(logDelivery), { what, object, deliveredAt }]),
  };
}

export function logDelivery({ object, deliveredAt }: ForgedLog): Delivery {
  return { what: 'log', object, deliveredAt };
}

/** By time of delivery, then by key, so that the order never depends on how it came about. */
export function inOrder<T extends Delivery>(deliveries: readonly T[]): T[] {
  return deliveries.toSorted((a, b) => a.deliveredAt - b.deliveredAt || (a.object.key < b.object.key ? -1 : 1));
}

export function recordOf(hour: ForgedHour): HourRecord {
  const nameOf = ({
    object: { bucket, key },
  }: {
    readonly object: { readonly bucket: string; readonly key: string };
  }) => ({ bucket, key });
  return {
    start: hour.start,
    end: hour.end,
    starting: hour.starting,
    digest: nameOf(hour.digest),
    deliveredAt: hour.digest.deliveredAt,
    logs: hour.logs.map(nameOf),
    withheld: hour.withheld.map(nameOf),
  };
}
