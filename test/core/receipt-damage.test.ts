/** A stored receipt with any one bit flipped: refused, or still whole enough for every reader. */
import { expect, test } from 'vitest';
import { originMark, type ReceiptName } from '../../src/core/layout.ts';
import { countLogs, decodeReceipt, encodeReceipt, RECEIPT_SCHEMA, type LogReceipt } from '../../src/core/receipt.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';

const END = Date.UTC(2026, 2, 1, 12);
const origin = { bucket: 'trail', key: 'AWSLogs/digest.json.gz', versionId: null, etag: null };
const chain = { account: '222222222222', region: 'us-east-1', trail: 'main', homeRegion: 'us-east-1' } as const;
const HASH = 'a'.repeat(64);

function log(verdict: LogReceipt['verdict']): LogReceipt {
  const hashes = { expectedSha256: HASH, contentSha256: HASH, storedSha256: HASH };
  const where = { origin: { ...origin, key: 'AWSLogs/log.json.gz' }, via: null, place: null };
  const source = verdict === 'valid' ? ({ verdict: 'log-missing', detail: 'it is not in the source' } as const) : null;
  return { ...where, ...hashes, verdict, detail: '', size: 7, notes: [], source };
}

/** One with a failed log file: `failed` is the state that the most changes of a verdict leave as it is. */
function recorded(): { readonly bytes: Uint8Array; readonly name: ReceiptName } {
  const logs = [log('valid'), log('log-hash-mismatch')];
  const unread = { detail: '', place: null, previous: null, fingerprint: null, signature: null };
  const bytes = encodeReceipt({
    schema: RECEIPT_SCHEMA,
    revision: 0,
    chain: { ...chain, trailArn: 'arn:aws:cloudtrail:us-east-1:222222222222:trail/main', kind: 'standard' },
    digest: {
      ...unread,
      origin,
      verdict: 'valid',
      start: formatIso(END - HOUR),
      end: formatIso(END),
      contentSha256: HASH,
      storedSha256: HASH,
      size: 9,
    },
    link: { verdict: 'linked', detail: '' },
    logs,
    counts: countLogs(logs),
  });
  const times = { end: END, start: END - HOUR, mark: originMark(origin.bucket, origin.key) };
  return { bytes, name: { ...chain, kind: 'standard', ...times, revision: 0, state: 'failed' } };
}

test('one flipped bit took the name from a log file and status ended in a TypeError: no bit may', () => {
  const { bytes, name } = recorded();
  expect(decodeReceipt(bytes, name)).toHaveProperty('receipt');
  const tally = { refused: 0, read: 0 };
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const damaged = Uint8Array.from(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const decoded = decodeReceipt(damaged, name);
    if ('problem' in decoded) tally.refused += 1;
    else {
      tally.read += 1;
      for (const one of [decoded.receipt.digest, ...decoded.receipt.logs])
        expect([typeof one.origin.bucket, typeof one.origin.key]).toEqual(['string', 'string']);
      for (const { source } of decoded.receipt.logs)
        if (source !== null) expect([typeof source.verdict, typeof source.detail]).toEqual(['string', 'string']);
    }
  }
  expect(tally.refused).toBeGreaterThan(tally.read);
});
