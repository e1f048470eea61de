/** Every manipulation that the forge knows, against what the core says of it. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { Cell } from '../../src/core/coverage.ts';
import { NOTE_CODES } from '../../src/core/verdict.ts';
import { objectAt, putObjects } from '../cloud/forge/buckets.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import type { Damage, Truth } from '../cloud/forge/damage/scene.ts';
import * as metadata from '../cloud/forge/damage/signature-metadata.ts';
import * as chains from '../cloud/forge/damage/signed-chains.ts';
import * as contents from '../cloud/forge/damage/signed-contents.ts';
import { TAMPERINGS } from '../cloud/forge/damage/tampering.ts';
import { HOUR, isoSeconds } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, evidenceOf, HOURS, judgeStage, newStage, START, type Stage } from './forged-chain.ts';
import { codesOf, judgeChain, type JudgedChain } from './judge-buckets.ts';

/** By then every digest is due and every unnamed file is past its grace. */
const LATER = 2 * HOUR;
const NOTES: ReadonlySet<string> = new Set(NOTE_CODES);

/**
 * What one look at the buckets cannot say, because it takes memory of an earlier look or evidence beside the digests.
 * Each row is asserted below, so that none of them is skipped without anybody noticing.
 */
const NEEDS_MEMORY = [
  [
    'V9',
    logs.recompressLog,
    'log-recompressed',
    'the content is the signed one; only who saw the first bytes knows that these are others',
  ],
  [
    'V17',
    chains.restartHidingDeletion,
    'digest-missing',
    'the restart is said, as one; which digests were deleted behind it takes receipts of them, or a stop and start made later',
  ],
  [
    'replaceDigest',
    contents.replaceDigest,
    'digest-replaced',
    'the new digest is genuine; only the receipt of the old one tells that there was another',
  ],
] as const;

/** A damaged hour must not be green, unless all that can be seen of the damage is a file that no digest names. */
function reddens({ expected }: Truth): boolean {
  return expected.some((code) => !NOTES.has(code)) && !expected.includes('log-unlisted');
}

const touches = (cell: Cell, { start, end }: { start: number; end: number }, margin: number): boolean =>
  cell.from < end + margin && cell.to > start - margin;

function expectSaid(stage: Stage, truth: Truth): readonly string[] {
  const { judged, codes } = judgeStage(stage, LATER);
  const said = [...codes];
  const faults = said.filter((code) => !NOTES.has(code));
  const wanted: ReadonlySet<string> = new Set(truth.expected);
  if (wanted.size === 0) expect(faults).toEqual([]);
  else
    expect(
      said.filter((code) => wanted.has(code)),
      `said ${said.join()}, wanted one of ${[...wanted].join()}`,
    ).not.toEqual([]);
  expectCells(judged, truth);
  return said;
}

function expectCells({ coverage: { cells, state } }: JudgedChain, truth: Truth): void {
  const green = cells.filter((cell) => cell.state === 'verified');
  const damaged = truth.intervals.some((interval) => green.some((cell) => touches(cell, interval, 0)));
  const own = cells.filter((cell) => cell.to <= START + HOURS * HOUR);
  const apart = own.filter((cell) => !truth.intervals.some((interval) => touches(cell, interval, HOUR + 1)));
  if (reddens(truth)) {
    expect(damaged, 'a damaged hour is green').toBe(false);
    expect(state).not.toBe('verified');
  }
  expect(
    apart.filter((cell) => cell.state !== 'verified'),
    'hours far from the damage are not green',
  ).toEqual([]);
}

const lines: string[] = [];
afterAll(() => console.info(`what the core says of the 25 published manipulations\n${lines.join('\n')}`));

test('an undamaged chain has nothing said of it, and is green to its end', () => {
  for (const later of [0, LATER]) {
    const { judged, codes } = judgeStage(newStage(), later);
    expect([...codes]).toEqual([]);
    expect(judged.coverage.state).toBe('verified');
    expect(judged.coverage.verifiedUntil).toBe(START + HOURS * HOUR);
    expect([judged.digests.get('valid'), judged.logs.get('valid')]).toEqual([HOURS, 2 * HOURS]);
  }
});

