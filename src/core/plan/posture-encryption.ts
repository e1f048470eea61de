/** Default encryption of the archive bucket. */
import { isRecord } from './policy-element.ts';
import { AS_WANTED, type Fields, onlyRule, type Outcome, postureProblem } from './posture-outcome.ts';

interface EncryptionWish {
  readonly kmsKey: string | null;
  readonly bucketKey: boolean;
  /** The account that owns the bucket: a key without an account is one of its own. */
  readonly owner: string;
}

const KMS = 'aws:kms';
const KMS_TWICE = 'aws:kms:dsse'; // two layers, which know no bucket key

/** Null: the setting that is there is not understood. Without a key of ours, any default encryption will do. */
export function planEncryption(wanted: EncryptionWish, before: Fields): Outcome | null {
  const found = onlyRule(before);
  if (found === null) return null;
  const { ApplyServerSideEncryptionByDefault: current = {} } = found.rule;
  if (!isRecord(current)) return null;
  if (wanted.kmsKey !== null) return planKey({ ...wanted, kmsKey: wanted.kmsKey }, found, current);
  if (current['SSEAlgorithm'] !== undefined) return AS_WANTED;
  return {
    ...AS_WANTED,
    after: found.with({ ...found.rule, ApplyServerSideEncryptionByDefault: { ...current, SSEAlgorithm: 'AES256' } }),
    reasons: ['No default encryption is set.'],
  };
}

function planKey(
  wanted: EncryptionWish & { readonly kmsKey: string },
  found: NonNullable<ReturnType<typeof onlyRule>>,
  current: Fields,
): Outcome {
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = current;
  const twice = algorithm === KMS_TWICE;
  const sameKey = (twice || algorithm === KMS) && isSameKey(key, wanted);
  const sameBucketKey = twice || (found.rule['BucketKeyEnabled'] === true) === wanted.bucketKey;
  if (sameKey && sameBucketKey) return AS_WANTED;
  const after = {
    ...found.rule,
    ApplyServerSideEncryptionByDefault: {
      ...current,
      SSEAlgorithm: twice ? KMS_TWICE : KMS,
      KMSMasterKeyID: sameKey && typeof key === 'string' ? key : wanted.kmsKey,
    },
    ...(twice ? {} : { BucketKeyEnabled: wanted.bucketKey }),
  };
  return {
    ...AS_WANTED,
    after: found.with(after),
    reasons: [
      ...(sameKey ? [] : [`New objects are encrypted with ${nameOf(current)}, not with ${wanted.kmsKey}.`]),
      ...(sameBucketKey ? [] : [`The bucket key is switched ${wanted.bucketKey ? 'off' : 'on'}.`]),
    ],
    breaks: sameKey ? [] : [newReaders(wanted.kmsKey)],
    warnings: sameKey || key === undefined ? [] : [formerKey(nameOf(current))],
  };
}

/** S3 gives back what was written: an ARN, or the bare id or alias of a key of the bucket's owner. */
function isSameKey(found: unknown, { kmsKey, owner }: { readonly kmsKey: string; readonly owner: string }): boolean {
  if (found === kmsKey) return true;
  const [, , , , account, resource] = kmsKey.split(':');
  return account === owner && (resource === found || resource?.replace(/^key\//, '') === found);
}

function nameOf(current: Fields): string {
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = current;
  if (typeof key === 'string') return `key ${key}`;
  if (algorithm === undefined) return 'no key of the configuration';
  return algorithm === 'AES256' ? "S3's own keys" : "AWS's own key for S3";
}

function newReaders(key: string): string {
  return `Whoever reads objects written from now on needs kms:Decrypt on ${key}, and trails that deliver here need kms:GenerateDataKey* on it.`;
}

function formerKey(former: string) {
  return postureProblem(
    'posture-former-key',
    `objects written before stay encrypted with ${former}`,
    'Keep that key and the rights on it: without it those objects are lost.',
  );
}
