/** Digests with a good signature over bad contents: defence in depth against a stolen key or a mistake at AWS. */
import { hash } from 'node:crypto';
import type { FindingCode } from '../../../../src/core/verdict.ts';
import { writeForeign, type ForeignPlace } from './foreign-logs.ts';
import { entryOf, type DigestFields } from '../digest-file.ts';
import { DAY, HOUR, isoSeconds } from '../times.ts';
import { relinkAfter, reseal, sealEdited } from './reseal.ts';
import { hourAt, hourIndex, textAt, truthOf, type Damage, type Scene, type Spot, type Truth } from './scene.ts';

/** A damage that edits one digest, signs it, and links the later ones to it. */
function contentDamage(
  kind: string,
  expected: readonly FindingCode[],
  edit: (fields: DigestFields, scene: Scene, index: number) => string | void,
): Damage {
  return (scene, spot) => {
    const index = hourIndex(scene, spot);
    const hour = hourAt(scene, index);
    reseal(scene, index, (fields) => edit(fields, scene, index));
    return truthOf(scene, { kind, objects: [hour.digest], hours: [hour], expected });
  };
}

const OTHER_HASH = hash('sha256', 'another digest');

export const wrongPreviousHash = contentDamage(
  'a wrong previousDigestHashValue, signed',
  ['link-hash-mismatch'],
  (fields) => {
    needPrevious(fields);
    fields.previousDigestHashValue = OTHER_HASH;
  },
);

function needPrevious(fields: DigestFields): void {
  if (fields.previousDigestHashValue === null) throw new RangeError('a starting digest has no link to damage');
}

/** The signature of the digest before the predecessor: what a fork would carry. */
export const previousSignatureOfAnother = contentDamage(
  'the previousDigestSignature of another digest, signed',
  ['link-signature-mismatch', 'chain-fork'],
  (fields, scene, index) => {
    needPrevious(fields);
    const predecessor = JSON.parse(textAt(scene, hourAt(scene, index - 1).digest)) as DigestFields;
    fields.previousDigestSignature = predecessor.previousDigestSignature ?? 'ab'.repeat(256);
  },
);

export const otherAccountInside = contentDamage(
  'another awsAccountId inside a digest, signed',
  ['digest-identity'],
  (fields) => void (fields.awsAccountId = '999999999999'),
);

export const startIn1970 = contentDamage(
  'digestStartTime 1970, signed',
  ['digest-impossible-time', 'time-gap'],
  (fields) => void (fields.digestStartTime = '1970-01-01T00:00:00Z'),
);

export const startAfterEnd = contentDamage(
  'digestStartTime after digestEndTime, signed',
  ['digest-impossible-time', 'time-gap'],
  (fields) => {
    fields.digestStartTime = isoSeconds(Date.parse(fields.digestEndTime) + HOUR);
  },
);

export const startTooEarly = contentDamage(
  'a digest of more than a day, signed',
  ['digest-impossible-time', 'time-gap'],
  (fields) => {
    fields.digestStartTime = isoSeconds(Date.parse(fields.digestEndTime) - DAY - 2 * HOUR);
  },
);

/** 30 February: lenient parsers make 2 March of it. */
export const startOnNoDay = contentDamage(
  'a digestStartTime that is no date, signed',
  ['digest-malformed', 'digest-impossible-time'],
  (fields) => {
    fields.digestStartTime = '2026-02-30T00:00:00Z';
  },
);

export const gapBeforeDigest = contentDamage(
  'a digest that begins ten minutes after its predecessor ended, signed',
  ['time-gap'],
  (fields) => shiftStart(fields, 600_000),
);
export const overlapWithPrevious = contentDamage(
  'a digest that begins ten minutes before its predecessor ended, signed',
  ['time-gap'],
  (fields) => shiftStart(fields, -600_000),
);

function shiftStart(fields: DigestFields, by: number): void {
  fields.digestStartTime = isoSeconds(Date.parse(fields.digestStartTime) + by);
}

export const otherEndTime = contentDamage(
  "digestEndTime disagrees with the key's time, signed",
  ['digest-identity'],
  (fields) => {
    fields.digestEndTime = isoSeconds(Date.parse(fields.digestEndTime) - 1000);
  },
);

export const otherHashAlgorithm = contentDamage('hashAlgorithm MD5, signed', ['digest-malformed'], (fields) => {
  for (const log of fields.logFiles) log.hashAlgorithm = 'MD5';
  if (fields.logFiles.length === 0) fields.previousDigestHashAlgorithm = 'MD5';
});

export const otherSignatureAlgorithm = contentDamage(
  'digestSignatureAlgorithm SHA1withRSA, signed',
  ['digest-malformed', 'digest-signature-invalid'],
  (fields) => void (fields.digestSignatureAlgorithm = 'SHA1withRSA'),
);

/** JSON.parse keeps the last of the two, so the log files vanish without a word. */
export const duplicateLogFiles = contentDamage(
  'the JSON key logFiles twice, signed',
  ['digest-malformed'],
  (fields) => `${JSON.stringify(fields).slice(0, -1)},"logFiles":[]}`,
);

