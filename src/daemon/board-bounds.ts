/** Records as they are written: what is longer than its reader takes is cut, so that no foreign text hides a record. */
import type { AccountFacts, PreflightRecord } from '../core/board/account.ts';
import type { ChainCover } from '../core/board/cover.ts';
import type { FindingsPart } from '../core/board/finding.ts';
import type { Problem } from '../core/source.ts';
import { short } from './board-part.ts';

const MOST_PROBLEMS = 200;
const NAME = 256;

function cut({ code, detail, hint }: Problem): Problem {
  return { code: short(code, 64), detail: short(detail), hint: short(hint) };
}

function cutAll(problems: readonly Problem[]): readonly Problem[] {
  return problems.slice(0, MOST_PROBLEMS).map(cut);
}

export function encodeChain(chain: ChainCover): string {
  const problem = chain.problem === null ? null : cut(chain.problem);
  return JSON.stringify({ ...chain, problem, trail: short(chain.trail, NAME), prefix: short(chain.prefix, 1024) });
}

export function encodeFindings(part: FindingsPart): string {
  const findings = part.findings.map((one) => ({
    ...one,
    key: one.key === null ? null : short(one.key, 2048),
    trail: short(one.trail, NAME),
    bucket: short(one.bucket, NAME),
    detail: short(one.detail),
    hint: short(one.hint),
    accepted:
      one.accepted === null
        ? null
        : { ...one.accepted, reason: short(one.accepted.reason), by: short(one.accepted.by, NAME) },
  }));
  return JSON.stringify({ ...part, findings });
}

export function encodeFacts(facts: AccountFacts): string {
  const { problems, unknowns } = facts;
  return JSON.stringify({ ...facts, problems: cutAll(problems), unknowns: cutAll(unknowns) });
}

export function encodePreflight(record: PreflightRecord): string {
  const steps = record.steps.map((step) => ({ ...step, note: short(step.note), problems: cutAll(step.problems) }));
  return JSON.stringify({ ...record, name: short(record.name, NAME), by: short(record.by, NAME), steps });
}
