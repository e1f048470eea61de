/** Every kind of fault on a third of the requests or so: nothing lost, nothing twice, nothing green that is not proven. */
import { afterAll, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { OperatingError } from '../../src/errors.ts';
import type { Fault, FaultMatch } from '../cloud/faults.ts';
import type { StoredVersion } from '../cloud/s3/bucket.ts';
import {
  allReceipts,
  archiveContent,
  archiveMark,
  compareArchive,
  forbidden,
  objectAt,
  receipts,
  rewritten,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE, openOrganization, type Organization } from './organization.ts';
import { pass, type Pass } from './pass.ts';

const START = Date.UTC(2026, 2, 1);
const NOW = START + 4 * HOUR;
const MOST_PASSES = 40;
/** The shortest that the configuration allows: what stalls is given up within a second or so. */
const SHORT = { connectTimeoutMs: 500, requestTimeoutMs: 1000, readTimeoutMs: 6000 };

interface Trouble {
  readonly name: string;
  readonly fault: Fault;
  readonly match?: FaultMatch;
  /** 0.25 unless set. */
  readonly probability?: number;
  /** Where every stroke costs seconds of waiting: one account instead of two. */
  readonly slow?: boolean;
}

const LISTING: FaultMatch = { operation: 'ListObjectsV2' };
const READING: FaultMatch = { operation: 'GetObject' };
const WRITING: FaultMatch = { operation: 'PutObject' };

/** Those that wait for most time limits first, so that none of them is left for the end. */
const TROUBLES: readonly Trouble[] = [
  {
    name: 'bursts of 503 SlowDown',
    fault: { kind: 'status', status: 503, code: 'SlowDown' },
    probability: 0.2,
    slow: true,
  },
  { name: 'a stall before the answer', fault: { kind: 'stall', at: null }, probability: 0.2, slow: true },
  { name: 'an empty 200', fault: { kind: 'empty-200' } },
  { name: 'a stall inside the body', fault: { kind: 'stall', at: 100 }, match: READING, probability: 0.3 },
  { name: "a proxy's page with 200", fault: { kind: 'html-200' } },
  {
    name: 'a listing that never ends',
    fault: { kind: 'listing', how: 'endless-token' },
    match: LISTING,
    probability: 0.2,
    slow: true,
  },
  { name: 'a listing cut without a token', fault: { kind: 'listing', how: 'missing-token' }, match: LISTING },
  { name: 'a listing with a foreign key', fault: { kind: 'listing', how: 'foreign-key' }, match: LISTING },
  { name: 'an error inside a 200', fault: { kind: 'error-in-200', code: 'InternalError' }, match: { service: 's3' } },
  { name: 'a cut body', fault: { kind: 'cut', at: 200 } },
  { name: 'a reset before', fault: { kind: 'reset', done: false } },
  { name: 'a reset when all was done', fault: { kind: 'reset', done: true } },
  { name: '500 though all was done', fault: { kind: 'done-but-500' } },
  { name: '409 on conditional writes', fault: { kind: 'conflict-409' }, match: WRITING },
  { name: 'wrong bytes of the right length', fault: { kind: 'wrong-bytes' }, match: READING },
];

const open: Organization[] = [];
afterAll(async () => {
  await Promise.all(open.splice(0).map((organization) => organization.close()));
});

/** Null: the pass ended with an operating error, as the command does with exit 1. */
async function tryPass(organization: Organization): Promise<Pass | null> {
  try {
    return await pass(organization, NOW);
  } catch (error) {
    if (error instanceof OperatingError) return null;
    throw error;
  }
}

/** Receipts that say more than the archive holds. */
function overstated(organization: Organization, truth: ReadonlyMap<string, StoredVersion>): readonly string[] {
  return allReceipts(organization)
    .filter(({ name }) => name.state === 'linked' || name.state === 'start')
    .flatMap(({ receipt }) => [receipt.digest, ...receipt.logs])
    .filter(({ origin, place }) => {
      const original = truth.get(`${origin.bucket}/${origin.key}`);
      return (
        place === null ||
        original === undefined ||
        !objectAt(organization, ARCHIVE, place).body.every((byte, at) => byte === original.body[at])
      );
    })
    .map(({ origin }) => origin.key);
}

test.concurrent.each(TROUBLES)(
  '$name: all is archived once in the end, and nothing is called proven before',
  { timeout: 150_000 },
  async (trouble) => {
    const organization = await openOrganization({
      seed: `faults/${trouble.name}`,
      start: START,
      hours: 2,
      accounts: trouble.slow === true ? 1 : 2,
      regions: ['us-east-1'],
      cheap: true,
      now: () => NOW,
      config: { limits: SHORT },
    });
    open.push(organization);
    const { cloud } = organization;
    const truth = sourceObjects(organization);
    cloud.faults.add({ match: trouble.match ?? {}, fault: trouble.fault, probability: trouble.probability ?? 0.25 });
    let passes = 0;
    let last: Pass | null = null;
    for (; passes < MOST_PASSES && last?.exitCode !== 0; passes += 1) {
      last = await tryPass(organization);
      expect(overstated(organization, truth)).toEqual([]);
    }
    expect(last?.exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(rewritten(organization)).toEqual([]);
    expect(forbidden(organization)).toEqual([]);
    expect(
      receipts(organization)
        .map(({ name }) => name.state)
        .filter((state) => state !== 'linked' && state !== 'start'),
    ).toEqual([]);
    expect(cloud.faults.counts().get(trouble.fault.kind)).toBeGreaterThan(2);
    cloud.faults.clear();
    // What could not be read of a trail's selectors is no fault of the pass: its record is told more by the next one.
    const content = archiveContent(organization);
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    expect(archiveContent(organization)).toEqual(content);
    const mark = archiveMark(organization);
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    expect(archiveMark(organization)).toBe(mark);
  },
);