export const prototypeKey = contentDamage(
  'a JSON key __proto__, signed',
  ['digest-malformed'],
  (fields) => `{"__proto__":{"logFiles":[]},${JSON.stringify(fields).slice(1)}`,
);

/** AWS may add fields; nothing that we know is missing or changed. */
export const unknownField = contentDamage(
  'a field that nobody knows, signed',
  [],
  (fields) => `${JSON.stringify(fields).slice(0, -1)},"digestRevision":2}`,
);

export const fieldMissing = contentDamage('digestStartTime missing, signed', ['digest-malformed'], (fields) =>
  JSON.stringify({ ...fields, digestStartTime: undefined }),
);
export const logFilesNoList = contentDamage('logFiles is no list, signed', ['digest-malformed'], (fields) =>
  JSON.stringify({ ...fields, logFiles: {} }),
);
export const halfLinked = contentDamage(
  'some of the five previousDigest fields are null, signed',
  ['digest-malformed'],
  (fields) => {
    needPrevious(fields);
    fields.previousDigestHashValue = null;
  },
);

export const upperCaseHash = contentDamage(
  'a log hash in upper case, signed',
  ['digest-malformed', 'log-hash-mismatch'],
  editFirstLog((log) => void (log.hashValue = log.hashValue.toUpperCase())),
);
export const wrongLogHash = contentDamage(
  'a wrong log hash, signed',
  ['log-hash-mismatch'],
  editFirstLog((log) => void (log.hashValue = OTHER_HASH)),
);

function editFirstLog(edit: (log: DigestFields['logFiles'][number]) => void): (fields: DigestFields) => void {
  return ({ logFiles }) => {
    const [log] = logFiles;
    if (log === undefined) throw new RangeError('the digest lists no log file to edit');
    edit(log);
  };
}

export const listLogTwice = contentDamage(
  'one log file listed twice with the same hash, signed',
  [],
  ({ logFiles }) => void logFiles.push(...logFiles.slice(0, 1)),
);

export const listLogTwiceDifferently = contentDamage(
  'one log file listed twice with different hashes, signed',
  ['digest-malformed', 'log-hash-mismatch'],
  ({ logFiles }) => {
    const [log] = logFiles;
    if (log === undefined) throw new RangeError('the digest lists no log file');
    logFiles.push({ ...log, hashValue: OTHER_HASH });
  },
);

/** The digest names a file in another account's folder, another bucket or another region. The file is there, with the right hash. */
export function listForeignLog(scene: Scene, options: { readonly place: ForeignPlace; readonly spot?: Spot }): Truth {
  const index = hourIndex(scene, options.spot);
  const hour = hourAt(scene, index);
  const log = writeForeign(scene, hour, options.place);
  reseal(scene, index, (fields) => void fields.logFiles.push(entryOf(log)));
  const { bucket, key } = log.object;
  return truthOf(scene, {
    kind: `a digest names a log file in another ${options.place}, signed`,
    objects: [hour.digest, { bucket, key }],
    hours: [hour],
    expected: ['log-foreign'],
  });
}

/** The newest digest again, under the same key, with other contents and a good signature. */
export const replaceDigest: Damage = (scene, spot) => {
  const hour = hourAt(scene, spot === undefined ? scene.chain.hours.length - 1 : hourIndex(scene, spot));
  sealEdited(scene, hour.digest, ({ logFiles }) => {
    if (logFiles.pop() === undefined) throw new RangeError('the digest lists no log file to leave out');
  });
  return truthOf(scene, {
    kind: 'a digest replaced by another genuine one',
    objects: [hour.digest],
    hours: [hour],
    expected: ['digest-replaced', 'log-unlisted', 'link-hash-mismatch'],
  });
};

/** A key of the same region, published, but for a time two months earlier. */
export const signWithOldKey: Damage = (scene, spot) => {
  const index = hourIndex(scene, spot);
  const hour = hourAt(scene, index);
  const signer = scene.chain.keyring.signerAt(scene.chain.region, hour.end - 60 * DAY);
  const rename = (fields: DigestFields): void => void (fields.digestPublicKeyFingerprint = signer.fingerprint);
  relinkAfter(scene, index, sealEdited(scene, hour.digest, { edit: rename, signer }));
  return truthOf(scene, {
    kind: 'a digest signed with a key of two months before',
    objects: [hour.digest],
    hours: [hour],
    expected: ['key-outside-validity', 'key-unknown'],
  });
};

/** So many log files that a reader must refuse before it runs out of memory: a million make 360 MB of JSON. */
export const swellDigest = (entries: number): Damage =>
  contentDamage(`a digest that lists ${entries} log files, signed`, ['digest-malformed'], ({ logFiles }) => {
    const [log] = logFiles;
    if (log === undefined) throw new RangeError('the digest lists no log file to repeat');
    for (let entry = 0; entry < entries; entry += 1) logFiles.push({ ...log, s3Object: `${log.s3Object}.${entry}` });
  });
