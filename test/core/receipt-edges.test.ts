/** Receipts by hand: which links are faults, what is defended, what counts as evidence, and the reason of each refusal. */
import { describe, expect, test } from 'vitest';
import { originMark, type ReceiptName } from '../../src/core/layout.ts';
import {
  countLogs,
  decodeReceipt,
  encodeReceipt,
  isBrokenLink,
  isDefended,
  RECEIPT_SCHEMA,
  receiptState,
  sameEvidence,
  type LogReceipt,
  type Receipt,
} from '../../src/core/receipt.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import { BLOCKED_CODES } from '../../src/core/verdict.ts';

const END = Date.UTC(2026, 4, 1, 1);
const HASH = 'a'.repeat(64);
const ORIGIN = { bucket: 'b', key: 'k', versionId: 'v1', etag: 'e1' };
const LOG: LogReceipt = {
  origin: { ...ORIGIN, key: 'l' },
  verdict: 'valid',
  detail: '',
  via: 'source',
  place: null,
  expectedSha256: HASH,
  contentSha256: HASH,
  storedSha256: HASH,
  size: 7,
  notes: [],
  source: null,
};
const CHAIN = { account: '111122223333', region: 'eu-west-1', trail: 'main', homeRegion: 'us-east-1' } as const;
const RECEIPT: Receipt = {
  schema: RECEIPT_SCHEMA,
  revision: 0,
  chain: { ...CHAIN, trailArn: 'arn', kind: 'standard' },
  digest: {
    origin: ORIGIN,
    verdict: 'valid',
    detail: '',
    place: null,
    start: formatIso(END - HOUR),
    end: formatIso(END),
    previous: null,
    fingerprint: null,
    signature: null,
    contentSha256: HASH,
    storedSha256: HASH,
    size: 9,
  },
  link: { verdict: 'linked', detail: '' },
  logs: [LOG],
  counts: countLogs([LOG]),
};
const TIMES = { start: END - HOUR, end: END };
const NAME: ReceiptName = {
  ...CHAIN,
  ...TIMES,
  kind: 'standard',
  mark: originMark('b', 'k'),
  revision: 0,
  state: 'linked',
};
const log = (parts: Partial<LogReceipt>): LogReceipt => ({ ...LOG, ...parts });
const digest = (parts: Partial<Receipt['digest']>): Receipt => ({
  ...RECEIPT,
  digest: { ...RECEIPT.digest, ...parts },
});
const LOST = { verdict: 'log-missing', detail: 'it is not in the source' } as const;

const said = (receipt: unknown, name: Partial<ReceiptName> = {}): string => {
  const read = decodeReceipt(Buffer.from(typeof receipt === 'string' ? receipt : JSON.stringify(receipt)), {
    ...NAME,
    ...name,
  });
  return 'problem' in read ? read.problem : 'read';
};

describe('a link', () => {
  test('is broken where it is evidence of a fault', () => {
    for (const link of [
      'link-hash-mismatch',
      'link-signature-mismatch',
      'time-gap',
      'chain-fork',
      'chain-restarted',
    ] as const)
      expect([link, isBrokenLink(link)]).toEqual([link, true]);
    for (const link of ['linked', 'chain-start', 'digest-missing', ...BLOCKED_CODES] as const)
      expect([link, isBrokenLink(link)]).toEqual([link, false]);
  });
  test('makes the state of a receipt whose files are proven', () => {
    const state = (link: Receipt['link']['verdict'], defended?: boolean) =>
      receiptState({ digest: 'valid', link, logs: ['valid'], ...(defended === undefined ? {} : { defended }) });
    expect([state('linked'), state('chain-start'), state('digest-missing'), state('time-gap')]).toEqual([
      'linked',
      'start',
      'unlinked',
      'failed',
    ]);
    expect(state('blocked-keys')).toBe('blocked');
    expect([state('linked', true), state('chain-start', true), state('linked', false)]).toEqual([
      'defended',
      'defended',
      'linked',
    ]);
    expect(state('digest-missing', true)).toBe('unlinked');
  });
});

describe('a receipt is defended', () => {
  test('when a proven file is not what the source holds, or carries what nobody signed', () => {
    expect(isDefended([LOG])).toBe(false);
    expect(isDefended([])).toBe(false);
    expect(isDefended([LOG, log({ source: LOST })])).toBe(true);
    expect(isDefended([LOG, log({ notes: ['log-listed-twice', 'gzip-header-data'] })])).toBe(true);
    expect(isDefended([log({ notes: ['log-recompressed', 'log-listed-twice'] })])).toBe(false);
  });
  test('by its proven files alone', () => {
    expect(isDefended([log({ verdict: 'log-malformed', source: LOST, notes: ['gzip-header-data'] })])).toBe(false);
  });
  test('by the digest’s own header too', () => {
    expect(isDefended([], ['gzip-header-data'])).toBe(true);
    expect(isDefended([LOG], ['log-recompressed'])).toBe(false);
    expect(said({ ...digest({ notes: ['gzip-header-data'] }) }, { state: 'defended' })).toBe('read');
  });
  test('by nothing that is no list: its fields are still to be checked', () => {
    for (const notes of [null, 7, 'gzip-header-data', {}])
      expect(isDefended([log({ notes: notes as unknown as LogReceipt['notes'] })])).toBe(false);
  });
});

