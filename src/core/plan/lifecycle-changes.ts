/** A change of the lifecycle in words: which rules differ and what goes on by them. */
import type { Json } from '../json.ts';
import { accountsText } from './lifecycle-problem.ts';
import {
  DEFAULT_MINIMUM,
  daysIn,
  isOurRule,
  readLifecycle,
  ruleId,
  scopeOf,
  type LifecycleDocument,
  type Rule,
} from './lifecycle-rules.ts';
import { sameRule } from './lifecycle-same.ts';
import { isList, isRecord } from './policy-element.ts';
import type { WantedLifecycle } from './wanted.ts';

interface Sides {
  readonly before: Json | null;
  readonly after: Json | null;
}

/** One sentence for all rules of ours that change in one way, with what they do from then on. */
export function lifecycleReasons({ before, after }: Sides): readonly string[] {
  const [was, is] = [documentOf(before), documentOf(after)];
  const old = new Map(was.rules.map((rule) => [ruleId(rule), rule]));
  const fresh = new Set(is.rules.map(ruleId));
  const groups = new Map<string, string[]>();
  const tell = (text: string, rule: Rule): void => {
    groups.set(text, [...(groups.get(text) ?? []), ruleId(rule)]);
  };
  for (const rule of is.rules.filter(isOurRule)) {
    const former = old.get(ruleId(rule));
    if (former === undefined) tell(`is added: ${actsText(rule)}`, rule);
    else if (!sameRule(former, rule)) tell(`changes: ${actsText(rule)} (before: ${actsText(former)})`, rule);
  }
  for (const rule of was.rules.filter((one) => isOurRule(one) && !fresh.has(ruleId(one))))
    tell(`is removed: it is no longer wanted (before: ${actsText(rule)})`, rule);
  const sizes = [was, is].map((document) => document.minimumSize ?? DEFAULT_MINIMUM);
  const resized = sizes[0] === sizes[1] || after === null ? [] : [`the default for small objects becomes ${sizes[1]}`];
  return [...[...groups].map(([text, ids]) => `rule ${accountsText(ids)} ${text}`), ...resized];
}

/** What is no longer there to be verified, and for whom. */
export function lifecycleBreaks({ before, after }: Sides, wanted: WantedLifecycle): readonly string[] {
  const old = new Map(documentOf(before).rules.map((rule) => [ruleId(rule), rule]));
  const sooner = documentOf(after).rules.filter((rule) => {
    const days = expiryOf(rule);
    return isOurRule(rule) && days !== null && days < (expiryOf(old.get(ruleId(rule)) ?? {}) ?? Infinity);
  });
  const proven = sooner.filter((rule) => scopeOf(rule)?.prefix.startsWith(`${wanted.prefix}AWSLogs/`));
  const days = new Set(proven.map(expiryOf));
  return [...days].map(
    (age) =>
      `what is older than ${age} days goes, at the first midnight UTC after its day, and nobody can verify or read it again: ${accountsText(proven.filter((rule) => expiryOf(rule) === age).map(ruleId))}`,
  );
}

function expiryOf(rule: Rule): number | null {
  return daysIn(rule, 'Expiration', 'Days');
}

/** What a rule does. S3 counts days from an object's creation and rounds up to the next midnight UTC. */
function actsText(rule: Rule): string {
  const list = rule['Transitions'] ?? [];
  const moves = (isList(list) ? list : []).map((move) => {
    const { StorageClass: into = null, Days: days = null } = isRecord(move) ? move : {};
    return typeof into === 'string' && typeof days === 'number' ? `to ${into} after ${days} days` : 'moved';
  });
  const [expire, noncurrent, abort] = [
    expiryOf(rule),
    daysIn(rule, 'NoncurrentVersionExpiration', 'NoncurrentDays'),
    daysIn(rule, 'AbortIncompleteMultipartUpload', 'DaysAfterInitiation'),
  ];
  const acts = [
    ...moves,
    ...(expire === null ? [] : [`gone after ${expire} days`]),
    ...(noncurrent === null ? [] : [`superseded versions gone after ${noncurrent} days`]),
    ...(abort === null ? [] : [`incomplete uploads gone after ${abort} days`]),
  ];
  const off = rule['Status'] === 'Enabled' ? '' : 'disabled, ';
  return `${off}${acts.length === 0 ? 'nothing' : acts.join(', ')}, at midnight UTC`;
}

function documentOf(value: Json | null): LifecycleDocument {
  const document = value === null ? null : readLifecycle(value);
  return document === null || 'problem' in document ? { rules: [], minimumSize: null } : document;
}
