/** Changing a digest with CloudTrail's own key: what only AWS, or the thief of its key, could do. */
import { findObject, putObjects, type ObjectName } from '../buckets.ts';
import { digestText, sealDigest, type DigestFields, type DigestLink } from '../digest-file.ts';
import type { Signer } from '../keyring.ts';
import { hourAt, textAt, type Scene } from './scene.ts';

/** Edits the parsed digest in place, or returns the text that shall stand instead. */
export type DigestEdit = (fields: DigestFields) => string | void;

/** An edit whose result goes elsewhere, or is signed with another key than the one it named before. */
interface EditAndSeal {
  readonly edit: DigestEdit;
  readonly at?: ObjectName;
  readonly signer?: Signer;
}

/**
 * Edits one digest, signs it anew with the key it names, and links every later digest of the run to it, so that
 * the edit is the only flaw.
 */
export function reseal(scene: Scene, index: number, edit: DigestEdit): void {
  relinkAfter(scene, index, sealEdited(scene, hourAt(scene, index).digest, edit));
}

/** Links every digest after this one, up to the next start of a chain, to what it has become. */
export function relinkAfter(scene: Scene, index: number, changed: DigestLink): void {
  let link = changed;
  for (const hour of scene.chain.hours.slice(index + 1)) {
    if (hour.starting || findObject(scene.buckets, hour.digest) === undefined) return;
    const previous = link;
    link = sealEdited(scene, hour.digest, (fields) => linkTo(fields, previous));
  }
}

/** Makes a digest name this one as its predecessor. */
export function linkTo(fields: DigestFields, previous: DigestLink): void {
  fields.previousDigestS3Bucket = previous.bucket;
  fields.previousDigestS3Object = previous.key;
  fields.previousDigestHashValue = previous.hash;
  fields.previousDigestHashAlgorithm = 'SHA-256';
  fields.previousDigestSignature = previous.signature;
}

/** Makes a digest the first of a chain. */
export function unlink(fields: DigestFields): void {
  fields.previousDigestS3Bucket = null;
  fields.previousDigestS3Object = null;
  fields.previousDigestHashValue = null;
  fields.previousDigestHashAlgorithm = null;
  fields.previousDigestSignature = null;
}

/** Edits and signs one digest and puts it to `at` (default: where it was). Its successors are left as they are. */
export function sealEdited(scene: Scene, name: ObjectName, edit: DigestEdit | EditAndSeal): DigestLink {
  const { edit: change, at, signer: other }: EditAndSeal = typeof edit === 'function' ? { edit } : edit;
  const before = textAt(scene, name);
  const fields = JSON.parse(before) as DigestFields;
  const edited = change(fields);
  const text = typeof edited === 'string' ? edited : digestText(fields, before.includes(String.raw`\/`));
  const signer = other ?? scene.chain.keyring.signerOf(fields.digestPublicKeyFingerprint);
  const { object, link } = sealDigest(text, { at: at ?? name, signer, generatedAt: null });
  putObjects(scene.buckets, [object]);
  return link;
}