describe('the 25 published manipulations', () => {
  test.each(TAMPERINGS)('$id $name', ({ id, name, apply }) => {
    const stage = newStage();
    const truth = apply(stage);
    const said = expectSaid(stage, truth);
    lines.push(`${id.padEnd(4)}${name.padEnd(50)}${said.join(' ') || 'nothing, as it should'}`);
    if (id === 'V9') expect(said).toEqual([]);
  });
});

describe('what takes memory is not said here', () => {
  test.each(NEEDS_MEMORY)('%s', (_name, damage, code) => {
    const stage = newStage();
    damage(stage);
    expect([...judgeStage(stage, LATER).codes]).not.toContain(code);
  });
});

const SIMPLE = [
  ...Object.entries(metadata),
  ...Object.entries(logs).filter(([name]) => !['hideDataInLogHeader', 'replaceLogByBomb'].includes(name)),
  ...Object.entries(digests).filter(
    ([name]) =>
      !['hideDataInDigestHeader', 'deleteDigests', 'moveDigest', 'replayForeignDigest', 'replaceDigestByBomb'].includes(
        name,
      ),
  ),
  ...Object.entries(contents).filter(([name]) => !['listForeignLog', 'swellDigest'].includes(name)),
  ...Object.entries(chains).filter(([name]) => name !== 'plantFutureDigest'),
] as readonly (readonly [string, Damage])[];

function expectDamage(damage: (stage: Stage) => Truth): readonly string[] {
  const stage = newStage();
  return expectSaid(stage, damage(stage));
}

describe('every other damage', () => {
  test.each(SIMPLE)('%s', (_name, damage) => void expectDamage(damage));
  test.each(['extra', 'name', 'comment'] as const)(
    'data in the gzip %s field: a finding, and the hour stays proven (cause: it was a note that no command told)',
    (field) => {
      for (const damage of [logs.hideDataInLogHeader(field), digests.hideDataInDigestHeader(field)]) {
        expect(expectDamage(damage)).toEqual(['gzip-header-data']);
        const stage = newStage();
        const [object] = damage(stage).objects;
        const { findings, cells } = judgeStage(stage, LATER).judged.coverage;
        expect(findings).toMatchObject([{ code: 'gzip-header-data', key: object?.key }]);
        expect(cells.filter(({ state }) => state === 'verified')).toHaveLength(HOURS);
      }
    },
  );
  test.each(['account', 'bucket', 'region', 'folder'] as const)('a log of another %s', (place) => {
    expect(expectDamage((stage) => contents.listForeignLog(stage, { place }))).toEqual(['log-foreign']);
  });
  test('bombs', () => {
    expectDamage(logs.replaceLogByBomb);
    expectDamage(digests.replaceDigestByBomb);
  });
  test('more log files than an hour can have', () => {
    expect(expectDamage(contents.swellDigest(100_000))).toContain('digest-malformed');
  });
  test('digests deleted while their logs stay', () => {
    const run = { from: 4, to: 5, keepLogs: true };
    expect(expectDamage((stage) => digests.deleteDigests(stage, run))).toEqual(['digest-missing']);
  });
  test.each([2, 3, 7])('%i digests deleted in a row are as many findings', (count) => {
    const stage = newStage();
    digests.deleteDigests(stage, { from: 3, to: 2 + count });
    const { findings } = judgeStage(stage, LATER).judged.coverage;
    expect(findings.map(({ code }) => code)).toEqual(Array.from({ length: count }, () => 'digest-missing'));
  });
  test('the digest of another chain in this place', () => {
    expectDamage((stage) => {
      const other = stage.forge.chain({ trail: stage.chain.trail, account: '444455556666', firstDigestStart: START });
      putObjects(
        stage.buckets,
        other.hour({ logs: 1 }).deliveries.map(({ object }) => object),
      );
      const [foreign] = other.hours;
      if (foreign === undefined) throw new Error('no hour');
      return digests.replayForeignDigest(stage, { hour: 6, foreign });
    });
  });
});

