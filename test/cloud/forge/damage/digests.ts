/** Damages to digests that need no key: deletion, other bytes, other places, and what stands in the metadata. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FindingCode, NoteCode } from '../../../../src/core/verdict.ts';
import { objectAt, putObjects, type ObjectName } from '../buckets.ts';
import type { HourRecord } from '../chain-types.ts';
import { sealDigest, type DigestFields } from '../digest-file.ts';
import { strangerSigner } from '../keyring.ts';
import * as gzip from './gzip-bytes.ts';
import { hourAt, hourIndex, remove, rewrite, textAt, truthOf, type Damage, type Scene, type Truth } from './scene.ts';

const FORGED = '{"logFiles":[]}';

/** A damage that only changes the bytes of one digest. */
function bodyDamage(
  kind: string,
  expected: readonly (FindingCode | NoteCode)[],
  change: (body: Uint8Array) => Uint8Array,
): Damage {
  return (scene, spot) => {
    const hour = hourAt(scene, hourIndex(scene, spot));
    rewrite(scene, hour.digest, ({ body }) => ({ body: change(body) }));
    return truthOf(scene, { kind, objects: [hour.digest], hours: [hour], expected });
  };
}

export const appendJunkToDigest = bodyDamage('junk appended to a digest', ['digest-malformed'], (body) =>
  gzip.withJunk(body, 'junk'),
);
export const appendMemberToDigest = bodyDamage('a gzip member appended to a digest', ['digest-malformed'], (body) =>
  gzip.withSecondMember(body, FORGED),
);
export const appendZerosToDigest = bodyDamage('zero bytes appended to a digest', ['digest-malformed'], (body) =>
  gzip.withZeros(body, 16),
);
export const cutDigestTrailer = bodyDamage("a digest's gzip trailer cut off", ['digest-malformed'], (body) =>
  gzip.withoutLast(body, 8),
);
export const flipDigestCrc = bodyDamage("a digest's gzip CRC flipped", ['digest-malformed'], gzip.withFlippedCrc);
export const emptyDigest = bodyDamage('a digest emptied to zero bytes', ['digest-malformed'], () => new Uint8Array());
export const replaceDigestByText = bodyDamage(
  'a digest replaced by something that is no JSON',
  ['digest-malformed'],
  () => gzipSync('<html></html>'),
);
export const replaceDigestByBomb = bodyDamage('a digest replaced by a gzip bomb', ['digest-malformed'], gzip.bomb);
export const recompressDigest = bodyDamage('a digest compressed anew, same content', [], gzip.recompressed);

export const hideDataInDigestHeader = (field: gzip.HeaderField): Damage =>
  bodyDamage(`data hidden in a digest's gzip ${field} field`, ['gzip-header-data'], (body) =>
    gzip.withHeaderData(body, field, FORGED),
  );

/** A digest that no longer names its log files, under the old signature. */
export const alterDigest = bodyDamage(
  'a digest altered under its old signature',
  ['digest-signature-invalid'],
  (body) => {
    const fields = JSON.parse(gunzipSync(body).toString('utf8')) as DigestFields;
    return gzipSync(
      JSON.stringify({ ...fields, logFiles: [], newestEventTime: null, oldestEventTime: '2001-01-01T00:00:00Z' }),
    );
  },
);

/** Digests `from` to `to` (both included) and, unless told otherwise, the log files they name. */
export function deleteDigests(
  scene: Scene,
  run: { readonly from: number; readonly to: number; readonly keepLogs?: boolean },
): Truth {
  const hours = scene.chain.hours.slice(run.from, run.to + 1);
  if (hours.length !== run.to - run.from + 1)
    throw new RangeError(`the chain has no intervals ${run.from} to ${run.to}`);
  const objects = hours.flatMap(({ digest, logs }) => (run.keepLogs === true ? [digest] : [digest, ...logs]));
  remove(scene, objects);
  const kind = `${hours.length} digests deleted${run.keepLogs === true ? '' : ' with their log files'}`;
  return truthOf(scene, { kind, objects, hours, expected: [expectedOf(scene, run)] });
}

