/** Rows 97-100, 109 and 123: signatures, the keys behind them, and the metadata they live in. */
import { describe, expect, test } from 'vitest';
import { inspectGzip } from '../../src/core/gzip.ts';
import { judgeSignature, readClaims } from '../../src/core/judge.ts';
import { parseKey } from '../../src/core/key.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { objectAt as forgedAt, putObjects } from '../cloud/forge/buckets.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import * as metadata from '../cloud/forge/damage/signature-metadata.ts';
import { signWithOldKey } from '../cloud/forge/damage/signed-contents.ts';
import { createForge } from '../cloud/forge/forge.ts';
import { DAY } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, judgeStage, newStage, START, type Stage } from '../core/forged-chain.ts';
import { objectAt } from '../flow/evidence.ts';
import { REGION } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { verifyHere } from '../flow/verify-here.ts';
import { tally } from '../flow/verify-report.ts';
import { collected, ground, notGreen, provenAt, saidOf } from './ground.ts';

describe('F. CloudTrail digests', () => {
  test("97 a stranger's key: key-unknown, and nobody is asked for keys but the region's key service", async () => {
    const chain = await ground();
    digests.signWithUnknownKey(chain, { hour: 1 });
    chain.publish();
    const { exit, report } = await verifyHere(chain, { to: chain.end() });
    expect({ exit, unknown: tally(report)['key-unknown'] }).toEqual({ exit: 3, unknown: 1 });
    const asked = chain.cloud.control.calls.filter(({ operation }) => operation === 'ListPublicKeys');
    expect(new Set(asked.map(({ region }) => region))).toEqual(new Set([REGION]));
    const { entries } = chain.cloud.requests;
    expect(entries.filter(({ key }) => /\bkeys?\b|\.pem|\.der/.test(key ?? ''))).toEqual([]);
  });

  test.each([
    ['that fails', { type: 'error', code: 'InternalErrorException', status: 500 }],
    ['that denies', { type: 'error', code: 'AccessDeniedException', status: 400 }],
    ['that answers an empty list', { type: 'empty' }],
  ] as const)('98 a key service %s: blocked-keys and no forgery', async (_name, outcome) => {
    const chain = await ground({ hours: 2 });
    chain.publish();
    chain.cloud.control.fail({ operation: 'ListPublicKeys', outcome });
    const { exit, report } = await verifyHere(chain, { to: chain.end() });
    expect({ exit, findings: tally(report) }).toEqual({ exit: 5, findings: { 'blocked-keys': 2 } });
  });

  test('99 a key rotated around the hour: verifies within two hours of slack, backfill by its generation time', () => {
    const { stage, boundary } = rotating();
    const { judged, codes } = judgeStage(stage);
    expect([...codes]).toEqual([]);
    expect(notGreen(judged)).toEqual([]);
    const signers = stage.chain.hours.map(
      ({ deliveredAt }) => stage.chain.keyring.signerAt(stage.chain.region, deliveredAt).fingerprint,
    );
    expect(new Set(signers).size).toBe(2);
    // The digest that ends before its own key was valid is among them.
    expect(stage.chain.hours.some(({ end, deliveredAt }) => end < boundary && deliveredAt >= boundary)).toBe(true);
    expect(judged.backfills.map(({ state }) => state)).toEqual(['verified']);
  });

  test('100 a genuine key outside its validity: key-outside-validity, one minute beyond the slack and not before', () => {
    expect(saidOf(signWithOldKey)).toContain('key-outside-validity');
    const stage = newStage(1);
    const [hour] = stage.chain.hours;
    const digest = hour?.digest ?? { bucket: '', key: '' };
    const { claimed, key } = claimsOf(stage, digest);
    for (const [late, code] of [
      [119 * MINUTE, 'valid'],
      [121 * MINUTE, 'key-outside-validity'],
    ] as const) {
      const expired = { ...key, validTo: claimed.signedAt - late };
      expect(judgeSignature(claimed, expired, 2 * HOUR).code).toBe(code);
      const early = { ...key, validFrom: claimed.signedAt + late };
      expect(judgeSignature(claimed, early, 2 * HOUR).code).toBe(code);
    }
  });

  test.each(Object.entries(metadata))('109 signature metadata that is not what AWS writes: %s', (_name, damage) => {
    const said = saidOf(damage);
    expect(said.some((code) => code === 'digest-signature-missing' || code === 'digest-signature-invalid')).toBe(true);
  });

  test('123 our own copy of a digest: metadata and bytes are those of the source, so that it can be proven again', async () => {
    const chain = await ground({ hours: 2 });
    chain.publish();
    expect((await collected(chain)).exitCode).toBe(0);
    for (const { digest } of chain.chain.hours) {
      const original = forgedAt(chain.buckets, digest);
      const copy = objectAt(chain, ARCHIVE, provenAt(digest));
      expect(Object.fromEntries(copy.metadata)).toEqual(Object.fromEntries(original.metadata));
      expect(copy.metadata.get('signature')).toMatch(/^[0-9a-f]{512}$/);
      expect(Buffer.compare(copy.body, original.body)).toBe(0);
    }
  });
});

/** A chain over a change of the signing key, with a backfill digest of its first hour made after the change. */
function rotating(): { readonly stage: Stage; readonly boundary: number } {
  const forge = createForge({ seed: 'core', cheap: true });
  const keys = forge.publicKeys('eu-west-1', START, START + 30 * DAY);
  const boundary = Math.min(...keys.map(({ validFrom }) => validFrom).filter((from) => from > START));
  // The digest ends ten minutes before the new key is valid and is signed half an hour later, with the new one.
  const start = boundary - 10 * MINUTE - 3 * HOUR;
  const trail = forge.trail({
    account: '111122223333',
    homeRegion: 'eu-west-1',
    bucket: 'logs',
    startedLogging: start,
  });
  const chain = forge.chain({ trail, firstDigestStart: start });
  const buckets = new Map();
  const first = chain.hour({ logs: 2, withheld: 1 });
  const hours = [first, ...Array.from({ length: 5 }, () => chain.hour({ logs: 1 }))];
  const { start: from, end } = first;
  const generatedAt = end + 5 * HOUR;
  hours.push(chain.backfill({ start: from, end, logs: first.withheld, generatedAt }));
  for (const { deliveries } of hours)
    putObjects(
      buckets,
      deliveries.map(({ object }) => object),
    );
  return { boundary, stage: { forge, chain, buckets, now: start + 6 * HOUR + 45 * MINUTE } };
}

/** The claims of an untouched digest and the key that it names. */
function claimsOf(stage: Stage, name: { readonly bucket: string; readonly key: string }) {
  const { body, metadata: stated } = forgedAt(stage.buckets, name);
  const key = parseKey(name.key);
  if (key?.type !== 'digest') throw new Error(`no digest: ${name.key}`);
  const inspection = inspectGzip(body, { maxInflated: 1024 * 1024, keepContent: true });
  const chain = chainOf(stage.chain, trailAt(stage.chain.trail, { chains: [stage.chain], t: stage.now }));
  const read = readClaims(
    { bucket: name.bucket, rawKey: name.key, key, inspection, metadata: stated },
    chain,
    stage.now,
  );
  if (!('claimed' in read)) throw new Error(read.refused.detail);
  const { fingerprint } = read.claimed.digest;
  const published = stage.forge.publicKeys(stage.chain.region, START - DAY, START + DAY);
  const found = published.find((one) => one.fingerprint === fingerprint);
  if (found === undefined) throw new Error('the forge does not publish its key');
  return { claimed: read.claimed, key: found };
}
