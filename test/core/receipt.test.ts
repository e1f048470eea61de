/** Receipts: what was recorded is read back, and a receipt that says anything but its name is refused. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RECEIPT_STATES, type ReceiptName, type ReceiptState } from '../../src/core/layout.ts';
import {
  countLogs,
  decodeReceipt,
  encodeReceipt,
  isBrokenLink,
  isDefended,
  receiptState,
  sameEvidence,
  type LogReceipt,
  type Receipt,
} from '../../src/core/receipt.ts';
import { BLOCKED_CODES, DIGEST_CODES, isBlockedCode, LINK_CODES, LOG_CODES } from '../../src/core/verdict.ts';
import { LOG, RECORDED } from './drawn-receipt.ts';

const decoded = (receipt: unknown, name: ReceiptName): string => {
  const result = decodeReceipt(encodeReceipt(receipt as Receipt), name);
  return 'problem' in result ? result.problem : 'read';
};

test('what was recorded is read back', () => {
  fc.assert(
    fc.property(RECORDED, ({ receipt, name }) => {
      const result = decodeReceipt(encodeReceipt(receipt), name);
      expect(result).toEqual({ receipt: JSON.parse(JSON.stringify(receipt)) as unknown });
      expect('receipt' in result && sameEvidence(result.receipt, { ...receipt, revision: receipt.revision + 1 })).toBe(
        true,
      );
    }),
    { numRuns: 300 },
  );
});

test('a receipt of before the source was recorded is read as one that says nothing of it, and writes no revision', () => {
  fc.assert(
    fc.property(RECORDED, ({ receipt, name }) => {
      const logs = receipt.logs.map((log) => ({ ...log, source: null }));
      const now: Receipt = { ...receipt, logs };
      const former = { ...now, logs: logs.map(({ source: _source, ...log }) => log) } as unknown as Receipt;
      const state = name.state === 'defended' ? 'linked' : name.state;
      const named = receipt.link.verdict === 'chain-start' && name.state === 'defended' ? 'start' : state;
      const result = decodeReceipt(encodeReceipt(former), { ...name, state: named });
      expect(result).toEqual({ receipt: JSON.parse(JSON.stringify(now)) as unknown });
      expect('receipt' in result && sameEvidence(result.receipt, now)).toBe(true);
    }),
  );
});

test.each([
  ['a word', 'log-missing'],
  ['of no verdict', { verdict: 'fine', detail: '' }],
  ['that is valid', { verdict: 'valid', detail: '' }],
  ['without detail', { verdict: 'log-missing' }],
  ['a list', ['log-missing']],
])('a receipt whose log has a source that is %s is refused', (_name, source) => {
  fc.assert(
    fc.property(RECORDED, LOG, ({ receipt, name }, log) => {
      const logs = [...receipt.logs, { ...log, source } as unknown as LogReceipt];
      expect(decoded({ ...receipt, logs, counts: countLogs(logs) }, name)).toBe('parts of it are missing');
    }),
    { numRuns: 20 },
  );
});

/** What the name, the counts or the state bind. */
const BOUND: readonly (readonly [string, (receipt: Receipt) => unknown])[] = [
  ['schema', (receipt) => ({ ...receipt, schema: 'orgtrail.receipt/2' })],
  ['revision', (receipt) => ({ ...receipt, revision: receipt.revision + 1 })],
  ['revision as text', (receipt) => ({ ...receipt, revision: String(receipt.revision) })],
  ['account', (receipt) => ({ ...receipt, chain: { ...receipt.chain, account: '999999999999' } })],
  ['region', (receipt) => ({ ...receipt, chain: { ...receipt.chain, region: 'sa-east-1' } })],
  ['trail', (receipt) => ({ ...receipt, chain: { ...receipt.chain, trail: `${receipt.chain.trail}x` } })],
  ['home region', (receipt) => ({ ...receipt, chain: { ...receipt.chain, homeRegion: 'sa-east-1' } })],
  ['kind', (receipt) => ({ ...receipt, chain: { ...receipt.chain, kind: 'other' } })],
  ['end', (receipt) => ({ ...receipt, digest: { ...receipt.digest, end: '2012-01-01T00:00:00Z' } })],
  ['start', (receipt) => ({ ...receipt, digest: { ...receipt.digest, start: '2012-01-01T00:00:00Z' } })],
  ['origin bucket', (receipt) => withOrigin(receipt, { bucket: `${receipt.digest.origin.bucket}x` })],
  ['origin key', (receipt) => withOrigin(receipt, { key: `${receipt.digest.origin.key}x` })],
  ['a log file too many', (receipt) => ({ ...receipt, logs: [...receipt.logs, receipt.logs[0] ?? {}] })],
  ['a log file that is null', (receipt) => ({ ...receipt, logs: [...receipt.logs, null] })],
  ['log files that are no list', (receipt) => ({ ...receipt, logs: {} })],
  ['a count', (receipt) => ({ ...receipt, counts: { ...receipt.counts, missing: receipt.counts.missing + 1 } })],
  ['counts gone', (receipt) => ({ ...receipt, counts: undefined })],
  ['chain gone', (receipt) => ({ ...receipt, chain: undefined })],
  ['digest null', (receipt) => ({ ...receipt, digest: null })],
  ['origin gone', (receipt) => withOrigin(receipt, { bucket: undefined })],
  [
    'a text that is an object',
    (receipt) => ({ ...receipt, chain: { ...receipt.chain, account: { toString: 1, valueOf: 1 } } }),
  ],
  ['an origin that is an object', (receipt) => withOrigin(receipt, { bucket: { toString: 1, valueOf: 1 } })],
];

