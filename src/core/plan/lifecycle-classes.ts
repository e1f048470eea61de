/** Storage classes as S3's lifecycle knows them. Days and bytes are AWS's (User Guide, "Transitioning objects"). */
import type { StorageClass } from './wanted.ts';

interface ClassFacts {
  /** What one rule may move objects on to: downwards only, and from ONEZONE_IA and GLACIER_IR to the archives alone. */
  readonly onTo: readonly StorageClass[];
  /** Days that are billed at least, and that a later transition of the same rule has to wait. */
  readonly leastDays: number;
  /** The age in days below which S3 takes no transition into it. */
  readonly earliest: number;
  /** Bytes that each object is billed as at least. */
  readonly leastBytes: number;
  /** Bytes that each object costs besides its own: kept in the class, and in STANDARD. */
  readonly overhead: { readonly within: number; readonly standard: number };
  /** Objects have to be restored before anything can read them. */
  readonly archive: boolean;
}

const KB = 1024;
/** Below this no object moves, unless the bucket's default is changed or the rule filters by size. */
export const MINIMUM_BYTES = 128 * KB;

const NONE = { within: 0, standard: 0 };
const INDEX = { within: 32 * KB, standard: 8 * KB };
const NO_LIMITS = { leastDays: 0, earliest: 0, leastBytes: 0, overhead: NONE, archive: false };
const COLDER = {
  STANDARD_IA: ['INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
  INTELLIGENT_TIERING: ['ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
  ONEZONE_IA: ['GLACIER', 'DEEP_ARCHIVE'],
  GLACIER_IR: ['GLACIER', 'DEEP_ARCHIVE'],
  GLACIER: ['DEEP_ARCHIVE'],
  DEEP_ARCHIVE: [],
} as const;

export const CLASSES: Readonly<Record<StorageClass, ClassFacts>> = {
  STANDARD_IA: { ...NO_LIMITS, onTo: COLDER.STANDARD_IA, leastDays: 30, earliest: 30, leastBytes: MINIMUM_BYTES },
  INTELLIGENT_TIERING: { ...NO_LIMITS, onTo: COLDER.INTELLIGENT_TIERING },
  ONEZONE_IA: { ...NO_LIMITS, onTo: COLDER.ONEZONE_IA, leastDays: 30, earliest: 30, leastBytes: MINIMUM_BYTES },
  GLACIER_IR: { ...NO_LIMITS, onTo: COLDER.GLACIER_IR, leastDays: 90, leastBytes: MINIMUM_BYTES },
  GLACIER: { ...NO_LIMITS, onTo: COLDER.GLACIER, leastDays: 90, overhead: INDEX, archive: true },
  DEEP_ARCHIVE: { ...NO_LIMITS, onTo: COLDER.DEEP_ARCHIVE, leastDays: 180, overhead: INDEX, archive: true },
};
