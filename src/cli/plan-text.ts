/** A plan for people: one coloured diff a document, why, what it breaks, how full it is, and one line that sums it up. */
import { styleText } from 'node:util';
import { documentDiff } from '../pipeline/document-diff.ts';
import type { PlanReport, Told, ToldChange, ToldInterruption } from './plan-report.ts';
import { preflightText } from './preflight-text.ts';
import { clean } from './text.ts';

/** Beyond so many lines of one diff, or documents, nobody reads on: the rest is counted. */
const MOST_LINES = 400;
const MOST_DOCUMENTS = 50;
const MOST_PROBLEMS = 50;

export type Paint = (style: 'bold' | 'red' | 'green' | 'yellow' | 'cyan' | 'dim', text: string) => string;

/** Colours on a terminal alone, and never where NO_COLOR says so. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

export function planText(report: PlanReport, paint: Paint): string {
  const { preflight } = report;
  return [
    report.configured ? '' : NOTHING_HELD,
    report.interrupted.map((one) => interruptionText(one, paint)).join(''),
    changesText(report.changes, { report, paint }),
    problemsText('refused', report.refusals, (head) => paint('red', head)),
    problemsText('finding', report.findings, (head) => paint('yellow', head)),
    problemsText('warning', report.warnings, (head) => paint('yellow', head)),
    problemsText('not seen', report.problems, (head) => paint('yellow', head)),
    report.budgets
      .filter((one) => !isChanged(report, one))
      .map((one) => `${budgetText(one)}\n`)
      .join(''),
    estimateText(report),
    report.configured && report.caller === null ? NOBODY_SAID : '',
    preflight === null ? '' : preflightText(preflight),
    `${paint('bold', summary(report))}\n`,
  ].join('');
}

const NOTHING_HELD =
  'the configuration holds nothing: add policy, posture or lifecycle to it, as config/example.yaml shows\n';
const NOBODY_SAID = 'AWS does not say who plans: whether the caller could apply again was not looked at\n';

function changesText(
  changes: readonly ToldChange[],
  { report, paint }: { readonly report: PlanReport; readonly paint: Paint },
): string {
  const shown = changes.slice(0, MOST_DOCUMENTS).map((change) => {
    const { kind, account, target, reasons, breaks } = change;
    const budget = report.budgets.filter((one) => one.kind === kind && one.target === target);
    return [
      `${paint('bold', clean(`${kind} of ${target}, account ${account}`))}\n`,
      ...reasons.map((reason) => `    why: ${clean(reason)}\n`),
      ...breaks.map((broken) => `    ${paint('red', 'breaks:')} ${clean(broken)}\n`),
      ...budget.map((one) => `    ${budgetText(one)}\n`),
      diffText(change, paint),
      '\n',
    ].join('');
  });
  const rest = changes.length - shown.length;
  return `${shown.join('')}${rest > 0 ? `… and ${rest} more documents change: use --json to see all\n` : ''}`;
}

function diffText({ kind, account, target, before, after }: ToldChange, paint: Paint): string {
  const lines = documentDiff({ ref: { kind, account, target }, before, after }).trimEnd().split('\n');
  const shown = lines.slice(0, MOST_LINES).map((line) => `${coloured(clean(line), paint)}\n`);
  const rest = lines.length - shown.length;
  return `${shown.join('')}${rest > 0 ? `… and ${rest} more lines of this diff: use --json to see all\n` : ''}`;
}

function coloured(line: string, paint: Paint): string {
  if (line.startsWith('+++') || line.startsWith('---')) return paint('bold', line);
  if (line.startsWith('+')) return paint('green', line);
  if (line.startsWith('-')) return paint('red', line);
  return line.startsWith('@@') ? paint('cyan', line) : line;
}

/** `12,345 of 20,480 bytes, form merged`, with what the form gives up. */
function budgetText(budget: PlanReport['budgets'][number]): string {
  const { kind, target, bytes, most, form, givesUp } = budget;
  const used = `${kind} of ${target}: ${figure(bytes)} of ${figure(most)} bytes, form ${form}`;
  return clean([used, ...givesUp.map((one) => `gives up: ${one}`)].join('; '));
}

function isChanged(
  { changes }: PlanReport,
  { kind, target }: { readonly kind: string; readonly target: string },
): boolean {
  return changes.some((one) => one.kind === kind && one.target === target);
}

function interruptionText({ kind, target, detail, outcome }: ToldInterruption, paint: Paint): string {
  const head = paint('yellow', clean(`interrupted  ${kind} of ${target}`));
  const next = outcome === 'moved' ? 'look at the difference below before you apply' : 'orgtrail apply completes it';
  return `${head}\n    ${clean(detail)}\n    next: ${next}\n\n`;
}

type Sayable = Pick<Told, 'code' | 'detail' | 'hint'> & Partial<Pick<Told, 'kind' | 'target'>>;

/** Problems with their next step; past fifty the rest is counted. */
export function problemsText(what: string, problems: readonly Sayable[], head: (text: string) => string): string {
  const shown = problems.slice(0, MOST_PROBLEMS).map((one) => {
    const where = one.kind === undefined ? '' : `  ${one.kind} of ${one.target ?? ''}`;
    return `${head(clean(`${what}  ${one.code}${where}`))}\n    ${clean(one.detail)}\n    next: ${clean(one.hint)}\n`;
  });
  const rest = problems.length - shown.length;
  const more = rest > 0 ? `… and ${rest} more: use --json to see all\n` : '';
  return shown.length === 0 ? '' : `${shown.join('')}${more}\n`;
}

function estimateText({ estimates }: PlanReport): string {
  if (estimates === null) return '';
  const { steps, unknown, cost } = estimates;
  const lines = steps.map(({ rule, into, days, objects, bytes, extrapolated, accounts }) => {
    const what = into === 'expired' ? 'removes' : `moves to ${into}`;
    const guessed = extrapolated === 0 ? '' : `, ${figure(extrapolated)} of them extrapolated`;
    const size = `${figure(objects)} objects now, ${(bytes / 1e6).toFixed(1)} MB`;
    return `${clean(`rule ${rule} ${what} after ${days} days: ${size} (${count(accounts, 'account')}${guessed})`)}\n`;
  });
  const rest = unknown === 0 ? '' : `the estimate lacks ${count(unknown, 'part')} that could not be counted\n`;
  return `${lines.join('')}${rest}${cost === null ? '' : `cost: ${clean(cost.text)}\n`}`;
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}

function summary(report: PlanReport): string {
  const { changes, refusals, findings, warnings, problems, interrupted } = report;
  const parts = [
    changes.length === 0 ? 'no document changes' : `${count(changes.length, 'document')} would change`,
    ...(refusals.length > 0 ? [`${count(refusals.length, 'refusal')}, so nothing can be applied`] : []),
    ...(interrupted.length > 0 ? [`${count(interrupted.length, 'change')} cut off before`] : []),
    ...(findings.length > 0 ? [count(findings.length, 'finding')] : []),
    ...(warnings.length > 0 ? [count(warnings.length, 'warning')] : []),
    ...(problems.length > 0 ? [`${figure(problems.length)} not seen`] : []),
  ];
  return `plan: ${parts.join(', ')}; ${count(report.accounts, 'account')} gathered`;
}

function count(number: number, noun: string): string {
  return `${figure(number)} ${noun}${number === 1 ? '' : 's'}`;
}
