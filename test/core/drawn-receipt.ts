/** Receipts of every kind that may be written, drawn by chance, with the names that bind them. */
import * as fc from 'fast-check';
import { originMark, type ReceiptName } from '../../src/core/layout.ts';
import {
  countLogs,
  isDefended,
  RECEIPT_SCHEMA,
  receiptState,
  type LogReceipt,
  type Receipt,
} from '../../src/core/receipt.ts';
import { formatIso } from '../../src/core/time.ts';
import { BLOCKED_CODES, DIGEST_CODES, LINK_CODES, LOG_CODES, NOTE_CODES } from '../../src/core/verdict.ts';

const hex = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const text = fc.string({ maxLength: 12 });
const time = fc.integer({ min: 1_383_264_000, max: 4_102_444_799 }).map((second) => second * 1000);
const origin = fc.record({ bucket: text, key: text, versionId: fc.option(text), etag: fc.option(text) });

const FAILED_CODES = LOG_CODES.filter((code) => code !== 'valid');

/** What a receipt may say of one log file. */
export const LOG: fc.Arbitrary<LogReceipt> = fc.record({
  origin,
  verdict: fc.constantFrom(...LOG_CODES, ...BLOCKED_CODES),
  detail: text,
  via: fc.constantFrom('source' as const, 'pending' as const, 'archive' as const, null),
  place: fc.option(text),
  expectedSha256: hex(64),
  contentSha256: fc.option(hex(64)),
  storedSha256: fc.option(hex(64)),
  size: fc.option(fc.nat()),
  notes: fc.subarray([...NOTE_CODES]),
  source: fc.option(fc.record({ verdict: fc.constantFrom(...FAILED_CODES, ...BLOCKED_CODES), detail: text })),
});

/** A receipt and the name that it has to have. */
export interface Recorded {
  readonly receipt: Receipt;
  readonly name: ReceiptName;
}

export const RECORDED: fc.Arbitrary<Recorded> = fc
  .record({
    times: fc.record({ start: fc.option(time), end: time }),
    chain: fc.record({
      account: fc.stringMatching(/^\d{12}$/),
      region: fc.constantFrom('us-east-1', 'eu-west-1'),
      trail: fc.stringMatching(/^[A-Za-z0-9._-]{3,20}$/),
      trailArn: text,
      homeRegion: fc.constantFrom('us-east-1', 'eu-west-1'),
      kind: fc.constantFrom('standard' as const, 'backfill' as const),
    }),
    revision: fc.nat(20),
    digest: fc.record({
      origin,
      verdict: fc.constantFrom(...DIGEST_CODES, ...BLOCKED_CODES),
      detail: text,
      place: fc.option(text),
      previous: fc.constant(null),
      fingerprint: fc.option(hex(32)),
      signature: fc.option(text),
      contentSha256: fc.option(hex(64)),
      storedSha256: hex(64),
      size: fc.nat(),
    }),
    link: fc.record({
      verdict: fc.constantFrom(...LINK_CODES, 'digest-missing' as const, ...BLOCKED_CODES),
      detail: text,
    }),
    logs: fc.array(LOG, { maxLength: 4 }),
  })
  .map(({ times, chain, revision, digest, link, logs }) => recordedOf({ times, chain, revision, digest, link, logs }));

type Drawn = Omit<Receipt, 'schema' | 'counts' | 'digest'> & {
  readonly times: { readonly start: number | null; readonly end: number };
  readonly digest: Omit<Receipt['digest'], 'start' | 'end'>;
};

function recordedOf({ times, chain, revision, digest, link, logs }: Drawn): Recorded {
  const { account, region, trail, homeRegion, kind } = chain;
  const { start, end } = times;
  const mark = originMark(digest.origin.bucket, digest.origin.key);
  const codes = logs.map(({ verdict }) => verdict);
  const state = receiptState({ digest: digest.verdict, link: link.verdict, logs: codes, defended: isDefended(logs) });
  const told = { ...digest, start: start === null ? null : formatIso(start), end: formatIso(end) };
  return {
    receipt: { schema: RECEIPT_SCHEMA, revision, chain, digest: told, link, logs, counts: countLogs(logs) },
    name: { account, region, trail, homeRegion, kind, end, start, mark, revision, state },
  };
}