describe('the evidence', () => {
  test('is the same whatever the revision, and however the same content is stored', () => {
    expect(sameEvidence(RECEIPT, { ...RECEIPT, revision: 3 })).toBe(true);
    const anew = digest({ origin: { ...ORIGIN, versionId: 'v2', etag: null }, storedSha256: 'b', size: 10 });
    expect(sameEvidence(RECEIPT, anew)).toBe(true);
  });
  test('is another with any other part', () => {
    for (const other of [
      digest({ detail: 'x' }),
      digest({ contentSha256: 'b' }),
      digest({ origin: { ...ORIGIN, key: 'x' } }),
      { ...RECEIPT, logs: [] },
      { ...RECEIPT, logs: [log({ size: 8 })] },
      { ...RECEIPT, link: { verdict: 'linked', detail: 'x' } as const },
    ])
      expect(sameEvidence(RECEIPT, other)).toBe(false);
  });
  test('of a digest that was never read is how it is stored', () => {
    const unread = digest({ contentSha256: null });
    const stored = digest({ contentSha256: null, storedSha256: 'b' });
    expect(sameEvidence(unread, stored)).toBe(false);
    expect(sameEvidence(unread, { ...unread, revision: 3 })).toBe(true);
    expect(sameEvidence(unread, RECEIPT)).toBe(false);
  });
});

test('what is written is indented JSON that ends with its line', () => {
  const text = Buffer.from(encodeReceipt(RECEIPT)).toString();
  expect(text).toMatch(/^\{\n "schema": "orgtrail.receipt\/1",\n [^]*\}\n$/);
  expect(JSON.parse(text)).toEqual(RECEIPT);
});

describe('a receipt is refused with its reason', () => {
  test('whole, it is read', () => expect(said(RECEIPT)).toBe('read'));
  test('no JSON, or another schema', () => {
    expect(said('{')).toMatch(/JSON/i);
    for (const other of [null, 7, {}, [], { ...RECEIPT, schema: 'orgtrail.receipt/2' }])
      expect(said(other)).toBe('not of schema orgtrail.receipt/1');
  });
  test('parts of another kind', () => {
    const missing = 'parts of it are missing';
    for (const part of ['chain', 'digest', 'link'])
      for (const value of [undefined, null, 7, 'x', []]) expect(said({ ...RECEIPT, [part]: value })).toBe(missing);
    for (const logs of [undefined, null, {}, 'x', [null], [7], [[]], [{}]])
      expect(said({ ...RECEIPT, logs })).toBe(missing);
    for (const origin of [undefined, null, 'x', [], {}, { bucket: 'b' }, { key: 'k' }, { bucket: 7, key: 'k' }])
      expect(said({ ...RECEIPT, logs: [{ ...LOG, origin }] })).toBe(missing);
    for (const source of [7, 'x', [], {}, { ...LOST, verdict: 'valid' }, { ...LOST, detail: null }])
      expect(said({ ...RECEIPT, logs: [{ ...LOG, source }] })).toBe(missing);
    for (const verdict of [7, null, ['log-missing'], ['blocked-kms'], 'fine'])
      expect(said({ ...RECEIPT, logs: [{ ...LOG, source: { ...LOST, verdict } }] })).toBe(missing);
    expect(
      said({ ...RECEIPT, logs: [{ ...LOG, source: { ...LOST, verdict: 'blocked-kms' } }] }, { state: 'defended' }),
    ).toBe('read');
  });
  test('another name', () => {
    const told = [
      '111122223333',
      'eu-west-1',
      'main',
      'us-east-1',
      'standard',
      '2026-05-01T00:00:00Z',
      '2026-05-01T01:00:00Z',
      NAME.mark,
    ];
    expect(said(RECEIPT, { revision: 2 })).toBe(
      `it speaks of ${JSON.stringify([...told, 0])}, its name of ${JSON.stringify([...told, 2])}`,
    );
    for (const other of [
      { account: 'x' },
      { region: 'x' },
      { trail: 'x' },
      { homeRegion: 'x' },
      { kind: 'backfill' as const },
      { start: null },
      { end: 0 },
      { mark: 'x' },
    ])
      expect(said(RECEIPT, other)).toMatch(/^it speaks of /);
    for (const origin of [null, undefined, { bucket: 7, key: 'k' }, { bucket: 'b', key: 7 }])
      expect(said({ ...RECEIPT, digest: { ...RECEIPT.digest, origin } })).toContain('"2026-05-01T01:00:00Z",null,0]');
  });
  test('another state', () => {
    expect(said(RECEIPT, { state: 'start' })).toBe('its verdicts make it linked, its name says start');
    expect(said({ ...RECEIPT, logs: [{ ...LOG, source: LOST }] })).toBe(
      'its verdicts make it defended, its name says linked',
    );
    expect(said({ ...RECEIPT, link: { verdict: 'time-gap', detail: '' } })).toBe(
      'its verdicts make it failed, its name says linked',
    );
  });
  test('other counts, or a field of another type', () => {
    expect(said({ ...RECEIPT, counts: { ...RECEIPT.counts, valid: 2 } })).toBe('its counts are not those of its list');
    expect(said({ ...RECEIPT, digest: { ...RECEIPT.digest, size: '9' } })).toBe(
      'the size of its digest is not of its type',
    );
  });
});
