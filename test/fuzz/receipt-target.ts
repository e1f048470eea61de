/** The reader of receipts and of their names: refused in words, or read as the bytes and the name say. */
import * as fc from 'fast-check';
import { originMark, parseReceiptKey, RECEIPT_STATES, receiptKey, type ReceiptName } from '../../src/core/layout.ts';
import { countLogs, decodeReceipt, encodeReceipt, RECEIPT_SCHEMA, type Receipt } from '../../src/core/receipt.ts';
import { formatIso } from '../../src/core/time.ts';
import { BLOCKED_CODES, DIGEST_CODES, LINK_CODES, LOG_CODES, NOTE_CODES } from '../../src/core/verdict.ts';
import { BYTE_EDITS, editBytes, editText, textEdits } from './edits.ts';
import { claim, target } from './target.ts';

const HASH = 'ab'.repeat(32);
const END = Date.UTC(2026, 4, 1, 1, 13, 52);
const ORIGIN = { bucket: 'member-logs', key: 'AWSLogs/digest.json.gz', versionId: 'v1', etag: null };
const CHAIN = { account: '111122223333', region: 'eu-west-1', trail: 'main', homeRegion: 'us-east-1' } as const;
const DIGEST_VERDICTS = ['valid', ...DIGEST_CODES, ...BLOCKED_CODES];
const LINK_VERDICTS = [...LINK_CODES, 'digest-missing', ...BLOCKED_CODES];
const LOG_VERDICTS = ['valid', ...LOG_CODES, ...BLOCKED_CODES];

interface Recorded {
  readonly receipt: Receipt;
  readonly name: ReceiptName;
}

/** A receipt of these verdicts under the one name that fits. */
function recorded(verdicts: {
  readonly digest: string;
  readonly link: string;
  readonly logs: readonly string[];
}): Recorded {
  const hashes = { contentSha256: HASH, storedSha256: HASH, size: 9 };
  const log = {
    origin: { ...ORIGIN, key: 'AWSLogs/log.json.gz' },
    place: 'AWSLogs/log.json.gz',
    expectedSha256: HASH,
    ...hashes,
  };
  const told = { detail: '', via: 'source', notes: NOTE_CODES.slice(0, 1), source: null };
  const logs = verdicts.logs.map((verdict) => ({ ...log, verdict, ...told })) as unknown as Receipt['logs'];
  const found = { origin: ORIGIN, verdict: verdicts.digest, detail: 'as it was', place: null, fingerprint: null };
  const read = { start: null, end: formatIso(END), previous: null, signature: 'ab' };
  const digest = { ...found, ...read, ...hashes } as unknown as Receipt['digest'];
  const trailArn = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main';
  const chain = { ...CHAIN, trailArn, kind: 'standard' } as const;
  const link = { verdict: verdicts.link, detail: '' } as Receipt['link'];
  const receipt = { schema: RECEIPT_SCHEMA, revision: 0, chain, digest, link, logs, counts: countLogs(logs) } as const;
  return { receipt, name: nameOf(receipt) };
}

function nameOf(receipt: Receipt): ReceiptName {
  const mark = originMark(ORIGIN.bucket, ORIGIN.key);
  const rest = { ...CHAIN, kind: 'standard', start: null, end: END, mark, revision: 0 } as const;
  const fits = RECEIPT_STATES.filter((state) => 'receipt' in decodeReceipt(encodeReceipt(receipt), { ...rest, state }));
  const [state, ...more] = fits;
  if (state === undefined || more.length > 0) throw new Error(`one receipt is ${fits.join(' and ')}`);
  return { ...rest, state };
}

const RECORDED: readonly Recorded[] = [
  recorded({ digest: 'valid', link: 'linked', logs: [] }),
  recorded({ digest: 'valid', link: 'chain-start', logs: ['valid'] }),
  recorded({ digest: 'valid', link: 'linked', logs: ['valid', 'log-hash-mismatch', 'log-missing', 'blocked-kms'] }),
  recorded({ digest: 'blocked-access', link: 'digest-missing', logs: [] }),
  recorded({ digest: 'valid', link: 'digest-missing', logs: ['valid', 'valid'] }),
];
const ANY = fc.constantFrom(...RECORDED);

const STATE = fc.constantFrom(...RECEIPT_STATES);
const SNIPPETS = [
  '"__proto__":{"verdict":"valid"}, "verdict":"valid", "verdict":null, "logs":[], "logs":{}, "origin":null, "counts":{},',
  '"chain":[], { } [ ] , " null true 1e400 [null], {"origin":{}},',
]
  .flatMap((line) => line.split(' '))
  .concat(DIGEST_VERDICTS, LINK_VERDICTS, LOG_VERDICTS);
/** Values where others belong. */
const VALUE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, 0, 5, -1, 1e21, '', 'valid', 'linked', 'x', ...LOG_VERDICTS),
  fc.constantFrom([], {}, [null], [{}], [{ origin: {} }], { origin: null }, { bucket: 'b' }, { bucket: 1, key: 2 }),
  fc.constantFrom({ verdict: 'valid' }, { verdict: 7 }, { toString: null }, { length: 3 }),
);
const FIELDS = [
  'schema',
  'revision',
  'chain',
  'digest',
  'link',
  'logs',
  'counts',
  'verdict',
  'detail',
  'origin',
  'account',
  'end',
];

/** One field anywhere, once or everywhere, with another value. */
const REPLACED = fc
  .tuple(ANY, fc.constantFrom(...FIELDS), VALUE)
  .map(([{ receipt }, field, value]) => Buffer.from(JSON.stringify(replaced(receipt, field, value))));

