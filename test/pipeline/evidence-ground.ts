/** A collected archive of one chain in our own cloud, and what the pages read of it. */
import { afterEach } from 'vitest';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import type { ChainCover } from '../../src/core/board/cover.ts';
import { chainId } from '../../src/core/board/ids.ts';
import { receiptKey } from '../../src/core/layout.ts';
import { HOUR } from '../../src/core/time.ts';
import { createEvidence } from '../../src/pipeline/evidence.ts';
import { digestId } from '../../src/pipeline/evidence-names.ts';
import type { PipelineParts } from '../../src/pipeline/parts.ts';
import { digestPage, digestsPage } from '../../src/web/contract/chains.ts';
import type { EvidenceReader } from '../../src/web/sources.ts';
import { denyRead, objectAt, overwrite, receipts, type Recorded } from '../flow/evidence.ts';
import { ACCOUNT, openChain, REGION, type OneChain, type OneChainOptions } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { pass } from '../flow/pass.ts';

export const DAY = 24 * HOUR;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

export interface Ground {
  readonly world: OneChain;
  readonly evidence: EvidenceReader;
  readonly chain: ChainCover;
  readonly now: number;
}

/** The chain as its cover tells of it: nothing in it but its names matters, except where a test says so. */
export function coverOf(world: OneChain, change: Partial<ChainCover> = {}): ChainCover {
  const ref = { reader: ACCOUNT, trailArn: world.chain.trail.arn, account: ACCOUNT, region: REGION };
  return {
    ...ref,
    id: chainId(ref),
    trail: 'main',
    homeRegion: REGION,
    bucket: 'member-logs',
    prefix: 'logs/',
    at: world.end() + HOUR,
    state: 'verified',
    reason: null,
    problem: null,
    verifiedUntil: world.end(),
    lastDigest: world.end(),
    receipts: 4,
    waiting: 0,
    runs: [{ from: world.start, to: world.end(), state: 'verified' }],
    days: { from: 0, letters: '' },
    kinds: ['standard'],
    ...change,
  };
}

export function partsOf(world: OneChain, now: number): PipelineParts {
  Object.assign(process.env, world.env);
  const open = openParts(loadConfig(world.configFile, {}), { now: () => now });
  closers.push(() => open.close());
  return open.parts;
}

export function readerOf(world: OneChain, now: number): EvidenceReader {
  return createEvidence(partsOf(world, now));
}

/** A chain is forged, damaged, published and collected; closed after the test. */
export async function collected(
  damage: ((scene: OneChain) => unknown) | null = null,
  options: OneChainOptions = {},
): Promise<Ground> {
  const world = await openChain(options);
  closers.push(() => world.close());
  damage?.(world);
  world.publish();
  const now = world.end() + HOUR;
  await pass(world, now);
  return { world, evidence: readerOf(world, now), chain: coverOf(world), now };
}

/** The newest receipts, oldest digest first, and the id of each one's digest. */
export function recordedIn(world: OneChain): readonly (Recorded & { readonly id: string; readonly key: string })[] {
  return receipts(world)
    .toSorted((a, b) => a.name.end - b.name.end)
    .map((one) => ({ ...one, id: digestId(one.name), key: receiptKey('', one.name) }));
}

export function nth<Value>(list: readonly Value[], index: number): Value {
  const one = list.at(index);
  if (one === undefined) throw new Error(`nothing at ${index}`);
  return one;
}

/** Changes a stored receipt as somebody with rights on the archive could. */
export function rewrite(world: OneChain, key: string, edit: (text: string) => string): void {
  const text = Buffer.from(objectAt(world, ARCHIVE, key).body).toString('utf8');
  const edited = edit(text);
  if (edited === text) throw new Error('nothing was changed');
  overwrite(world, ARCHIVE, key, Buffer.from(edited));
}

/** Puts an object into the archive, as somebody with rights on it could. */
export function plant(world: OneChain, key: string, body: Uint8Array): void {
  const plain = { metadata: new Map<string, string>(), contentType: 'application/json', contentEncoding: null };
  world.cloud.put({ bucket: ARCHIVE, key, body, ...plain });
}

/** Nobody may read below this place of the archive. */
export function deny(world: OneChain, place: string): void {
  denyRead(world, ARCHIVE, place);
}

const READ_AT = '2026-03-01T06:00:00Z';

/** Digests as told, held against the API's own schema. */
export async function digestsOf({ evidence, chain }: Ground, from: number, to: number) {
  return digestsPage.parse({ readAt: READ_AT, ...(await evidence.digests(chain, { from, to })) });
}

/** One digest as told, held against the API's own schema. */
export async function pageOf({ evidence, chain }: Ground, id: string) {
  return digestPage.parse({ readAt: READ_AT, ...(await evidence.digest(chain, id)) });
}
