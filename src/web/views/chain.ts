/** One chain: its line, its stretches of one state, and its findings. */
import type { ChainCover } from '../../core/board/cover.ts';
import type { ChainPage } from '../contract/chains.ts';
import { chainLine } from './accounts.ts';
import { findingView, isOpen, type Names, type Told } from './findings.ts';
import { isoOf } from './times.ts';

export interface ChainParts {
  readonly chain: ChainCover;
  /** Of the chain's account. */
  readonly told: readonly Told[];
  readonly names: Names;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly maxAgeMs: number;
}

export function chainView({ chain, told, names, now, maxAgeMs }: ChainParts): ChainPage {
  const own = told.filter(({ finding }) => finding.chain === chain.id && isOpen(finding));
  return {
    readAt: isoOf(now),
    line: chainLine(chain, now, maxAgeMs),
    name: names(chain.account),
    runs: chain.runs.map(({ from, to, state }) => ({ from: isoOf(from), to: isoOf(to), state })),
    findings: own.map((one) => findingView(one, names)),
  };
}
