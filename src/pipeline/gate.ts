/** Nothing is written before the archive's store has shown that it keeps conditional writes: all rests on that. */
import type { Place } from '../core/source.ts';
import type { ArchiveStore } from '../ports.ts';

/** Resolves once the store has shown it, for the life of the process; throws `archive-unfit` and asks again next time. */
export function openGate(archive: ArchiveStore, place: Place & { readonly owner: string }): () => Promise<void> {
  let shown: Promise<void> | null = null;
  return () => {
    shown ??= archive.probeConditionalWrites(place.bucket, place.owner, place.prefix).catch((error: unknown) => {
      shown = null;
      throw error;
    });
    return shown;
  };
}
