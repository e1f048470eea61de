/** The key grammar: any text is no key, or a key that is written again as it was read. */
import * as fc from 'fast-check';
import { formatKey, LOG_KINDS, parseKey, type DigestKey, type LogKey } from '../../src/core/key.ts';
import { provenKey } from '../../src/core/layout.ts';
import { editText, ODD_TEXT, textEdits } from './edits.ts';
import { claim, target, thrownBy } from './target.ts';

const REGION = fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1', 'eusc-de-east-1', 'us-isob-east-1');
const PARTS = {
  prefix: fc.constantFrom(
    '',
    'logs/',
    'a/b/',
    'AWSLogs/',
    'AWSLogs/111122223333/',
    'é/',
    'a%2Fb/',
    `${'p'.repeat(199)}/`,
  ),
  org: fc.constantFrom(null, null, 'o-abcdefghij', `o-${'z9'.repeat(16)}`),
  account: fc.constantFrom('111122223333', '000000000000', '999999999999'),
  region: REGION,
};
const SECOND = fc.integer({ min: 1_383_264_000, max: 4_102_444_799 });
const UNIQUE = fc.constantFrom('_AbCdEfGhIjKlMnOp', 'HdkvFTXOA3Vnhbc', '_a', `_${'x'.repeat(64)}`);
const TRAIL = fc.constantFrom(
  'main',
  't1_us-east-1',
  'abc_backfill',
  'a..b',
  '---',
  'x_20260501T011352Z',
  'm'.repeat(128),
);

const LOG: fc.Arbitrary<LogKey> = fc.record({
  ...PARTS,
  type: fc.constant('log' as const),
  kind: fc.constantFrom(...LOG_KINDS),
  time: SECOND.map((second) => (second - (second % 60)) * 1000),
  unique: UNIQUE,
});
const DIGEST: fc.Arbitrary<DigestKey> = fc.record({
  ...PARTS,
  type: fc.constant('digest' as const),
  trail: TRAIL,
  homeRegion: REGION,
  end: SECOND.map((second) => second * 1000),
  kind: fc.constantFrom('standard' as const, 'backfill' as const),
});
const GOOD = fc.oneof(LOG, DIGEST);
const PIECE = fc.constantFrom(
  ...'AWSLogs/ o-aaaaaaaaaa/ 111122223333 111122223333/ CloudTrail -Digest -Insight _ / - us- a- .. .json.gz'.split(
    ' ',
  ),
  ...'us-east-1 us-east-1/ 2026/05/01/ 20260501T0110Z 20260501T011352Z \n'.split(' '),
);

interface Input {
  readonly text: string;
  /** The parts it was written from, when nothing was done to it. */
  readonly good: LogKey | DigestKey | null;
}

const made = (text: string): Input => ({ text, good: null });
const TEXTS: fc.Arbitrary<Input> = fc.oneof(
  { weight: 1, arbitrary: GOOD.map((good) => ({ text: formatKey(good), good })) },
  { weight: 5, arbitrary: fc.tuple(GOOD, textEdits()).map(([key, edits]) => made(editText(formatKey(key), edits))) },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(PIECE, PIECE, ODD_TEXT), { maxLength: 60 }).map((all) => made(all.join(''))),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 120 }).map(made) },
  // What a pattern that looks back could dwell on: one piece again and again, then an end that does not fit.
  {
    weight: 1,
    arbitrary: fc.tuple(PIECE, fc.nat(400), ODD_TEXT).map(([piece, count, end]) => made(piece.repeat(count) + end)),
  },
);

export const KEY_TARGET = target('key grammar', TEXTS, ({ text, good }) => {
  const key = parseKey(text);
  const refusal = thrownBy(() => provenKey('archive/', text));
  if (key === null) {
    claim(good === null || Buffer.byteLength(text) > 1024, 'a key that CloudTrail would write is refused');
    claim(refusal?.includes('not a CloudTrail key') === true, `no key, and yet it may be archived (${refusal})`);
    return;
  }
  claim(formatKey(key) === text, 'it is read as the parts of another key');
  claim(refusal === null, `a key, and yet it cannot be archived: ${refusal}`);
  claim(Buffer.byteLength(text) <= 1024, 'it is longer than S3 allows');
  claim(
    text.split('/').every((part) => part !== '.' && part !== '..'),
    'it leads out of its folder',
  );
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  claim(!/[\u0000-\u001f\u007f]/.test(text), 'it carries control characters');
  claim(hasTypes(key), `its parts are not of their types: ${JSON.stringify(key)}`);
  if (good !== null) claim(JSON.stringify(sorted(key)) === JSON.stringify(sorted(good)), 'it is read as other parts');
});

function hasTypes(key: LogKey | DigestKey): boolean {
  const head =
    /^\d{12}$/.test(key.account) &&
    /^[a-z0-9-]+$/.test(key.region) &&
    (key.org === null || /^o-[a-z0-9]+$/.test(key.org)) &&
    (key.prefix === '' || key.prefix.endsWith('/'));
  if (key.type === 'log')
    return (
      head && Number.isSafeInteger(key.time) && LOG_KINDS.includes(key.kind) && /^_?[A-Za-z0-9]+$/.test(key.unique)
    );
  const chain = /^[A-Za-z0-9._-]{3,128}$/.test(key.trail) && /^[a-z0-9-]+$/.test(key.homeRegion);
  return head && chain && Number.isSafeInteger(key.end) && ['standard', 'backfill'].includes(key.kind);
}

const sorted = (key: LogKey | DigestKey): unknown => Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1));
