/** What somebody with rights on the archive could do to it, and what `verify --archive` has to find. */
import { generateKeyPairSync } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  body,
  digest,
  erase,
  event,
  ground,
  keyOf,
  log,
  newest,
  plant,
  planted,
  publicKey,
  put,
  receipt,
  rewriteReceipt,
} from './damaged-archive.ts';
import { keysWith, remove } from './evidence.ts';
import { ARCHIVE } from './organization.ts';

/** One damage and what has to be found. */
export interface Row {
  readonly name: string;
  readonly act: () => void;
  readonly code: string;
  /** The archive object that the finding names in key or detail. */
  readonly object: () => string;
  readonly says: RegExp;
}

export const ROWS: readonly Row[] = [
  {
    name: 'a log file deleted with all its versions',
    act: () => erase(log()),
    code: 'log-missing',
    object: log,
    says: /is gone, which its receipt recorded as proven with the stored SHA-256 [0-9a-f]{64}$/,
  },
  {
    name: 'a log file hidden by a delete marker',
    act: () => remove(ground(), ARCHIVE, log()),
    code: 'log-missing',
    object: log,
    says: /is gone, which its receipt recorded/,
  },
  {
    name: 'a log file altered',
    act: () => put(log(), body(log()).fill(0, 40, 60)),
    code: 'log-malformed',
    object: log,
    says: /was changed since its receipt: it had the stored SHA-256 [0-9a-f]{64} and has [0-9a-f]{64}$/,
  },
  {
    name: 'a log file overwritten by a version with fewer events',
    act: () => put(log(), gzipSync('{"Records":[]}')),
    code: 'log-hash-mismatch',
    object: log,
    says: /was changed since its receipt/,
  },
  {
    name: 'a log file overwritten by other bytes of the same content',
    act: () => put(log(), gzipSync(gunzipSync(body(log())), { level: 1 })),
    code: 'archive-conflict',
    object: log,
    says: /^it was overwritten after its receipt was written: the content is the same/,
  },
  {
    name: 'a digest in the middle deleted',
    act: () => erase(digest()),
    code: 'digest-missing',
    object: digest,
    says: /is gone, which its receipt recorded/,
  },
  {
    name: 'the newest digest deleted, when the next is not due yet',
    act: () => erase(newest()),
    code: 'digest-missing',
    object: newest,
    says: /is gone, which its receipt recorded/,
  },
  {
    name: 'a digest altered',
    act: () => put(digest(), body(digest()).fill(0, 40, 60)),
    code: 'digest-malformed',
    object: digest,
    says: /was changed since its receipt/,
  },
  {
    name: 'a receipt deleted',
    act: () => erase(receipt()),
    code: 'archive-conflict',
    object: digest,
    says: /its receipt is gone or was never written$/,
  },
  {
    name: 'a receipt altered',
    act: () => put(receipt(), body(receipt()).fill('x', 30, 33)),
    code: 'archive-conflict',
    object: receipt,
    says: /^the receipt is not what was recorded: /,
  },
  {
    name: 'a receipt emptied',
    act: () => put(receipt(), Buffer.from('')),
    code: 'archive-conflict',
    object: receipt,
    says: /^the receipt is not what was recorded: /,
  },
  {
    name: 'a receipt that names another key than its digest',
    act: () => rewriteReceipt(2, ({ digest: told }) => ({ digest: { ...told, fingerprint: '0'.repeat(32) } })),
    code: 'archive-conflict',
    object: receipt,
    says: /its fingerprint is 0{32}, the signed digest says [0-9a-f]{32}$/,
  },
  {
    name: 'a receipt that leaves a log file out',
    act: () =>
      rewriteReceipt(2, ({ logs, counts }) => ({
        logs: logs.slice(1),
        counts: { ...counts, named: counts.named - 1, valid: counts.valid - 1 },
      })),
    code: 'archive-conflict',
    object: receipt,
    says: /its number of log files is 1, the signed digest says 2$/,
  },
  {
    name: 'a receipt that leads to bytes elsewhere in the archive',
    act: () =>
      rewriteReceipt(2, ({ digest: told }) => ({ digest: { ...told, place: `AWSLogs/../orgtrail/pending/x` } })),
    code: 'archive-conflict',
    object: receipt,
    says: /the place of its digest is none that orgtrail writes to$/,
  },
  {
    name: 'a name among the receipts that is none',
    act: () => plant(`${receipt().slice(0, receipt().lastIndexOf('/'))}/readme.txt`, Buffer.from('nothing')),
    code: 'archive-conflict',
    object: () => `${receipt().slice(0, receipt().lastIndexOf('/'))}/readme.txt`,
    says: /^it lies among the receipts and cannot be read as one$/,
  },
  {
    name: 'the kept key deleted',
    act: () => erase(publicKey()),
    code: 'key-unknown',
    object: publicKey,
    says: /its receipt says valid: the kept key orgtrail\/keys\/\S+ is gone or altered$/,
  },
  {
    name: 'every kept key deleted',
    act: () => keysWith(ground(), ARCHIVE, 'orgtrail/keys/').forEach(erase),
    code: 'key-unknown',
    object: publicKey,
    says: /its receipt says valid: the kept key orgtrail\/keys\/\S+ is gone or altered$/,
  },
  {
    name: 'the kept key altered',
    act: () => spoilKey('AAAA'),
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'the kept key made unreadable (cause: text that is no base64 ended the program)',
    act: () => spoilKey('!!!!'),
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'a stranger’s key kept under the name of the true one',
    act: () => {
      const stored = JSON.parse(body(publicKey()).toString('utf8')) as object;
      put(publicKey(), Buffer.from(JSON.stringify({ ...stored, der: stranger().toString('base64') })));
    },
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'the kept key swollen (cause: an object larger than any key ended the run without a report)',
    act: () => put(publicKey(), Buffer.alloc(100_000, ' ')),
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'a trail record swollen (cause: as above)',
    act: () => put(keyOf('orgtrail/trails/', -1), Buffer.alloc(5_000_000, ' ')),
    code: 'archive-conflict',
    object: () => keyOf('orgtrail/trails/', -1),
    says: /^the trail record is not what was recorded: it is gone, or too large to be one$/,
  },
  {
    name: 'a kept event altered',
    act: () => plant(event(), Buffer.from('{}')),
    code: 'archive-conflict',
    object: event,
    says: /is not what was recorded$/,
  },
  {
    name: 'a trail record altered',
    act: () => put(keyOf('orgtrail/trails/', -1), Buffer.from('{}')),
    code: 'archive-conflict',
    object: () => keyOf('orgtrail/trails/', -1),
    says: /^the trail record is not what was recorded: /,
  },
  {
    name: 'a log file planted among the proven ones',
    act: () => plant(planted(), gzipSync('{"Records":[]}')),
    code: 'log-unlisted',
    object: planted,
    says: /^it lies among the proven files of the archive, and no digest names it$/,
  },
];

/** Writes these four letters over the first ones of the kept key. */
function spoilKey(letters: string): void {
  const text = body(publicKey()).toString('utf8');
  put(publicKey(), Buffer.from(text.replace(/"der": "..../, `"der": "${letters}`)));
}

function stranger(): Buffer {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'pkcs1' });
}
