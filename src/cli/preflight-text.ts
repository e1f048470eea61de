/** What preflight found, for people: what is missing with the next step, and one line that sums it up. */
import { isNeeded } from '../core/plan/reader-permissions.ts';
import type { AccountCheck, StepCheck } from '../core/board/account.ts';
import { clean, table } from './text.ts';

const MOST_ACCOUNTS = 50;

/** Accounts that lack something, those that lack what is needed first; whoever is ready is only counted. */
export function preflightText(checks: readonly AccountCheck[]): string {
  const blocked = checks.filter((one) => failed(one, true).length > 0);
  const limited = checks.filter((one) => failed(one, true).length === 0 && failed(one, false).length > 0);
  const skipped = checks.filter((one) => one.skipped !== null);
  const lacking = [...blocked, ...limited];
  const shown = lacking.slice(0, MOST_ACCOUNTS);
  const rest =
    lacking.length > shown.length ? `… and ${lacking.length - shown.length} more: use --json to see all\n` : '';
  const problems = shown.flatMap((one) => one.steps.flatMap((step) => problemLines(step)));
  return [
    shown.length === 0 ? '' : table([HEAD, ...shown.map(row)]),
    rest,
    problems.length === 0 ? '' : `\n${problems.join('')}\n`,
    ...skipped.slice(0, MOST_ACCOUNTS).map((one) => `${named(one)} ${one.skipped ?? ''}\n`),
    `${sentence({ all: checks.length, blocked: blocked.length, limited: limited.length, skipped: skipped.length })}\n`,
  ].join('');
}

const HEAD = ['PREFLIGHT', 'ACCOUNT', 'NAME', 'REFUSED', 'NOT TRIED'];

function row(check: AccountCheck): readonly string[] {
  const refused = check.steps.filter(({ state }) => state === 'failed').map(({ step }) => step);
  const untried = check.steps.filter(({ state }) => state === 'untried').map(({ step }) => step);
  const state = failed(check, true).length > 0 ? 'blocked' : 'limited';
  return [state, check.account, clean(check.name), refused.join(' '), untried.join(' ') || '-'];
}

function failed(check: AccountCheck, needed: boolean): readonly StepCheck[] {
  return check.steps.filter(({ step, state }) => state === 'failed' && isNeeded(step) === needed);
}

function problemLines({ problems }: StepCheck): readonly string[] {
  return problems.map(({ code, detail, hint }) => `${code}  ${clean(detail)}\n    next: ${clean(hint)}\n`);
}

function named({ account, name }: AccountCheck): string {
  return `${account} ${clean(name)}`;
}

type Counts = Readonly<Record<'all' | 'blocked' | 'limited' | 'skipped', number>>;

function sentence({ all, blocked, limited, skipped }: Counts): string {
  const ready = all - blocked - skipped;
  const parts = [
    `preflight: ${ready} of ${all} accounts can be collected`,
    ...(limited > 0 ? [`${limited} of them with something unknown`] : []),
    ...(blocked > 0 ? [`${blocked} cannot`] : []),
    ...(skipped > 0 ? [`${skipped} not entered`] : []),
  ];
  return parts.join(', ');
}
