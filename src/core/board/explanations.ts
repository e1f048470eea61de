/**
 * Every state and every code in plain words: what it means, and what to do. A new state or code without a sentence here
 * does not compile. The pages link each code to its sentence, and src/web/README.md repeats them.
 */
import type { BlockedCode, CellState, ChainCode, DigestCode, LinkCode, LogCode, NoteCode } from '../verdict.ts';
import { DAEMON_EXPLANATIONS, familyExplanation } from './daemon-explanations.ts';

/** Of a cell, and of an account or a chain, whose state is its worst cell's. */
export const STATE_EXPLANATIONS: Readonly<Record<CellState, string>> = {
  verified:
    'Every digest of the time is there, is signed by AWS and linked to its neighbours, and every log file that it names has the content that it was written with. Nothing is to be done.',
  pending: 'The digest of this hour is not due yet; CloudTrail delivers it within about an hour. Wait.',
  'gap-explained':
    'There is no digest, and there ought to be none: logging was stopped and started again, as CloudTrail itself recorded. Nothing happened that could be proven; see whether the pause was meant.',
  unverifiable:
    'There is nothing that proves this time: log files without digests, as while validation was off. It can never be proven afterwards; switch validation on so that it ends.',
  unknown:
    "Nobody has said what ought to be here, so nothing is claimed. Look at the account's problems for what may not be read.",
  stale:
    'The last look is too old to be believed, so an earlier answer no longer counts. See on the System page whether a worker runs.',
  late: 'The digest is overdue and was not seen yet. It may still arrive; if it does not, the trail has stopped, or somebody removed it.',
  blocked:
    'orgtrail could not look: a permission, a key or a connection is missing. Nothing is proven and nothing is disproven; the reason names what is missing.',
  failed:
    'The evidence contradicts itself: a file or a digest is missing, changed, cut, or not signed as it ought to be. Open the finding, and keep what is in quarantine.',
};

type VerdictCode = DigestCode | LinkCode | ChainCode | LogCode | NoteCode;

const BLOCKED: Readonly<Record<BlockedCode, string>> = {
  'blocked-access':
    'Access was denied, so it could not be looked at. Add the permission that the detail names; orgtrail tries again by itself.',
  'blocked-kms':
    "The object is encrypted with a KMS key that may not be used. Allow kms:Decrypt to the role that the detail names, in its policy and in the key's.",
  'blocked-keys':
    'The public keys of CloudTrail could not be asked for, so no signature was checked. Allow cloudtrail:ListPublicKeys, or wait for the service.',
  'blocked-archived':
    'The object lies in an archive storage class and cannot be read at once. Restore it, then let it be looked at again.',
  'blocked-throttled':
    'AWS refused for the number of calls. It is tried again by itself; lower limits.objectConcurrency if it stays.',
  'blocked-unreachable':
    'There was no answer, or none that makes sense. It is tried again by itself; check the network path if it stays.',
};

const VERDICTS: Readonly<Record<Exclude<VerdictCode, BlockedCode>, string>> = {
  valid: 'Everything about it was checked and holds.',
  'digest-missing':
    'A digest that must exist is nowhere, so its hour is unproven. Look at the versions of the bucket and for who deleted it.',
  'digest-malformed':
    'The digest is no digest that CloudTrail writes: cut, or changed. Its bytes are in quarantine; look for who wrote them.',
  'digest-signature-missing':
    'The digest has no signature in its metadata, as after a copy without metadata. Restore the version that CloudTrail wrote.',
  'digest-signature-invalid':
    'The signature does not fit the digest: it was changed after it was signed. Look for who wrote it, and keep the bytes.',
  'key-unknown':
    "The digest is signed with a key that AWS does not know. Compare the fingerprint with `aws cloudtrail list-public-keys`; a stranger's key means a forgery.",
  'key-outside-validity':
    'The key that signed the digest was not valid at that time. Compare its validity with the time of the digest.',
  'digest-moved':
    'The digest says that it was written elsewhere. Only where CloudTrail put it is it proof; name a former bucket under formerBuckets.',
  'digest-identity':
    'A digest of another account, region, trail or time lies in this place. Look for who put it there.',
  'digest-impossible-time': 'The times in the digest cannot be. Look for who wrote it, and keep the bytes.',
  'digest-replaced':
    'The source holds another digest than the one that was recorded. The archive keeps the first; look for who overwrote it.',
  linked: 'The digest and its predecessor confirm each other.',
  'chain-start': 'The chain begins here, as AWS signed it: there is no predecessor.',
  'link-hash-mismatch':
    'The digest names another content for its predecessor: one of the two was changed. Compare both.',
  'link-signature-mismatch':
    'The digest names another signature for its predecessor: one of the two was changed. Compare both.',
  'time-gap':
    "Two linked digests leave a gap between their times or overlap; AWS's tile time without either. Compare both.",
  'chain-fork': 'Two digests claim the same predecessor. Find out which of them CloudTrail wrote.',
  'chain-restarted':
    'The chain begins anew without a recorded stop of logging. Look for StopLogging, DeleteTrail and UpdateTrail around that time.',
  'chain-truncated':
    "The newest digests are gone, or no longer come, though AWS delivered newer ones. Run `aws cloudtrail get-trail-status` and look at the bucket's versions.",
  'chain-empty': 'A chain that ought to exist has no digest at all. They were removed, or never delivered.',
  'validation-off': 'The trail writes no digests, so nothing of it can be proven. Switch log file validation on.',
  'logging-stopped': 'The trail is switched off. Switch it on, and find out who stopped it.',
  'selectors-narrowed':
    'The trail records less than it did. Compare its event selectors; what is not selected leaves no trace.',
  'log-missing':
    'A digest names the log file, and the source does not hold it. The detail says whether the archive holds its proven bytes; if not, the hour is unproven. Look at the versions of the bucket and for who deleted it.',
  'log-hash-mismatch':
    'The log file is not what CloudTrail delivered: its content was changed. The bytes are in quarantine; look for who wrote them.',
  'log-malformed':
    'The log file is cut, or carries bytes that nobody signed. The bytes are in quarantine; look for who wrote them.',
  'log-unlisted':
    'No digest names the log file. A later one may; otherwise somebody planted it. It is kept in quarantine.',
  'log-foreign': 'The digest names a file outside of its own account, region or bucket. It was not fetched.',
  'archive-conflict':
    'The archive already holds other bytes under this key. Nothing was overwritten; find out who wrote them.',
  'log-recompressed': 'The content is as it was signed, compressed anew by somebody. It counts as proven.',
  'gzip-header-data':
    'The content is proven; its gzip header carries data that CloudTrail does not write. Look for who wrote the file again.',
  'log-listed-twice': 'The digest names the log file more than once. It counts once.',
};

/** Every code of a verdict with its sentence. */
export const CODE_EXPLANATIONS: Readonly<Record<VerdictCode, string>> = { ...VERDICTS, ...BLOCKED };

const BY_CODE: ReadonlyMap<string, string> = new Map(Object.entries({ ...CODE_EXPLANATIONS, ...DAEMON_EXPLANATIONS }));

/** The sentence for any code, also for one that this version does not know: its detail and its hint say the rest. */
export function explanationOf(code: string): string {
  return BY_CODE.get(code) ?? familyExplanation(code) ?? 'Its detail says what was seen, and its next step what to do.';
}
