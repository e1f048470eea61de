/** What the row tests share: the core over a damaged chain in memory, and passes of the program over one in our cloud. */
import { afterEach } from 'vitest';
import type { DigestJob, SweepDepth } from '../../src/core/job.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import type { DigestOutcome } from '../../src/daemon/work.ts';
import type { ObjectName } from '../cloud/forge/buckets.ts';
import type { Damage } from '../cloud/forge/damage/scene.ts';
import { HOUR } from '../cloud/forge/times.ts';
import { judgeStage, newStage, type Stage } from '../core/forged-chain.ts';
import type { JudgedChain } from '../core/judge-buckets.ts';
import { receipts } from '../flow/evidence.ts';
import { openChain, type OneChain, type OneChainOptions } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { keysWith } from '../flow/evidence.ts';
import { openPipeline, pass, type Pass } from '../flow/pass.ts';

/** By then every digest is due and every unnamed file of the hours before the last is past its grace. */
export const LATER = 2 * HOUR;

/** The stage of twelve hours after one damage, and what the core says of it. */
export function damaged(damage: (stage: Stage) => unknown): {
  readonly stage: Stage;
  readonly judged: JudgedChain;
  readonly codes: readonly string[];
} {
  const stage = newStage();
  damage(stage);
  const { judged, codes } = judgeStage(stage, LATER);
  return { stage, judged, codes: [...codes].toSorted() };
}

/** What is said after this damage at that spot. */
export function saidOf(damage: Damage, hour = 6): readonly string[] {
  return damaged((stage) => damage(stage, { hour })).codes;
}

/** The indices of the hours that are not green; those that are not due yet are none. */
export function notGreen({ coverage }: JudgedChain): readonly number[] {
  const due = coverage.cells.filter(({ state }) => state !== 'pending');
  return due.flatMap(({ state }, index) => (state === 'verified' ? [] : [index]));
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** A chain in our cloud; closed after the test. */
export async function ground(options: OneChainOptions = {}): Promise<OneChain> {
  const chain = await openChain(options);
  open.push(chain);
  return chain;
}

/** One `collect`, an hour and a half after the newest interval's end unless told otherwise. */
export function collected(chain: OneChain, now: number = chain.end() + 1.5 * HOUR): Promise<Pass> {
  return pass(chain, now);
}

/** One sweep and the judging of what it found, as the daemon does it. */
export async function round(
  chain: OneChain,
  { now = chain.end() + 1.5 * HOUR, depth = 'recent' }: { readonly now?: number; readonly depth?: SweepDepth } = {},
): Promise<readonly DigestOutcome[]> {
  const pipeline = openPipeline(chain, { now: () => now });
  try {
    const { surveys } = await pipeline.discover();
    const sweeps = await pipeline.sweep(depth, surveys);
    return await pipeline.judge(sweeps.flatMap((one): readonly DigestJob[] => one.digests));
  } finally {
    await pipeline.close();
  }
}

/** The newest receipt of each digest, in order of time. */
export function recorded(chain: OneChain): readonly Receipt[] {
  return receipts(chain).map(({ receipt }) => receipt);
}

/** What the newest receipts are called, in order of time. */
export function statesOf(chain: OneChain): readonly string[] {
  return receipts(chain).map(({ name }) => name.state);
}

/** The archive's keys of one folder: `AWSLogs/`, `orgtrail/pending/`, `orgtrail/quarantine/`. */
export function archived(chain: OneChain, folder: string): readonly string[] {
  return keysWith(chain, ARCHIVE, folder).filter((key) => key.startsWith(folder));
}

/** Where a file of the member bucket lies in the archive once it is proven. */
export function provenAt({ key }: ObjectName): string {
  return key.replace(/^logs\//, '');
}

/** What was asked of this object in the member's bucket. */
export function askedFor(chain: OneChain, { bucket, key }: ObjectName): readonly string[] {
  const { entries } = chain.cloud.requests;
  return entries.filter((one) => one.bucket === bucket && one.key === key).map(({ operation }) => operation);
}

/** The codes that a pass leaves to be seen. */
export function statusCodes({ status }: Pass): readonly string[] {
  return [...new Set(status.findings.map(({ code }) => code))].toSorted();
}