function expectedOf(scene: Scene, { from, to }: { readonly from: number; readonly to: number }): FindingCode {
  if (to < scene.chain.hours.length - 1) return 'digest-missing';
  return from === 0 ? 'chain-empty' : 'chain-truncated';
}

export const deleteDigest: Damage = (scene, spot) => {
  const at = hourIndex(scene, spot);
  return deleteDigests(scene, { from: at, to: at });
};

export const deleteTwoDigests: Damage = (scene, spot) => {
  const at = hourIndex(scene, spot);
  return deleteDigests(scene, { from: at, to: at + 1 });
};

/** The newest three, or what is left of them in a short chain. */
export const deleteNewestDigests: Damage = (scene) => {
  const last = scene.chain.hours.length - 1;
  return deleteDigests(scene, { from: Math.max(1, last - 2), to: last });
};

export const deleteAllDigests: Damage = (scene) => deleteDigests(scene, { from: 0, to: scene.chain.hours.length - 1 });

/** The same bytes and metadata elsewhere; the original is gone. */
export function moveDigest(scene: Scene, move: { readonly hour: number; readonly to: ObjectName }): Truth {
  const hour = hourAt(scene, hourIndex(scene, { hour: move.hour }));
  const object = objectAt(scene.buckets, hour.digest);
  remove(scene, [hour.digest]);
  putObjects(scene.buckets, [{ ...object, ...move.to }]);
  return truthOf(scene, {
    kind: 'a digest moved to another place',
    objects: [hour.digest, move.to],
    hours: [hour],
    expected: ['digest-moved'],
  });
}

/** An older digest of the chain over a newer one, with its own genuine signature. */
export const replayOlderDigest: Damage = (scene, spot) => {
  const at = hourIndex(scene, spot);
  const hour = hourAt(scene, at);
  const older = objectAt(scene.buckets, hourAt(scene, at - 1).digest);
  putObjects(scene.buckets, [{ ...older, ...hour.digest }]);
  return truthOf(scene, {
    kind: 'an older digest put over a newer one',
    objects: [hour.digest],
    hours: [hour],
    expected: ['digest-moved', 'digest-identity'],
  });
};

/** The digest of another chain of the scene's forge over this one, with its genuine signature. */
export function replayForeignDigest(
  scene: Scene,
  { hour, foreign }: { readonly hour: number; readonly foreign: HourRecord },
): Truth {
  const own = hourAt(scene, hourIndex(scene, { hour }));
  putObjects(scene.buckets, [{ ...objectAt(scene.buckets, foreign.digest), ...own.digest }]);
  return truthOf(scene, {
    kind: "another chain's digest put over this one",
    objects: [own.digest],
    hours: [own],
    expected: ['digest-moved', 'digest-identity'],
  });
}

function resignedByStranger(
  kind: string,
  expected: readonly FindingCode[],
  fingerprintOf: (own: string, strangers: string) => string,
): Damage {
  return (scene, spot) => {
    const hour = hourAt(scene, hourIndex(scene, spot));
    const stranger = strangerSigner('outsider');
    const text = textAt(scene, hour.digest).replace(/(?<="digestPublicKeyFingerprint":")[0-9a-f]{32}/, (own) =>
      fingerprintOf(own, stranger.fingerprint),
    );
    putObjects(scene.buckets, [sealDigest(text, { at: hour.digest, signer: stranger, generatedAt: null }).object]);
    return truthOf(scene, { kind, objects: [hour.digest], hours: [hour], expected });
  };
}

/** Well signed, with a key that CloudTrail never published. */
export const signWithUnknownKey = resignedByStranger(
  'a digest signed with an unknown key',
  ['key-unknown'],
  (_own, strangers) => strangers,
);

/** Signed with another key than the one it names. */
export const signUnderFalseFingerprint = resignedByStranger(
  'a digest signed with another key than it names',
  ['digest-signature-invalid'],
  (own) => own,
);
