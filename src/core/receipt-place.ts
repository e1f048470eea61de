/** Where a receipt says that bytes were put: a rewritten one must not lead to bytes that are kept for another file. */
import { provenKey, quarantineKey } from './layout.ts';
import { parseKey } from './key.ts';
import type { Origin, Receipt } from './receipt.ts';

/**
 * What is wrong with the places in a decoded receipt; null when each is where orgtrail puts such a file.
 * @param prefix the archive's, to which the places belong
 */
export function placeFault({ chain, digest, logs }: Receipt, prefix: string): string | null {
  if (typeof chain.trailArn !== 'string') return 'the trail in it is no text';
  if (!isPlace(digest, prefix)) return 'the place of its digest is none that orgtrail writes to';
  const line = logs.find((log) => !isPlace(log, prefix));
  return line === undefined ? null : `the place of ${line.origin.key} is none that orgtrail writes to`;
}

/** Proven bytes lie at the file's own key, failed ones below its quarantine folder, and nothing lies elsewhere. */
function isPlace(
  file: { readonly origin: Origin; readonly place: string | null; readonly verdict: string },
  prefix: string,
): boolean {
  const { origin, place, verdict } = file;
  if (place === null) return verdict !== 'valid';
  if (parseKey(origin.key) === null) return false;
  if (verdict === 'valid') return place === provenKey(prefix, origin.key);
  const apart = `${quarantineKey(prefix, origin, verdict)}/bytes-`;
  return place.startsWith(apart) && /^[0-9a-f]{16}$/.test(place.slice(apart.length));
}
