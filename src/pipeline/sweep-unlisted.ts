/** The captured files of a chain on a full sweep: those that no digest names go to quarantine. */
import type { Chain, Source } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { keepApart, release } from '../stages/quarantine.ts';
import { readReceipt } from '../stages/record.ts';
import { settleUnlisted, type UnlistedFound } from '../stages/unlisted.ts';
import { archivePlace, verifyLimits, type PipelineParts, type Slot } from './parts.ts';

/** Judges the captured files of one chain, with the trails of `sources` that share its folders. */
export function sweepUnlisted(
  chain: Chain,
  sources: readonly Source[],
  { parts, slot, signal }: { readonly parts: PipelineParts; readonly slot: Slot; readonly signal: AbortSignal },
): Promise<UnlistedFound> {
  const { archive, inspector, config, clock } = parts;
  const place = archivePlace(config);
  const { maxBytes, maxInflated } = verifyLimits(config);
  const ports = { archive, place };
  return settleUnlisted(chain, sources, {
    ...ports,
    inspector,
    maxBytes,
    maxInflated,
    slot,
    signal,
    readReceipt: (name) => readReceipt(name, ports),
    keepApart: (file) => keepApart({ ...file, digest: null, trail: null }, ports),
    release: (entry, proof) => release(entry, proof, ports),
    now: clock.now(),
    grace: config.limits.unlistedGraceHours * HOUR,
  });
}
