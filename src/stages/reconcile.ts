/** Reconcile: is the archive bucket fit for what is kept in it? Looks only; nothing but the probe object is written. */
import type { Place, Problem } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { ArchiveStore, BucketPosture } from '../ports.ts';

interface Wish {
  readonly part: keyof BucketPosture;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

const WISHES: readonly Wish[] = [
  {
    part: 'versioning',
    code: 'posture-versioning',
    detail: 'versioning is off: an overwrite would leave no trace',
    hint: 'aws s3api put-bucket-versioning --versioning-configuration Status=Enabled',
  },
  {
    part: 'objectLock',
    code: 'posture-object-lock',
    detail: 'Object Lock is off: whoever may delete versions can remove evidence',
    hint: 'aws s3api put-object-lock-configuration with a default retention',
  },
  {
    part: 'encrypted',
    code: 'posture-encryption',
    detail: 'the bucket has no default encryption',
    hint: 'aws s3api put-bucket-encryption',
  },
  {
    part: 'publicAccessBlocked',
    code: 'posture-public-access',
    detail: 'Block Public Access is not fully on',
    hint: 'aws s3api put-public-access-block with all four settings true',
  },
];

/** What one look at the archive bucket says. */
export interface ArchiveLook {
  /** False: it cannot be used as it is, so that nothing may be written to it. */
  readonly fit: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Everything about the archive bucket that a person should know; no problems when all is well and could be seen.
 * @param held settings that the configuration holds in a state of their own: the plan tells of those
 */
export async function reconcileArchive(
  archive: ArchiveStore,
  place: Place & { readonly owner: string },
  held: ReadonlySet<keyof BucketPosture>,
): Promise<ArchiveLook> {
  try {
    await archive.probeConditionalWrites(place.bucket, place.owner, place.prefix);
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return { fit: false, problems: [problemOf(error)] };
  }
  const posture = await archive.posture(place.bucket, place.owner);
  const problems = WISHES.flatMap(({ part, code, detail, hint }) => {
    if (held.has(part) || posture[part] === true) return [];
    const seen = posture[part] === null ? `${part} of the archive bucket could not be read` : detail;
    return [{ code: posture[part] === null ? `${code}-unknown` : code, detail: `s3://${place.bucket}: ${seen}`, hint }];
  });
  return { fit: true, problems };
}
