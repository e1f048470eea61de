/** Damages to a digest's user metadata, where its signature lives. */
import type { FindingCode } from '../../../../src/core/verdict.ts';
import { hourAt, hourIndex, rewrite, truthOf, type Damage } from './scene.ts';

function metadataDamage(
  kind: string,
  expected: readonly FindingCode[],
  change: (metadata: Map<string, string>) => void,
): Damage {
  return (scene, spot) => {
    const hour = hourAt(scene, hourIndex(scene, spot));
    rewrite(scene, hour.digest, (object) => {
      const metadata = new Map(object.metadata);
      change(metadata);
      return { metadata };
    });
    return truthOf(scene, { kind, objects: [hour.digest], hours: [hour], expected });
  };
}

function signatureDamage(
  kind: string,
  expected: readonly FindingCode[],
  change: (signature: string) => string,
): Damage {
  return metadataDamage(
    kind,
    expected,
    (metadata) => void metadata.set('signature', change(metadata.get('signature') ?? '')),
  );
}

const REFUSED: readonly FindingCode[] = ['digest-signature-invalid', 'digest-malformed'];

/** What a plain copy of a bucket does. */
export const loseMetadata = metadataDamage("a digest's metadata lost", ['digest-signature-missing'], (metadata) =>
  metadata.clear(),
);
export const loseSignature = metadataDamage(
  "a digest's signature lost",
  ['digest-signature-missing'],
  (metadata) => void metadata.delete('signature'),
);
export const loseAlgorithm = metadataDamage(
  "a digest's signature-algorithm lost",
  ['digest-signature-missing', ...REFUSED],
  (metadata) => void metadata.delete('signature-algorithm'),
);
export const otherAlgorithm = metadataDamage(
  'another algorithm named in the metadata',
  REFUSED,
  (metadata) => void metadata.set('signature-algorithm', 'SHA1withRSA'),
);

export const flipSignature = signatureDamage(
  "one digit of a digest's signature changed",
  ['digest-signature-invalid'],
  (signature) => (signature.startsWith('0') ? '1' : '0') + signature.slice(1),
);
export const upperCaseSignature = signatureDamage("a digest's signature in upper case", REFUSED, (signature) =>
  signature.toUpperCase(),
);
export const cutSignature = signatureDamage("a digest's signature cut short", REFUSED, (signature) =>
  signature.slice(0, -2),
);
export const emptySignature = signatureDamage(
  "a digest's signature empty",
  ['digest-signature-missing', ...REFUSED],
  () => '',
);
export const garbleSignature = signatureDamage(
  "a digest's signature is no hexadecimal number",
  REFUSED,
  (signature) => `zz${signature.slice(2)}`,
);
