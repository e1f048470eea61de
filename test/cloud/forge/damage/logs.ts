/** Damages to log files. None needs a key: whoever may write to the bucket can do them. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FindingCode, NoteCode } from '../../../../src/core/verdict.ts';
import { putObjects } from '../buckets.ts';
import * as gzip from './gzip-bytes.ts';
import { logAt, remove, rewrite, truthOf, type Damage } from './scene.ts';

const EVENT = '{"Records":[{"eventVersion":"1.11","eventName":"CreateUser","eventSource":"iam.amazonaws.com"}]}';

/** A damage that only changes the bytes of one log file. */
function bodyDamage(
  kind: string,
  expected: readonly (FindingCode | NoteCode)[],
  change: (body: Uint8Array) => Uint8Array,
): Damage {
  return (scene, spot) => {
    const { hour, log } = logAt(scene, spot);
    rewrite(scene, log, ({ body }) => ({ body: change(body) }));
    return truthOf(scene, { kind, objects: [log], hours: [hour], expected });
  };
}

export const deleteLog: Damage = (scene, spot) => {
  const { hour, log } = logAt(scene, spot);
  remove(scene, [log]);
  return truthOf(scene, { kind: 'a log file deleted', objects: [log], hours: [hour], expected: ['log-missing'] });
};

/** One letter of the content, recompressed: a well-made file that tells another story. */
export const alterLog = bodyDamage('a log file altered', ['log-hash-mismatch'], (body) => {
  const content = gunzipSync(body);
  const at = Math.floor(content.length / 2);
  content[at] = content[at] === 0x41 ? 0x42 : 0x41;
  return gzipSync(content);
});

export const emptyRecordsOfLog = bodyDamage('all records taken out of a log file', ['log-hash-mismatch'], () =>
  gzipSync('{"Records":[]}'),
);
export const truncateLog = bodyDamage('the second half of a log file cut off', ['log-malformed'], (body) =>
  body.slice(0, Math.floor(body.length / 2)),
);
export const emptyLog = bodyDamage('a log file emptied to zero bytes', ['log-malformed'], () => new Uint8Array());
export const cutLogLengthField = bodyDamage("a log file's last 4 bytes cut off", ['log-malformed'], (body) =>
  gzip.withoutLast(body, 4),
);
export const cutLogTrailer = bodyDamage("a log file's gzip trailer cut off", ['log-malformed'], (body) =>
  gzip.withoutLast(body, 8),
);
export const flipLogCrc = bodyDamage("a log file's gzip CRC flipped", ['log-malformed'], gzip.withFlippedCrc);
export const appendMemberToLog = bodyDamage('a gzip member appended to a log file', ['log-malformed'], (body) =>
  gzip.withSecondMember(body, EVENT),
);
export const appendJunkToLog = bodyDamage('junk appended to a log file', ['log-malformed'], (body) =>
  gzip.withJunk(body, 'junk'),
);
export const appendZerosToLog = bodyDamage('zero bytes appended to a log file', ['log-malformed'], (body) =>
  gzip.withZeros(body, 16),
);
/** The hash is of the content, so this is no fault; a note is due only where the first bytes had been seen. */
export const recompressLog = bodyDamage('a log file compressed anew, same content', [], gzip.recompressed);
export const unzipLog = bodyDamage('a log file stored without compression', ['log-malformed'], (body) =>
  gunzipSync(body),
);

/** Data in FEXTRA, FNAME or FCOMMENT. */
export const hideDataInLogHeader = (field: gzip.HeaderField): Damage =>
  bodyDamage(`data hidden in a log file's gzip ${field} field`, ['gzip-header-data'], (body) =>
    gzip.withHeaderData(body, field, EVENT),
  );

export const replaceLogByBomb = bodyDamage(
  'a log file replaced by a gzip bomb',
  ['log-hash-mismatch', 'log-malformed'],
  gzip.bomb,
);

/** Well named, well made, and in no digest. */
export const plantLog: Damage = (scene, spot) => {
  const { hour } = logAt(scene, spot);
  const planted = scene.chain.strayLog(hour.start + 600_000);
  putObjects(scene.buckets, [planted.object]);
  const { bucket, key } = planted.object;
  return truthOf(scene, {
    kind: 'a log file planted that no digest names',
    objects: [{ bucket, key }],
    hours: [hour],
    expected: ['log-unlisted'],
  });
};

/** Two log files of one interval take each other's place. */
export const swapLogs: Damage = (scene, spot) => {
  const { hour } = logAt(scene, spot);
  const [one, other] = hour.logs;
  if (one === undefined || other === undefined) throw new RangeError('swapping needs two log files in the interval');
  const first = rewrite(scene, one, (object) => object);
  const second = rewrite(scene, other, (object) => object);
  putObjects(scene.buckets, [
    { ...first, body: second.body },
    { ...second, body: first.body },
  ]);
  return truthOf(scene, {
    kind: 'two log files swapped',
    objects: [one, other],
    hours: [hour],
    expected: ['log-hash-mismatch'],
  });
};