describe('a digest elsewhere', () => {
  const judgeWith = (stage: Stage): { judged: JudgedChain; codes: ReadonlySet<string> } => {
    const seen = trailAt(stage.chain.trail, { chains: [stage.chain], t: stage.now });
    const evidence = evidenceOf(stage);
    const judged = judgeChain(evidence, chainOf(stage.chain, seen, [{ bucket: 'former-logs', prefix: 'logs/' }]));
    return { judged, codes: codesOf(evidence, [judged]) };
  };
  const keyOf = (stage: Stage, hour: number): string => stage.chain.hours[hour]?.digest.key ?? '';

  test('moved to a former bucket is told as moved', () => {
    const stage = newStage();
    const to = { bucket: 'former-logs', key: keyOf(stage, 3) };
    expect(digests.moveDigest(stage, { hour: 3, to }).expected).toEqual(['digest-moved']);
    expect([...judgeWith(stage).codes].toSorted()).toEqual(['digest-missing', 'digest-moved']);
  });
  test('moved out of sight is told as missing', () => {
    const stage = newStage();
    digests.moveDigest(stage, { hour: 3, to: { bucket: 'elsewhere', key: keyOf(stage, 3) } });
    expect([...judgeWith(stage).codes]).toEqual(['digest-missing']);
  });
  test.each([0, 3, HOURS - 1])('copied to a former bucket, the original of hour %i stays proven', (hour) => {
    const stage = newStage();
    const original = objectAt(stage.buckets, { bucket: 'member-logs', key: keyOf(stage, hour) });
    putObjects(stage.buckets, [{ ...original, bucket: 'former-logs' }]);
    const { judged, codes } = judgeWith(stage);
    expect([...codes]).toEqual(['digest-moved']);
    expect(judged.coverage.cells.filter(({ state }) => state === 'verified')).toHaveLength(HOURS);
  });
});

test.each([
  ['wrongPreviousHash', contents.wrongPreviousHash],
  ['previousSignatureOfAnother', contents.previousSignatureOfAnother],
])('%s: neither the digest that contradicts nor the contradicted one is green', (_name, damage) => {
  const stage = newStage();
  damage(stage, { hour: 6 });
  const { cells } = judgeStage(stage, LATER).judged.coverage;
  expect(cells.flatMap(({ state }, hour) => (state === 'failed' ? [hour] : []))).toEqual([5, 6]);
  expect(cells.filter(({ state }) => state === 'verified')).toHaveLength(HOURS - 2);
});

describe('a digest of next year', () => {
  test('is one finding, and no year of missing digests', () => {
    const stage = newStage();
    const truth = chains.plantFutureDigest(stage, stage.now + LATER);
    expect(expectSaid(stage, truth)).toEqual(['digest-impossible-time']);
    expect(judgeStage(stage, LATER).judged.coverage.findings).toHaveLength(1);
  });
  test('does not hide that the newest digests are gone', () => {
    const stage = newStage();
    chains.plantFutureDigest(stage, stage.now + LATER);
    digests.deleteNewestDigests(stage);
    expect([...judgeStage(stage, LATER).codes].toSorted()).toEqual(['chain-truncated', 'digest-impossible-time']);
  });
});

test('an unproven digest that claims an early start hides none of the digests deleted before it', () => {
  const stage = newStage();
  digests.alterDigest(stage, { hour: 8 });
  const altered = objectAt(stage.buckets, stage.chain.hours[8]?.digest ?? { bucket: '', key: '' });
  const fields = JSON.parse(gunzipSync(altered.body).toString('utf8')) as object;
  const claims = { ...fields, digestStartTime: isoSeconds(START + 4 * HOUR) };
  putObjects(stage.buckets, [{ ...altered, body: gzipSync(JSON.stringify(claims)) }]);
  digests.deleteDigests(stage, { from: 4, to: 7 });
  const { findings } = judgeStage(stage, LATER).judged.coverage;
  expect(findings.filter(({ code }) => code === 'digest-missing')).toHaveLength(4);
  expect(findings.map(({ code }) => code)).toContain('digest-signature-invalid');
});
