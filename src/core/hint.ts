/** The next step for each finding: one sentence that a person at night can act on. */
import type { FindingCode } from './verdict.ts';

const SOURCE =
  "look at the bucket's versions and at CloudTrail's data events for who wrote or deleted it; keep the quarantined bytes as evidence";
const ACCESS =
  'add the missing permission named in the detail to the reader role or the bucket policy, then run `orgtrail collect`';

const HINTS: Readonly<Record<FindingCode, string>> = {
  'digest-missing': `the hour is unproven: ${SOURCE}`,
  'digest-malformed': SOURCE,
  'digest-signature-missing':
    'the object lost its metadata, as a copy without metadata does: restore the version that CloudTrail wrote',
  'digest-signature-invalid': `the digest was changed after it was signed: ${SOURCE}`,
  'key-unknown':
    "compare the fingerprint with `aws cloudtrail list-public-keys` of that region; a stranger's key means a forged digest",
  'key-outside-validity': "compare the key's validity in `aws cloudtrail list-public-keys` with the time of the digest",
  'digest-moved':
    'only digests where CloudTrail put them are proof: name the former bucket under formerBuckets if the trail moved',
  'digest-identity': `a digest of another chain lies in this place: ${SOURCE}`,
  'digest-impossible-time': SOURCE,
  'digest-replaced': `the digest was overwritten: ${SOURCE}`,
  'link-hash-mismatch': `one of two neighbouring digests was changed: ${SOURCE}`,
  'link-signature-mismatch': `one of two neighbouring digests was changed: ${SOURCE}`,
  'time-gap': 'compare both digests of the link; AWS tiles time without gap or overlap',
  'chain-fork': 'two digests claim the same predecessor: find out which of them CloudTrail wrote',
  'chain-restarted':
    'look for StopLogging, StartLogging, UpdateTrail and DeleteTrail in the event history of that time',
  'chain-truncated':
    'run `aws cloudtrail get-trail-status`: a newer LatestDigestDeliveryTime means that digests were removed',
  'chain-empty':
    "run `aws cloudtrail get-trail-status` and look at the bucket's versions: digests were removed, or never delivered",
  'validation-off': 'switch validation on: `aws cloudtrail update-trail --enable-log-file-validation`',
  'logging-stopped': 'switch logging on: `aws cloudtrail start-logging`, and find out who stopped it',
  'selectors-narrowed':
    'compare `aws cloudtrail get-event-selectors` with what was recorded, and find out who narrowed it: what is not selected leaves no trace',
  'log-missing': `the digest names it and it is gone: ${SOURCE}`,
  'log-hash-mismatch': `the file was changed after delivery: ${SOURCE}`,
  'log-malformed': `the file is cut, or carries bytes that nobody signed: ${SOURCE}`,
  'gzip-header-data': `the content is proven; CloudTrail writes no gzip header fields, so somebody wrote the file again: ${SOURCE}`,
  'log-unlisted': 'no digest names the file: a later or backfill digest may; otherwise somebody planted it',
  'log-foreign': 'the digest names a file outside its own account, region or bucket; it was not fetched',
  'archive-conflict': 'the archive holds other bytes under this key: find out who wrote them; nothing was overwritten',
  'blocked-access': ACCESS,
  'blocked-kms':
    'allow kms:Decrypt on the key named in the detail to the reader role, in its policy and in the key policy',
  'blocked-keys':
    'allow cloudtrail:ListPublicKeys to the reader role, or wait for the key service; the digest is judged again by itself',
  'blocked-archived': 'restore the object from its archive storage class, then run `orgtrail collect`',
  'blocked-throttled': 'it is tried again by itself; lower limits.objectConcurrency if it stays',
  'blocked-unreachable': 'it is tried again by itself; check the network path to S3 in that region if it stays',
};

/** The next step for a finding. */
export function hintFor(code: FindingCode): string {
  return HINTS[code];
}
