/** The signature, the link, the log files and the places of a chain: each verdict with its exact edges and its words. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MAX_NAMED_LOGS, stringToSign, type Digest } from '../../src/core/digest.ts';
import {
  isOwnDigest,
  isWithinSource,
  judgeLink,
  judgeLog,
  judgeSignature,
  namedOnce,
  withoutBytes,
  type ClaimedDigest,
  type Predecessor,
} from '../../src/core/judge.ts';
import type { PublicKeyRecord } from '../../src/core/publickey.ts';
import { HOUR } from '../../src/core/time.ts';
import { CHAIN, END, FIELDS, inspected, RAW_KEY, SIGNATURE, UNREADABLE } from './handmade-digest.ts';

const FINGERPRINT = FIELDS.digestPublicKeyFingerprint;
const DIGEST: Digest = {
  account: CHAIN.account,
  start: END - HOUR,
  end: END,
  endText: FIELDS.digestEndTime,
  bucket: 'member-logs',
  key: RAW_KEY,
  fingerprint: FINGERPRINT,
  previous: null,
  logs: [],
};

describe('a signature', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = publicKey.export({ format: 'der', type: 'pkcs1' });
  const record: PublicKeyRecord = {
    region: 'eu-west-1',
    fingerprint: FINGERPRINT,
    der,
    validFrom: END - HOUR,
    validTo: END + HOUR,
  };
  const made = sign('sha256', Buffer.from(stringToSign(DIGEST, 'ab')), privateKey).toString('hex');
  const claimed: ClaimedDigest = { digest: DIGEST, contentSha256: 'ab', signature: made, signedAt: END };
  const said = (claim: ClaimedDigest, key: PublicKeyRecord | null, slack = 0): string => {
    const { code, detail } = judgeSignature(claim, key, slack);
    return detail === '' ? code : `${code}: ${detail}`;
  };

  test('that matches is valid', () => expect(said(claimed, record)).toBe('valid'));
  test('of a key that nobody has, or that is none, is of an unknown key', () => {
    expect(said(claimed, null)).toBe(`key-unknown: no public key of the region has the fingerprint ${FINGERPRINT}`);
    expect(said(claimed, { ...record, der: Buffer.from('x') })).toBe(
      `key-unknown: the key ${FINGERPRINT} is no RSA key`,
    );
  });
  test('of other text or bytes is invalid', () => {
    const invalid = `digest-signature-invalid: the signature does not match the key ${FINGERPRINT}`;
    expect(said({ ...claimed, contentSha256: 'ac' }, record)).toBe(invalid);
    expect(said({ ...claimed, signature: SIGNATURE }, record)).toBe(invalid);
  });
  test('holds while its key was in use, both ends included, with the slack at both', () => {
    const outside = `key-outside-validity: the key ${FINGERPRINT} was not in use at that time`;
    const at = (signedAt: number, slack: number): string => said({ ...claimed, signedAt }, record, slack);
    for (const slack of [0, 7]) {
      expect(at(record.validFrom - slack, slack)).toBe('valid');
      expect(at(record.validFrom - slack - 1, slack)).toBe(outside);
      expect(at(record.validTo + slack, slack)).toBe('valid');
      expect(at(record.validTo + slack + 1, slack)).toBe(outside);
    }
  });
});

describe('a link', () => {
  const content = JSON.stringify({
    ...FIELDS,
    digestStartTime: '2026-04-30T23:13:52Z',
    digestEndTime: '2026-05-01T00:13:52Z',
  });
  const before: Predecessor = { inspection: inspected(content), metadata: new Map([['signature', SIGNATURE]]) };
  const previous = {
    bucket: 'member-logs',
    key: 'before',
    sha256: inspected(content).contentSha256,
    signature: SIGNATURE,
  };
  const linked: Digest = { ...DIGEST, previous };
  const said = (
    digest: Digest,
    predecessor: Predecessor | null,
    kind: 'standard' | 'backfill' = 'standard',
  ): string => {
    const { code, detail } = judgeLink(digest, predecessor, kind);
    return detail === '' ? code : `${code}: ${detail}`;
  };

  test('holds when hash, signature and time all do', () => expect(said(linked, before)).toBe('linked'));
  test('that there is none starts a chain', () => expect(said(DIGEST, before)).toBe('chain-start'));
  test('to nothing names what is gone', () => {
    expect(said(linked, null)).toBe('digest-missing: the digest before it is gone: s3://member-logs/before');
  });
  test('to what cannot be read, or reads otherwise, is a broken hash', () => {
    expect(said(linked, { ...before, inspection: UNREADABLE })).toBe(
      'link-hash-mismatch: the digest before it cannot be read: gzip CRC-32 does not match',
    );
    const other = inspected('{}');
    expect(said(linked, { ...before, inspection: other })).toBe(
      `link-hash-mismatch: the digest before it has the hash ${other.contentSha256}, not ${previous.sha256}`,
    );
  });
  test('to other metadata, or to none, is a broken signature', () => {
    const mismatch = 'link-signature-mismatch: the digest before it carries another signature than this one states';
    expect(said(linked, { ...before, metadata: new Map() })).toBe(mismatch);
    expect(said(linked, { ...before, metadata: new Map([['signature', 'ab']]) })).toBe(mismatch);
  });
  test('tiles time: neither a gap nor an overlap', () => {
    const gap = (start: number): string => said({ ...linked, start }, before);
    expect(gap(DIGEST.start + 2000)).toBe('time-gap: a gap of 2 s between it and the digest before it');
    expect(gap(DIGEST.start - 3000)).toBe('time-gap: an overlap of 3 s between it and the digest before it');
  });
  test('of backfill digests need not', () => {
    expect(said({ ...linked, start: DIGEST.start + 2000 }, before, 'backfill')).toBe('linked');
  });
  test('to content that nobody kept, or that is no digest, is never taken for one', () => {
    const unread = 'link-hash-mismatch: the digest before it cannot be read';
    const unkept = { ...inspected(content), content: null };
    expect(said(linked, { ...before, inspection: unkept })).toBe(unread);
    const broken = inspected('[]');
    const stated = { ...linked, previous: { ...previous, sha256: broken.contentSha256 } };
    expect(said(stated, { ...before, inspection: broken })).toBe(unread);
  });
});

describe('a log file', () => {
  const named = { bucket: 'member-logs', key: 'k', sha256: inspected('log').contentSha256 };
  test('is valid when its content has the hash, whatever else', () => {
    const verified = judgeLog(named, inspected('log'));
    expect(verified).toMatchObject({ verdict: { code: 'valid', detail: '' }, notes: [], inspection: { ok: true } });
    expect(judgeLog(named, inspected('log', true)).notes).toEqual(['gzip-header-data']);
  });
  test('with other content says both hashes, and still tells of data in its header', () => {
    const { verdict, notes } = judgeLog(named, inspected('other', true));
    expect(verdict).toEqual({
      code: 'log-hash-mismatch',
      detail: `its content has the hash ${inspected('other').contentSha256}, the digest says ${named.sha256}`,
    });
    expect(notes).toEqual(['gzip-header-data']);
  });
  test('that cannot be read is malformed, one without bytes is what the caller says', () => {
    expect(judgeLog(named, UNREADABLE)).toMatchObject({
      verdict: { code: 'log-malformed', detail: 'gzip CRC-32 does not match' },
      notes: [],
    });
    const gone = { code: 'log-missing', detail: 'gone' } as const;
    expect(withoutBytes(gone)).toEqual({ verdict: gone, notes: [], inspection: null });
  });
});

describe('log files that are named twice', () => {
  const log = (key: string, sha256: string): Digest['logs'][number] => ({ bucket: 'b', key, sha256 });
  test('with one hash are noted, with two contradict, and stand once', () => {
    const once = namedOnce({
      ...DIGEST,
      logs: [log('a', '1'), log('b', '1'), log('a', '1'), log('b', '2'), log('c', '3')],
    });
    expect(once.logs).toEqual([log('a', '1'), log('b', '1'), log('c', '3')]);
    expect([...once.twice]).toEqual(['b/a']);
    expect([...once.contradicted]).toEqual(['b/b']);
  });
  test('are counted before anything else: a digest past the limit was never parsed', () => {
    const logs = Array.from({ length: MAX_NAMED_LOGS }, () => log('a', '1'));
    expect(namedOnce({ ...DIGEST, logs }).logs).toHaveLength(1);
    expect(() => namedOnce({ ...DIGEST, logs: [...logs, log('a', '1')] })).toThrow('parsed before it is judged');
  });
});

describe('what a chain may read', () => {
  const LOG_KEY =
    'logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/01/111122223333_CloudTrail_eu-west-1_20260501T0110Z_AbCdEfGhIjKlMnOp.json.gz';
  const within = (key: string, chain = CHAIN, bucket = 'member-logs'): boolean =>
    isWithinSource(chain, { bucket, key });
  const own = (key: string): boolean => isOwnDigest(CHAIN, { bucket: 'member-logs', key, sha256: '', signature: '' });
  test('is its own account, region and organization, in a place of its own', () => {
    expect(within(LOG_KEY)).toBe(true);
    expect(within(LOG_KEY.slice(5), CHAIN, 'former-logs')).toBe(true);
    expect(within(LOG_KEY, { ...CHAIN, account: '999999999999' })).toBe(false);
    expect(within(LOG_KEY, { ...CHAIN, region: 'eu-west-2' })).toBe(false);
    expect(within(LOG_KEY, { ...CHAIN, source: { ...CHAIN.source, org: 'o-abcdefghij' } })).toBe(false);
    expect(within(LOG_KEY, CHAIN, 'former-logs')).toBe(false);
    expect(within(LOG_KEY.slice(5))).toBe(false);
    expect(within('no key')).toBe(false);
  });
  test('and of digests those of its trail and home region, never a log file', () => {
    expect(own(RAW_KEY)).toBe(true);
    expect(own(LOG_KEY)).toBe(false);
    expect(own(RAW_KEY.replace('_main_', '_other_'))).toBe(false);
    expect(own(RAW_KEY.replace('_us-east-1_', '_us-east-2_'))).toBe(false);
    expect(own(RAW_KEY.replace('logs/', 'other/'))).toBe(false);
    expect(own('')).toBe(false);
  });
});
