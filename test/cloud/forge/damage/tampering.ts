/** The 25 manipulations of the published comparison with `aws cloudtrail validate-logs`, in its numbering (V1-V25). */
import * as digests from './digests.ts';
import * as logs from './logs.ts';
import type { Damage } from './scene.ts';
import * as chains from './signed-chains.ts';
import * as contents from './signed-contents.ts';

export interface Tampering {
  readonly id: string;
  readonly name: string;
  /** Only AWS, or the thief of its key, could do it. */
  readonly needsSigningKey: boolean;
  readonly apply: Damage;
}

const foreign: Damage = (scene, spot) =>
  contents.listForeignLog(scene, { place: 'account', ...(spot === undefined ? {} : { spot }) });
const newestStartIn1970: Damage = (scene, spot) => contents.startIn1970(scene, spot ?? { hour: -1 });

const ROWS: readonly (readonly [name: string, needsSigningKey: boolean, apply: Damage])[] = [
  ['newest digests and their logs deleted', false, digests.deleteNewestDigests],
  ['all digests and logs deleted', false, digests.deleteAllDigests],
  ['two digests in a row and their logs deleted', false, digests.deleteTwoDigests],
  ['log in no digest planted', false, logs.plantLog],
  ['gzip member appended to a log', false, logs.appendMemberToLog],
  ['junk appended to a log', false, logs.appendJunkToLog],
  ['junk appended to a digest', false, digests.appendJunkToDigest],
  ['gzip member appended to a digest', false, digests.appendMemberToDigest],
  ['log recompressed, same content', false, logs.recompressLog],
  ['log altered', false, logs.alterLog],
  ["log's last 4 bytes cut", false, logs.cutLogLengthField],
  ["log's whole trailer cut", false, logs.cutLogTrailer],
  ["log's gzip CRC flipped", false, logs.flipLogCrc],
  ["payload hidden in a log's gzip header", false, logs.hideDataInLogHeader('comment')],
  ['previousDigestHashValue wrong', true, contents.wrongPreviousHash],
  ['previousDigestSignature of another digest', true, contents.previousSignatureOfAnother],
  ['chain restarted to hide a deletion', false, chains.restartHidingDeletion],
  ['digests skipped by the next link and deleted', true, chains.skipDigests],
  ["digest names a log of another account's", true, foreign],
  ['awsAccountId of another account', true, contents.otherAccountInside],
  ['digestStartTime 1970 in the newest digest', true, newestStartIn1970],
  ["digestEndTime disagrees with the key's time", true, contents.otherEndTime],
  ['digest signed with an unknown key', false, digests.signWithUnknownKey],
  ['hashAlgorithm MD5', true, contents.otherHashAlgorithm],
  ['JSON key logFiles twice', true, contents.duplicateLogFiles],
];

export const TAMPERINGS: readonly Tampering[] = ROWS.map(([name, needsSigningKey, apply], index) => ({
  id: `V${index + 1}`,
  name,
  needsSigningKey,
  apply,
}));
