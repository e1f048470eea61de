/** What a digest claims, held against where it lies and whose it should be: each claim on its own, and its exact edges. */
import { describe, expect, test } from 'vitest';
import { readClaims, type DigestEvidence } from '../../src/core/judge.ts';
import type { Chain } from '../../src/core/source.ts';
import { formatCompact, formatDay, formatIso, HOUR } from '../../src/core/time.ts';
import { CHAIN, END, evidenceOf, inspected, RAW_KEY, SIGNATURE, UNREADABLE } from './handmade-digest.ts';

const NOW = END + HOUR;
/** `valid`, or the refusal as `code: detail`. */
const said = (evidence: DigestEvidence, chain: Chain = CHAIN, now: number = NOW): string => {
  const result = readClaims(evidence, chain, now);
  return 'claimed' in result ? 'valid' : `${result.refused.code}: ${result.refused.detail}`;
};
const withMetadata = (...pairs: readonly (readonly [string, string])[]): DigestEvidence => ({
  ...evidenceOf(),
  metadata: new Map(pairs),
});
/** A digest of these times under the key that goes with its end. */
const spanning = (start: number, end: number): DigestEvidence => {
  const key = RAW_KEY.replace('2026/05/01', formatDay(end)).replace('20260501T011352Z', formatCompact(end));
  return evidenceOf({ digestStartTime: formatIso(start), digestEndTime: formatIso(end) }, key);
};

test('a sound one is claimed, signed at its end', () => {
  const result = readClaims(evidenceOf(), CHAIN, NOW);
  expect(result).toMatchObject({
    claimed: { signature: SIGNATURE, signedAt: END, digest: { account: CHAIN.account } },
  });
});

describe('what cannot be read', () => {
  test('is malformed, with the reason of whoever could not', () => {
    const unread = readClaims({ ...evidenceOf(), inspection: UNREADABLE }, CHAIN, NOW);
    expect(unread).toEqual({
      refused: { code: 'digest-malformed', detail: 'gzip CRC-32 does not match' },
      digest: null,
    });
    const unparsed = readClaims({ ...evidenceOf(), inspection: inspected('[]') }, CHAIN, NOW);
    expect(unparsed).toEqual({
      refused: { code: 'digest-malformed', detail: 'the digest is no object' },
      digest: null,
    });
  });
  test('because nobody kept it is a mistake of the caller, never a verdict', () => {
    expect(() => readClaims({ ...evidenceOf(), inspection: inspected(null) }, CHAIN, NOW)).toThrow('content kept');
  });
});

describe('a digest from elsewhere', () => {
  test('is moved, be it the bucket or the key', () => {
    expect(said({ ...evidenceOf(), bucket: 'other' })).toBe(
      `digest-moved: it says that it lies at s3://member-logs/${RAW_KEY}`,
    );
    expect(said(evidenceOf({ digestS3Object: 'k' }))).toBe('digest-moved: it says that it lies at s3://member-logs/k');
  });
  test('keeps what it says, so that the receipt can tell', () => {
    const result = readClaims({ ...evidenceOf(), bucket: 'other' }, CHAIN, NOW);
    expect('refused' in result && result.digest?.end).toBe(END);
  });
});

describe('a digest of somebody else', () => {
  const { source } = CHAIN;
  test.each<[string, DigestEvidence, Chain, string]>([
    [
      'account',
      evidenceOf({ awsAccountId: '999999999999' }),
      CHAIN,
      'account in the content is 999999999999, expected 111122223333',
    ],
    [
      'key',
      evidenceOf({}, RAW_KEY.replaceAll('111122223333', '999999999999')),
      CHAIN,
      'account in the key is 999999999999, expected 111122223333',
    ],
    ['region', evidenceOf(), { ...CHAIN, region: 'eu-west-2' }, 'region in the key is eu-west-1, expected eu-west-2'],
    [
      'organization',
      evidenceOf(),
      { ...CHAIN, source: { ...source, org: 'o-abcdefghij' } },
      'organization in the key is null, expected o-abcdefghij',
    ],
    [
      'trail',
      evidenceOf(),
      { ...CHAIN, source: { ...source, trail: 'mine' } },
      'trail in the key is main, expected mine',
    ],
    [
      'home region',
      evidenceOf(),
      { ...CHAIN, source: { ...source, homeRegion: 'us-west-2' } },
      'home region in the key is us-east-1, expected us-west-2',
    ],
    [
      'end',
      evidenceOf({ digestEndTime: '2026-05-01T01:13:53Z' }),
      CHAIN,
      `end time in the key is ${END}, expected ${END + 1000}`,
    ],
  ])('is told by its %s', (_what, evidence, chain, detail) => {
    expect(said(evidence, chain)).toBe(`digest-identity: ${detail}`);
  });
});

