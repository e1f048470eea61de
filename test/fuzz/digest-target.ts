/** The digest parser: any bytes are refused in words, or are a digest in which every field says what the bytes say. */
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { MAX_NAMED_LOGS, parseDigest, stringToSign, type Digest } from '../../src/core/digest.ts';
import { formatIso } from '../../src/core/time.ts';
import { createForge } from '../cloud/forge/forge.ts';
import { BYTE_EDITS, editBytes, editText, textEdits } from './edits.ts';
import { claim, target } from './target.ts';

const START = Date.parse('2026-05-01T00:13:52Z');
const HOUR = 3_600_000;
const LONGEST_PROBLEM = 400;
const LONGEST_TEXT = 2048;

/** A starting digest, one without log files, with one, with nine; with slashes as they are and escaped. */
function genuine(): readonly string[] {
  return [false, true].flatMap((escapeSlashes) => {
    const forge = createForge({ seed: 'fuzz', cheap: true, escapeSlashes });
    const trail = forge.trail({
      account: '111122223333',
      homeRegion: 'eu-west-1',
      bucket: 'logs',
      startedLogging: START,
    });
    const chain = forge.chain({ trail, firstDigestStart: START });
    return [1, 0, 1, 9].map((logs) => gunzipSync(chain.hour({ logs }).digest.object.body).toString('utf8'));
  });
}

const GENUINE = genuine();
const NAMES = Object.keys(JSON.parse(GENUINE[0] ?? '{}') as object);
const TEXT = fc.constantFrom(...GENUINE);
const DEEP = ['[', '{"a":', '[{"a":', '{"logFiles":[', '"'] as const;
const SNIPPETS = [
  '"__proto__":{"awsAccountId":"9"}, "constructor":null, "logFiles":[], "logFiles":null, "awsAccountId":1,',
  String.raw`"\u006cogFiles":[], \u0000 \ud800 \ " : , { } [ ] null true NaN -0 00`,
  '1e400 0.1e-999 9007199254740993 \u2028',
  DEEP.map((piece) => piece.repeat(40)).join(' '),
].flatMap((line) => line.split(' '));
const VALUE = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1e21,
    2 ** 53,
    '',
    ' ',
    'a'.repeat(64),
    'A'.repeat(64),
    'x'.repeat(2049),
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom(
    '2026-05-01T24:00:00Z',
    '2026-02-30T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '2026-05-01T00:00:00.000Z',
    '1e3',
  ),
  fc.string({ maxLength: 4 }),
  fc.double(),
);

/** A genuine digest with fields replaced, taken away or added, written as JSON again. */
const REWRITTEN = fc
  .tuple(
    TEXT,
    fc.array(fc.tuple(fc.constantFrom(...NAMES, '__proto__', 'more'), VALUE, fc.nat(3)), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([text, changes]) => {
    const fields = new Map(Object.entries(JSON.parse(text) as Record<string, unknown>));
    for (const [name, value, how] of changes) {
      if (how === 0) fields.delete(name);
      else if (how === 1 && Array.isArray(fields.get('logFiles')))
        fields.set('logFiles', [...(fields.get('logFiles') as []), value]);
      else fields.set(name, value);
    }
    return bytesOf(
      `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
    );
  });

interface Input {
  readonly bytes: Uint8Array;
  readonly untouched: boolean;
}

const BYTES: fc.Arbitrary<Input> = fc.oneof(
  { weight: 1, arbitrary: TEXT.map((text) => ({ bytes: bytesOf(text), untouched: true })) },
  {
    weight: 6,
    arbitrary: fc.tuple(TEXT, textEdits(SNIPPETS)).map(([text, edits]) => made(bytesOf(editText(text, edits)))),
  },
  { weight: 4, arbitrary: fc.tuple(TEXT, BYTE_EDITS).map(([text, edits]) => made(editBytes(bytesOf(text), edits))) },
  { weight: 4, arbitrary: REWRITTEN.map(made) },
  {
    weight: 2,
    arbitrary: fc.json({ maxDepth: 3 }).map((text) => made(bytesOf(text))),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 60 }).map(made) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...DEEP), fc.nat(5000))
      .map(([piece, count]) => made(bytesOf(piece.repeat(count)))),
  },
);

export const DIGEST_TARGET = target('digest parser', BYTES, ({ bytes, untouched }) => {
  const result = parseDigest(bytes);
  claim(Object.keys(Object.prototype).length === 0, 'it wrote into the prototype of every object');
  if ('problem' in result) {
    const { problem } = result;
    claim(!untouched, `a genuine digest is refused: ${problem}`);
    claim(
      typeof problem === 'string' && problem !== '' && problem.length <= LONGEST_PROBLEM,
      'the problem is no short text',
    );
    return;
  }
  const told: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  claim(
    JSON.stringify(asWritten(result.digest)) === JSON.stringify(picked(told)),
    'it reads what is not written there',
  );
  claim(hasTypes(result.digest), 'its parts are not of their types');
  claim(stringToSign(result.digest, '00').startsWith(`${result.digest.endText}\n`), 'other text would be signed');
});

/** The digest in AWS's words again. */
function asWritten(digest: Digest): unknown {
  const { previous } = digest;
  return [
    [
      digest.account,
      formatIso(digest.start),
      formatIso(digest.end),
      digest.endText,
      digest.bucket,
      digest.key,
      digest.fingerprint,
    ],
    previous === null ? [null, null, null, null] : [previous.bucket, previous.key, previous.sha256, previous.signature],
    digest.logs.map(({ bucket, key, sha256 }) => [bucket, key, sha256]),
  ];
}

/** The same from the JSON itself. */
function picked(told: unknown): unknown {
  const fields = told as Record<string, unknown>;
  const logs = fields['logFiles'] as readonly Record<string, unknown>[];
  const own = ['awsAccountId', 'digestStartTime', 'digestEndTime', 'digestEndTime', 'digestS3Bucket', 'digestS3Object'];
  const previous = ['S3Bucket', 'S3Object', 'HashValue', 'Signature'].map((part) => fields[`previousDigest${part}`]);
  return [
    [...own, 'digestPublicKeyFingerprint'].map((name) => fields[name]),
    previous,
    logs.map((log) => [log['s3Bucket'], log['s3Object'], log['hashValue']]),
  ];
}

function hasTypes({ account, start, end, bucket, key, fingerprint, logs, previous }: Digest): boolean {
  const texts = [
    bucket,
    key,
    ...[...logs, ...(previous === null ? [] : [previous])].flatMap((one) => [one.bucket, one.key]),
  ];
  const hashes = [...logs.map(({ sha256 }) => sha256), ...(previous === null ? [] : [previous.sha256])];
  return (
    /^\d{12}$/.test(account) &&
    Math.abs(end - start) < 1e4 * 366 * 24 * HOUR &&
    /^[0-9a-f]{32}$/.test(fingerprint) &&
    logs.length <= MAX_NAMED_LOGS &&
    texts.every((one) => one !== '' && one.length <= LONGEST_TEXT) &&
    hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash)) &&
    (previous === null || /^[0-9a-f]+$/.test(previous.signature))
  );
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

function made(bytes: Uint8Array): Input {
  return { bytes, untouched: false };
}
