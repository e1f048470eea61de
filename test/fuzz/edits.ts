/** What somebody does to a good input: a few cheap edits, so that most of it stays as it was and the reader gets far. */
import * as fc from 'fast-check';

/** At `at` (wrapped to the length) take `drop` characters out and put `put` in. */
export type TextEdit = readonly [at: number, drop: number, put: string];

const ODD: readonly string[] = [
  '_ - . .. ../ /./ / // %2F %2e%2e \\ Z T 0 9 99999999 -1 1e999 AWSLogs/ o-abcdefghij/ _backfill .json.gz CloudTrail',
  'é \u0435 \u212a \u017f １ １１１１２２２２３３３３ ١ \0 \n \r\n \t \u007f \u0085 \u200b \u202e \ufeff \ud800 \udfff \u{1f4a9}',
]
  .flatMap((line) => line.split(' '))
  .concat('', ' ', '\u00a0');

/** Texts with a meaning for one reader or another. */
export const ODD_TEXT = fc.constantFrom(...ODD);

/** One to three edits of a text, `put` from the odd texts, from `more`, or any two characters. */
export function textEdits(more: readonly string[] = []): fc.Arbitrary<readonly TextEdit[]> {
  const put = fc.oneof(
    { arbitrary: fc.constantFrom(...ODD, ...more), weight: 3 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 2 }), weight: 1 },
  );
  return fc.array(fc.tuple(fc.nat(8191), fc.nat(3), put), { minLength: 1, maxLength: 3 });
}

export function editText(text: string, edits: readonly TextEdit[]): string {
  let edited = text;
  for (const [at, drop, put] of edits) {
    const place = at % (edited.length + 1);
    edited = edited.slice(0, place) + put + edited.slice(place + drop);
  }
  return edited;
}

export type ByteEdit = readonly [how: 'set' | 'flip' | 'drop' | 'insert' | 'cut' | 'repeat', at: number, byte: number];

/** One to four edits of bytes. */
export const BYTE_EDITS: fc.Arbitrary<readonly ByteEdit[]> = fc.array(
  fc.tuple(
    fc.constantFrom('set', 'flip', 'flip', 'drop', 'insert', 'cut', 'repeat'),
    // Mostly anywhere, often in the first bytes, where the headers are, or in the last ones, where the trailers are.
    fc.oneof(fc.nat(65_535), fc.nat(20), fc.integer({ min: -10, max: -1 })),
    fc.nat(255),
  ),
  { minLength: 1, maxLength: 4 },
);

export function editBytes(bytes: Uint8Array, edits: readonly ByteEdit[]): Uint8Array {
  let edited: Buffer = Buffer.from(bytes);
  for (const edit of edits) edited = editedOnce(edited, edit);
  return edited;
}

function editedOnce(bytes: Buffer, [how, at, byte]: ByteEdit): Buffer {
  const place = bytes.length === 0 ? 0 : ((at % bytes.length) + bytes.length) % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
  if (how === 'cut') return before;
  if (how === 'drop') return Buffer.concat([before, after]);
  if (how === 'insert') return Buffer.concat([before, Buffer.of(byte), bytes.subarray(place)]);
  if (how === 'repeat') return Buffer.concat([before, bytes.subarray(place, place + byte), bytes.subarray(place)]);
  const found = bytes[place] ?? 0;
  return Buffer.concat([before, Buffer.of(how === 'set' ? byte : found ^ (1 << (byte & 7))), after]);
}