describe('times', () => {
  const impossible = (detail: string): string => `digest-impossible-time: ${detail}`;
  test('end after they start', () => {
    expect(said(spanning(END, END))).toBe(impossible('it ends before it starts'));
    expect(said(spanning(END + 1000, END))).toBe(impossible('it ends before it starts'));
    expect(said(spanning(END - 1000, END))).toBe('valid');
  });
  test('cover 25 hours at most', () => {
    expect(said(spanning(END - 25 * HOUR, END))).toBe('valid');
    expect(said(spanning(END - 25 * HOUR - 1000, END))).toBe(impossible('it covers more than 25 hours'));
  });
  test('begin when CloudTrail did', () => {
    const born = Date.UTC(2013, 10, 1);
    expect(said(spanning(born, born + HOUR))).toBe('valid');
    expect(said(spanning(born - 1000, born + HOUR))).toBe(impossible('it starts before CloudTrail existed'));
  });
  test('lie an hour in the future at most: clocks differ', () => {
    expect(said(spanning(END - HOUR, END), CHAIN, END - HOUR)).toBe('valid');
    expect(said(spanning(END - HOUR, END), CHAIN, END - HOUR - 1)).toBe(impossible('it ends in the future'));
  });
});

describe('the metadata', () => {
  const algorithm = ['signature-algorithm', 'SHA256withRSA'] as const;
  test('that lacks either field is no signature', () => {
    const missing = 'digest-signature-missing: the object carries no signature metadata';
    expect(said(withMetadata())).toBe(missing);
    expect(said(withMetadata(algorithm))).toBe(missing);
    expect(said(withMetadata(['signature', SIGNATURE]))).toBe(missing);
  });
  test('that names another algorithm is refused, and quoted in forty characters', () => {
    const named = (name: string): string => said(withMetadata(['signature', SIGNATURE], ['signature-algorithm', name]));
    expect(named('none')).toBe('digest-signature-invalid: the metadata names the algorithm none');
    expect(named('x'.repeat(1000))).toBe(
      `digest-signature-invalid: the metadata names the algorithm ${'x'.repeat(40)}`,
    );
  });
  test('carries lower hex of an RSA key’s length, whole', () => {
    const signed = (signature: string): string => said(withMetadata(['signature', signature], algorithm));
    for (const size of [512, 768, 1024]) expect(signed('a'.repeat(size))).toBe('valid');
    const wrong = [
      '',
      'a',
      SIGNATURE.toUpperCase(),
      `${SIGNATURE} `,
      ` ${SIGNATURE}`,
      `${SIGNATURE}\n`,
      `g${SIGNATURE.slice(1)}`,
    ];
    for (const text of [...wrong, ...[511, 513, 767, 769, 1023, 1025].map((size) => 'a'.repeat(size))])
      expect(signed(text)).toBe('digest-signature-invalid: the signature is no lower-case hex of an RSA key length');
  });
});

describe('a backfill digest', () => {
  const rawKey = RAW_KEY.replace('.json.gz', '_backfill.json.gz');
  const generated = (time: string | null): DigestEvidence => {
    const evidence = evidenceOf({}, rawKey);
    return {
      ...evidence,
      metadata: new Map([
        ...evidence.metadata,
        ...(time === null ? [] : [['backfill-generation-timestamp', time] as const]),
      ]),
    };
  };
  const signedAt = (evidence: DigestEvidence): number | null => {
    const result = readClaims(evidence, CHAIN, NOW);
    return 'claimed' in result ? result.claimed.signedAt : null;
  };
  test('was signed when it was made, with or without parts of a second', () => {
    const made = Date.UTC(2026, 5, 3, 4, 5, 6);
    for (const time of ['2026-06-03T04:05:06Z', '2026-06-03T04:05:06.7Z', '2026-06-03T04:05:06.123456789Z'])
      expect(signedAt(generated(time))).toBe(made);
  });
  test('that does not say when is malformed', () => {
    for (const time of [
      null,
      '',
      'then',
      '2026-06-03T04:05:06.1234567890Z',
      '2026-06-03T04:05:06.7Z ',
      '2026-06-03T04:05:06.Z',
    ])
      expect(said(generated(time))).toBe('digest-malformed: a backfill digest without backfill-generation-timestamp');
  });
  test('alone has such a time: on another digest it changes nothing', () => {
    const evidence = evidenceOf();
    const metadata = new Map([...evidence.metadata, ['backfill-generation-timestamp', '2020-01-01T00:00:00Z']]);
    expect(signedAt({ ...evidence, metadata })).toBe(END);
  });
});
