/** Wanted against actual: the last plan, and the changes on record. */
import type { DriftEntry, PlannedDocument, PlanRecord } from '../../core/board/plan.ts';
import type { Problem } from '../../core/source.ts';
import type { DocumentView, DriftPage, PolicyPage } from '../contract/policy.ts';
import type { BoardReader } from '../sources.ts';
import { isoOf } from './times.ts';

export interface PolicyRead {
  readonly at: number;
  readonly plan: PlanRecord | null;
  readonly applied: Awaited<ReturnType<BoardReader['applied']>>;
  readonly applyEnabled: boolean;
}

/** Without a plan nothing is known: `at` and `id` are null and there are no documents. */
export function policyView({ at, plan, applied, applyEnabled }: PolicyRead): PolicyPage {
  return {
    readAt: isoOf(at),
    ...planView(plan),
    apply: applyEnabled ? 'enabled' : 'command-line',
    applying: applied.pending,
    lastApply: applied.last === null ? null : { ...applied.last, at: isoOf(applied.last.at) },
  };
}

type PlanView = Omit<PolicyPage, 'readAt' | 'apply' | 'applying' | 'lastApply'>;

const NO_PLAN: PlanView = {
  at: null,
  configured: false,
  id: null,
  accounts: 0,
  documents: [],
  estimate: null,
  interrupted: [],
  problems: [],
};

function planView(plan: PlanRecord | null): PlanView {
  if (plan === null) return NO_PLAN;
  const { at, configured, id, accounts, documents, interrupted, problems } = plan;
  return {
    at: isoOf(at),
    configured,
    id,
    accounts,
    documents: documents.map(documentView),
    estimate: estimateView(plan.estimate),
    interrupted: interrupted.map(({ kind, account, target, who, begun, outcome }) => {
      return { kind, account, target, who, begun: isoOf(begun), outcome };
    }),
    problems: [...problems],
  };
}

function estimateView(estimate: PlanRecord['estimate']): PolicyPage['estimate'] {
  if (estimate === null) return null;
  const { at, steps, unknown, cost } = estimate;
  return {
    at: isoOf(at),
    steps: steps.map(({ rule, of, into, days, accounts, objects, bytes, extrapolated, heldBack }) => {
      return { rule, of, into, days, accounts, objects, bytes, extrapolated, heldBack };
    }),
    unknown,
    cost: cost === null ? null : { currency: cost.currency, text: cost.text },
  };
}

function documentView(document: PlannedDocument): DocumentView {
  const { kind, account, target, state, diff, reasons, breaks, refusals, findings, warnings, budget } = document;
  return {
    kind,
    account,
    target,
    state,
    diff,
    reasons: [...reasons],
    breaks: [...breaks],
    refusals: [...refusals],
    findings: [...findings],
    warnings: [...warnings],
    budget: budget === null ? null : { ...budget, givesUp: [...budget.givesUp] },
  };
}

export interface DriftRead {
  readonly at: number;
  readonly entries: readonly DriftEntry[];
  readonly next: string | null;
  readonly problems: readonly Problem[];
}

export function driftView({ at, entries, next, problems }: DriftRead): DriftPage {
  return {
    readAt: isoOf(at),
    entries: entries.map(({ kind, account, target, at: when, who, by, outcome, reasons, diff }) => {
      return { kind, account, target, at: isoOf(when), who, by, outcome, reasons: [...reasons], diff };
    }),
    next,
    problems: [...problems],
  };
}