function replaced(json: unknown, field: string, value: unknown): unknown {
  if (Array.isArray(json)) return json.map((one) => replaced(one, field, value));
  if (json === null || typeof json !== 'object') return json;
  const put = (name: string, known: unknown): unknown => (name === field ? value : replaced(known, field, value));
  return Object.fromEntries(Object.entries(json).map(([name, known]) => [name, put(name, known)]));
}
const TEXT_EDITED = fc
  .tuple(ANY, textEdits(SNIPPETS))
  .map(([{ receipt }, edits]) => Buffer.from(editText(Buffer.from(encodeReceipt(receipt)).toString('utf8'), edits)));

interface Input {
  readonly bytes: Uint8Array;
  readonly name: ReceiptName;
  readonly untouched: boolean;
}

const NAME = fc.tuple(ANY, STATE, fc.boolean()).map(([{ name }, state, own]) => (own ? name : { ...name, state }));
const BYTES = fc.oneof(
  { weight: 4, arbitrary: TEXT_EDITED },
  {
    weight: 4,
    arbitrary: fc.tuple(ANY, BYTE_EDITS).map(([{ receipt }, edits]) => editBytes(encodeReceipt(receipt), edits)),
  },
  { weight: 6, arbitrary: REPLACED },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);
const INPUTS: fc.Arbitrary<Input> = fc.oneof(
  { weight: 1, arbitrary: ANY.map(({ receipt, name }) => ({ bytes: encodeReceipt(receipt), name, untouched: true })) },
  { weight: 15, arbitrary: fc.tuple(BYTES, NAME).map(([bytes, name]) => ({ bytes, name, untouched: false })) },
);

export const RECEIPT_TARGET = target('receipt reader', INPUTS, ({ bytes, name, untouched }) => {
  const result = decodeReceipt(bytes, name);
  if ('problem' in result) {
    claim(!untouched, `what was recorded is refused: ${result.problem}`);
    claim(typeof result.problem === 'string' && result.problem !== '', 'no problem is named');
    return;
  }
  const { receipt } = result;
  expectTypes(receipt);
  const { named, valid, invalid, missing, blocked } = receipt.counts;
  claim(named === receipt.logs.length && named === valid + invalid + missing + blocked, 'its counts do not add up');
  claim(originMark(receipt.digest.origin.bucket, receipt.digest.origin.key) === name.mark, 'it is of another digest');
  claim(formatIso(name.end) === receipt.digest.end, 'it is of another time');
  const again = encodeReceipt(receipt);
  if (untouched) claim(Buffer.from(again).equals(bytes), 'it is written otherwise than it was read');
  claim('receipt' in decodeReceipt(again, name), 'what was read cannot be written and read again');
});

/** What every reader takes for granted without looking. */
function expectTypes({ chain, digest, link, logs }: Receipt): void {
  const texts = [chain.account, chain.region, chain.trail, chain.homeRegion, chain.kind, digest.end, link.detail];
  claim([...texts, digest.detail].every(isText), 'a text of it is none');
  claim(
    [digest, ...logs].every(({ origin }) => isText(origin.bucket) && isText(origin.key)),
    'a file in it has no place',
  );
  claim(DIGEST_VERDICTS.includes(digest.verdict), `the digest's verdict is none: ${JSON.stringify(digest.verdict)}`);
  claim(LINK_VERDICTS.includes(link.verdict), `the link's verdict is none: ${JSON.stringify(link.verdict)}`);
  for (const log of logs) {
    claim(LOG_VERDICTS.includes(log.verdict), `a log file's verdict is none: ${JSON.stringify(log.verdict)}`);
    claim(isText(log.detail), 'a log file has no detail');
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';

const KEYS = fc.constantFrom(
  ...RECORDED.map(({ name }) => receiptKey('', name)),
  receiptKey('', {
    ...CHAIN,
    kind: 'backfill',
    start: END - 1000,
    end: END,
    mark: '0123456789ab',
    revision: 12_345,
    state: 'failed',
  }),
);
const PREFIX = fc.constantFrom('', 'archive/', 'a/b/', 'orgtrail/');

const NAME_PARTS = [
  ...RECEIPT_STATES,
  ...'.r0001. .r00003. unread standard backfill / 1 2 3 4 5 6 7 8 2 3 4 5 6 7 8'.split(' '),
];

/** Its own target: a listing of the archive is read by names alone. */
export const RECEIPT_NAME_TARGET = target(
  'receipt names',
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(PREFIX, PREFIX, KEYS, textEdits([...NAME_PARTS])),
    },
    { weight: 1, arbitrary: fc.tuple(PREFIX, PREFIX, fc.string({ unit: 'binary', maxLength: 200 }), fc.constant([])) },
    { weight: 1, arbitrary: fc.tuple(PREFIX, PREFIX, KEYS, fc.constant([])) },
  ),
  ([prefix, put, text, edits]) => {
    const key = put + editText(text, edits);
    const name = parseReceiptKey(prefix, key);
    if (name === null) return;
    claim(receiptKey(prefix, name) === key, 'it is read as the name of another receipt');
    claim(Number.isSafeInteger(name.end) && Number.isSafeInteger(name.revision), 'its numbers are none');
    claim(name.start === null || Number.isSafeInteger(name.start), 'its start is no time');
    claim(
      RECEIPT_STATES.includes(name.state) && ['standard', 'backfill'].includes(name.kind),
      'its state or kind is none',
    );
  },
);