function withOrigin(receipt: Receipt, part: Readonly<Record<string, unknown>>): unknown {
  return { ...receipt, digest: { ...receipt.digest, origin: { ...receipt.digest.origin, ...part } } };
}

describe('a receipt is refused when it changes', () => {
  test.each(BOUND)('in its %s', (_name, change) => {
    fc.assert(
      fc.property(RECORDED, ({ receipt, name }) => {
        expect(decoded(change(receipt), name)).not.toBe('read');
      }),
      { numRuns: 30 },
    );
  });
  test('in a verdict that would change its state or its counts', () => {
    fc.assert(
      fc.property(RECORDED, fc.constantFrom(...LOG_CODES), fc.nat(), ({ receipt, name }, verdict, at) => {
        const index = at % Math.max(1, receipt.logs.length);
        const logs = receipt.logs.map((log, place) => (place === index ? { ...log, verdict } : log));
        const changed = { ...receipt, logs };
        const codes = logs.map((log) => log.verdict);
        const state = receiptState({
          digest: receipt.digest.verdict,
          link: receipt.link.verdict,
          logs: codes,
          defended: isDefended(logs),
        });
        const same = state === name.state && JSON.stringify(countLogs(logs)) === JSON.stringify(receipt.counts);
        expect(decoded(changed, name) === 'read').toBe(same);
      }),
      { numRuns: 300 },
    );
  });
  test('a failed one that calls itself proven, in every part of its name', () => {
    fc.assert(
      fc.property(RECORDED, fc.constantFrom(...RECEIPT_STATES), ({ receipt, name }, state) => {
        expect(decoded(receipt, { ...name, state }) === 'read').toBe(state === name.state);
      }),
    );
  });
});

test('no bytes make the reader throw', () => {
  const junk = fc.oneof(
    fc.constant(null),
    fc.constant([]),
    fc.constant(0),
    fc.constant('x'),
    fc.constant({}),
    fc.constant({ toString: 0 }),
  );
  fc.assert(
    fc.property(RECORDED, fc.nat(), junk, ({ receipt, name }, at, value) => {
      const places: [Record<string, unknown>, string][] = [];
      const visit = (node: unknown): void => {
        if (node === null || typeof node !== 'object') return;
        for (const key of Object.keys(node)) {
          places.push([node as Record<string, unknown>, key]);
          visit((node as Record<string, unknown>)[key]);
        }
      };
      const copy = JSON.parse(JSON.stringify(receipt)) as Record<string, unknown>;
      visit(copy);
      const [node, key] = places[at % places.length] ?? [copy, 'schema'];
      node[key] = value;
      expect(typeof decoded(copy, name)).toBe('string');
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json().map((json) => Buffer.from(json)),
        fc.uint8Array(),
      ),
      RECORDED,
      (bytes, { name }) => {
        expect('problem' in decodeReceipt(bytes, name)).toBe(true);
      },
    ),
  );
});

describe('the state of a receipt', () => {
  test('is proven only where digest, link and every log file are', () => {
    const fine = fc.constant('valid' as const);
    const code = fc.oneof({ weight: 3, arbitrary: fine }, fc.constantFrom(...LOG_CODES, ...BLOCKED_CODES));
    const digests = fc.oneof({ weight: 2, arbitrary: fine }, fc.constantFrom(...DIGEST_CODES, ...BLOCKED_CODES));
    const proven = fc.constantFrom('linked' as const, 'chain-start' as const, 'digest-missing' as const);
    const links = fc.oneof(proven, fc.constantFrom(...LINK_CODES, ...BLOCKED_CODES));
    fc.assert(
      fc.property(digests, links, fc.array(code, { maxLength: 3 }), fc.boolean(), (digest, link, logs, defended) => {
        const all = [digest, ...logs];
        const state = receiptState({ digest, link, logs, defended });
        const failed = all.some((one) => one !== 'valid' && !isBlockedCode(one)) || isBrokenLink(link);
        const blocked = [...all, link].some(isBlockedCode);
        const wanted: ReceiptState = failed
          ? 'failed'
          : blocked
            ? 'blocked'
            : link === 'digest-missing'
              ? 'unlinked'
              : defended
                ? 'defended'
                : link === 'chain-start'
                  ? 'start'
                  : 'linked';
        expect(state).toBe(wanted);
        if (state === 'linked' || state === 'start') expect(new Set(all)).toEqual(new Set(['valid']));
      }),
      { numRuns: 500 },
    );
  });
  test('counts every log file once', () => {
    fc.assert(
      fc.property(fc.array(LOG, { maxLength: 20 }), (logs) => {
        const { named, valid, invalid, missing, blocked } = countLogs(logs);
        expect([named, valid + invalid + missing + blocked]).toEqual([logs.length, logs.length]);
        expect(valid).toBe(logs.filter(({ verdict }) => verdict === 'valid').length);
      }),
    );
  });
});
