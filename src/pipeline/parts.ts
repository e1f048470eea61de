/** What the pipeline stands on, and the few numbers of the configuration that it hands to the stages. */
import type { Config } from '../config.ts';
import type { Place } from '../core/source.ts';
import type { ArchiveStore, Clock, Documents, Inspector, Organizations, Sessions } from '../ports.ts';

export interface PipelineParts {
  readonly config: Config;
  readonly sessions: Sessions;
  readonly organizations: Organizations;
  readonly archive: ArchiveStore;
  /** Policies and settings of the archive, and of members where they may be written. */
  readonly documents: Documents;
  readonly inspector: Inspector;
  readonly clock: Clock;
}

/** Runs one transfer when there is room. */
export type Slot = <Value>(transfer: () => Promise<Value>) => Promise<Value>;

/** Where the archive lies and who owns it. */
export function archivePlace(config: Config): Place & { readonly owner: string } {
  const { bucket, prefix, owner } = config.archive;
  return { bucket, prefix, owner };
}

/** The limits that verifying needs, in milliseconds and bytes. */
export function verifyLimits(config: Config): {
  readonly maxInflated: number;
  readonly keySlack: number;
  readonly maxBytes: number;
} {
  const { maxInflatedBytes, publicKeySlackMinutes, maxObjectBytes } = config.limits;
  return { maxInflated: maxInflatedBytes, keySlack: publicKeySlackMinutes * 60_000, maxBytes: maxObjectBytes };
}
