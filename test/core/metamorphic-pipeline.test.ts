/**
 * The same relations on the whole program over our own cloud: what may not be read is never called proven, and any
 * order of arrival ends in the same archive (reliability.md I5, I11).
 */
import { afterAll, expect, test } from 'vitest';
import type { Receipt } from '../../src/core/receipt.ts';
import { HOUR } from '../../src/core/time.ts';
import { OperatingError } from '../../src/errors.ts';
import type { Fault } from '../cloud/faults.ts';
import { createRandom, type Random } from '../cloud/forge/random.ts';
import { forgeWorld, type WorldOptions } from '../cloud/forge/world.ts';
import { archiveContent, compareArchive, forbidden, receipts, remove, sourceObjects } from '../flow/evidence.ts';
import { openOrganization, type Organization } from '../flow/organization.ts';
import { pass } from '../flow/pass.ts';

const START = Date.UTC(2026, 2, 1);
const HOURS = 3;
const NOW = START + (HOURS + 2) * HOUR;
const LIMITS = { connectTimeoutMs: 500, requestTimeoutMs: 1000, readTimeoutMs: 6000 };
const ENOUGH = 12;

const open: Organization[] = [];
afterAll(async () => {
  await Promise.all(open.splice(0).map((organization) => organization.close()));
});

const WORLD: WorldOptions = {
  seed: 'metamorphic',
  start: START,
  hours: HOURS,
  accounts: 1,
  regions: ['us-east-1'],
  logsPerHour: 2,
  cheap: true,
};

/** With everything delivered. */
async function openSmall(): Promise<Organization> {
  const organization = await openOrganization({ ...WORLD, now: () => NOW, config: { limits: LIMITS } });
  open.push(organization);
  return organization;
}

/** Null: it ended with an operating error, as the command does with exit 1. */
async function tryPass(organization: Organization): Promise<number | null> {
  try {
    return (await pass(organization, NOW)).exitCode;
  } catch (error) {
    if (error instanceof OperatingError) return null;
    throw error;
  }
}

/** Passes until everything is proven; throws when that takes too many. */
async function untilProven(organization: Organization): Promise<void> {
  for (let passes = 0; passes < ENOUGH; passes += 1) if ((await tryPass(organization)) === 0) return;
  throw new Error(`not proven after ${ENOUGH} passes`);
}

/** What the archive ends in: proven files to the byte, and of each digest the newest receipt, whichever revision it is. */
function endOf(organization: Organization): unknown {
  const files = [...archiveContent(organization)].filter(([key]) => key.startsWith('AWSLogs/'));
  const told = receipts(organization).map(
    ({ receipt }) => [receipt.digest.origin.key, JSON.stringify({ ...receipt, revision: 0 })] as const,
  );
  return { files: new Map(files), told: new Map(told) };
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random.float() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

test('any order of arrival, with passes in between, ends in the same archive', { timeout: 120_000 }, async () => {
  const whole = await openSmall();
  await untilProven(whole);
  for (const turn of [1, 2, 3]) {
    const random = createRandom(`arrival/${turn}`);
    const organization = await openSmall();
    const objects = shuffled(
      Array.from(forgeWorld(WORLD).deliverAll(), ({ object }) => object),
      random,
    );
    for (const { bucket, key } of objects) remove(organization, bucket, key);
    expect(sourceObjects(organization).size).toBe(0);
    for (const [index, object] of objects.entries()) {
      organization.cloud.put(object);
      if (index % 4 === turn) await tryPass(organization);
    }
    await untilProven(organization);
    expect(endOf(organization)).toEqual(endOf(whole));
    expect(compareArchive(organization, sourceObjects(organization))).toEqual({ lost: [], foreign: [] });
  }
});

const BLINDNESS: readonly (readonly [string, Fault])[] = [
  ['denied', { kind: 'status', status: 403, code: 'AccessDenied' }],
  ['gone', { kind: 'status', status: 404, code: 'NoSuchKey' }],
  ['empty', { kind: 'empty-200' }],
  ['a page in HTML', { kind: 'html-200' }],
  ['wrong bytes', { kind: 'wrong-bytes' }],
];

/** The digests whose newest receipt says that all is proven, and what they stand on: themselves, the one before, the files. */
function greenDigests(organization: Organization): readonly (readonly string[])[] {
  const proven: ReadonlySet<string> = new Set(['linked', 'start', 'defended']);
  return receipts(organization)
    .filter(({ name }) => proven.has(name.state))
    .map(({ receipt }) => standsOn(receipt));
}

function standsOn({ digest, logs }: Receipt): readonly string[] {
  return [
    digest.origin.key,
    ...(digest.previous === null ? [] : [digest.previous.key]),
    ...logs.map(({ origin }) => origin.key),
  ];
}

test.each(BLINDNESS)(
  'a third of all reads %s: nothing that stands on them is green',
  { timeout: 120_000 },
  async (name, fault) => {
    const organization = await openSmall();
    const random = createRandom(`blind/${name}`);
    const keys = [...sourceObjects(organization).keys()].map((one) => one.slice(one.indexOf('/') + 1));
    const blind = new Set(shuffled(keys, random).slice(0, Math.ceil(keys.length / 3)));
    for (const key of blind)
      organization.cloud.faults.add({
        match: { operation: 'GetObject', key: new RegExp(`^${key.replaceAll('.', '[.]')}$`) },
        fault,
      });
    const ended = [await tryPass(organization), await tryPass(organization)];
    expect(ended).not.toContain(0);
    const green = greenDigests(organization);
    expect(green.flat().filter((key) => blind.has(key))).toEqual([]);
    expect(organization.cloud.faults.counts().get(fault.kind) ?? 0).toBeGreaterThan(0);
    organization.cloud.faults.clear();
    await untilProven(organization);
    expect(greenDigests(organization).length).toBeGreaterThan(green.length);
    expect(compareArchive(organization, sourceObjects(organization))).toEqual({ lost: [], foreign: [] });
    expect(forbidden(organization)).toEqual([]);
  },
);
