/** Reading again before a verdict stands, and what may not be forgotten when a place cannot be asked. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { NamedLog } from '../../src/core/digest.ts';
import { inspectGzip } from '../../src/core/gzip.ts';
import type { Chain } from '../../src/core/source.ts';
import { OperatingError } from '../../src/errors.ts';
import type { StoredObject } from '../../src/ports.ts';
import { MOST_READINGS, verifyLog, type Reading, type VerifyPorts } from '../../src/stages/verify.ts';
import { bareSource } from '../core/trail-source.ts';

const ACCOUNT = '111111111111';
const chain: Chain = {
  account: ACCOUNT,
  region: 'us-east-1',
  source: bareSource({ reader: ACCOUNT, trail: 'main', bucket: 'member' }),
};

const CONTENT = '{"Records":[]}';
const named: NamedLog = {
  bucket: 'member',
  key: `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/03/01/${ACCOUNT}_CloudTrail_us-east-1_20260301T0005Z_AbCdEfGhIjKlMnOp.json.gz`,
  sha256: hash('sha256', CONTENT),
};

const ports: VerifyPorts = {
  inspector: { inspect: async (files, options) => files.map((file) => inspectGzip(file, options)) },
  findKey: () => Promise.reject(new Error('no key is asked for')),
  maxInflated: 1024,
  keySlack: 0,
  now: 0,
};

const GOOD = gzipSync(CONTENT);
const OTHER = gzipSync('{"Records":[{"forged":true}]}');
const BROKEN = Buffer.from('<html>');

type Answer = Uint8Array | OperatingError | null;

/** A place that gives these answers in turn, the last one for ever; `asked` counts. */
function place(via: Reading['via'], ...answers: readonly Answer[]): Reading & { asked: number } {
  const self = {
    via,
    asked: 0,
    read: async () => {
      const answer = answers[Math.min(self.asked, answers.length - 1)] ?? null;
      self.asked += 1;
      if (answer instanceof OperatingError) throw answer;
      return answer === null ? null : stored(answer);
    },
  };
  return self;
}

function stored(bytes: Uint8Array): StoredObject {
  const rest = { etag: 'e', versionId: null, lastModified: 0, contentType: null, contentEncoding: null };
  return { ...rest, bytes, size: bytes.length, metadata: new Map() };
}

const blocked = (code: 'blocked-access' | 'blocked-throttled', retryable: boolean): OperatingError =>
  new OperatingError({ code, message: code, hint: 'none', retryable });

async function verdictOf(...places: readonly Reading[]): Promise<string> {
  const { verified, via } = await verifyLog(chain, named, { places, ports });
  return `${verified.verdict.code} ${via}`;
}

describe('a named log file', () => {
  test.each([
    ['one flipped bit', [OTHER, GOOD], 'valid source', 2],
    ['two bad readings', [BROKEN, OTHER, GOOD], 'valid source', 3],
    ['bytes that stay wrong', [OTHER], 'log-hash-mismatch source', MOST_READINGS],
    ['bytes that stay broken', [BROKEN], 'log-malformed source', MOST_READINGS],
    ['good bytes', [GOOD], 'valid source', 1],
    ['nothing there', [null], 'log-missing null', 1],
    ['a refusal', [blocked('blocked-access', false)], 'blocked-access null', 1],
    ['wrong bytes that are gone when read again', [OTHER, null], 'log-hash-mismatch source', 2],
  ] as const)('with %s', async (_what, answers, verdict, readings) => {
    const source = place('source', ...answers);
    expect(await verdictOf(source)).toBe(verdict);
    expect(source.asked).toBe(readings);
  });

  test('is proven by its capture, whatever the source says now', async () => {
    for (const now of [OTHER, BROKEN, null, blocked('blocked-access', false)])
      expect(await verdictOf(place('source', now), place('pending', GOOD))).toBe('valid pending');
  });

  test('that is gone from the source is blocked, not missing, while its capture cannot be asked (it was called missing)', async () => {
    const throttled = blocked('blocked-throttled', true);
    expect(await verdictOf(place('source', null), place('pending', throttled), place('archive', null))).toBe(
      'blocked-throttled null',
    );
    expect(await verdictOf(place('source', null), place('pending', null), place('archive', throttled))).toBe(
      'blocked-throttled null',
    );
    expect(await verdictOf(place('source', OTHER), place('pending', throttled), place('archive', null))).toBe(
      'log-hash-mismatch source',
    );
  });

  test('that failed in the source is not acquitted or accused by what a capture of other bytes says', async () => {
    expect(await verdictOf(place('source', null), place('pending', OTHER), place('archive', null))).toBe(
      'log-missing null',
    );
    expect(await verdictOf(place('source', BROKEN), place('pending', OTHER), place('archive', null))).toBe(
      'log-malformed source',
    );
  });

  test('is never read where the chain may not lie', async () => {
    const source = place('source', GOOD);
    const foreign = { ...named, bucket: 'somebody-elses' };
    const { verified } = await verifyLog(chain, foreign, { places: [source], ports });
    expect([verified.verdict.code, source.asked]).toEqual(['log-foreign', 0]);
  });

  test('is tried again as a whole when an answer was garbled', async () => {
    const garbled = new OperatingError({ code: 'transport-garbled', message: 'x', hint: 'y', retryable: true });
    await expect(verdictOf(place('source', garbled))).rejects.toBe(garbled);
  });
});
