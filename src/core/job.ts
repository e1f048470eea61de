/**
 * What goes through the queue: identifiers only. A worker looks every one of them up in the configuration and in
 * its own discovery again; nothing that Redis says is trusted (an attacker may write to Redis).
 */

import type { Chain } from './source.ts';

/** Which chain a job is about. */
export interface ChainRef {
  /** The account whose role reads the source. */
  readonly reader: string;
  readonly trailArn: string;
  /** The account whose events the chain holds: for organization trails a member. */
  readonly account: string;
  readonly region: string;
}

/** The chain by its identifiers. */
export function chainRef({ account, region, source }: Chain): ChainRef {
  return { reader: source.reader, trailArn: source.trailArn, account, region };
}

/** `recent` looks at the trailing window, `full` at everything the source holds. */
export type SweepDepth = 'recent' | 'full';

/** List one chain: find digests without a receipt, capture new log files. */
export interface SweepJob extends ChainRef {
  readonly type: 'sweep';
  readonly depth: SweepDepth;
}

/** One digest: pull, verify, consolidate, record. */
export interface DigestJob extends ChainRef {
  readonly type: 'digest';
  readonly bucket: string;
  readonly key: string;
}

/** The coverage of one account, as one reader's chains show it, computed anew for the pages. */
export interface CoverJob {
  readonly type: 'cover';
  readonly reader: string;
  readonly account: string;
  readonly depth: SweepDepth;
}

/** Every permission that collecting needs, tried in one account. `by`: who asked. */
export interface PreflightJob {
  readonly type: 'preflight';
  readonly account: string;
  readonly by: string;
}

/** A plan that a person wants applied. `plan`: the id of what was looked at. */
export interface ApplyJob {
  readonly type: 'apply';
  readonly plan: string;
  readonly by: string;
}

/** A name for the chain that is stable over processes; at most one sweep of it runs at a time. */
export function chainName(chain: ChainRef): string {
  return `${chain.trailArn}|${chain.account}|${chain.region}`;
}
