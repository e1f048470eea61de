/** When two lifecycles are the same: what S3 rewrites on its own is no difference. */
import type { Json } from '../json.ts';
import { DEFAULT_MINIMUM, readLifecycle, ruleId, scopeOf, type Rule } from './lifecycle-rules.ts';
import { isList, isRecord } from './policy-element.ts';

/**
 * Whether two lifecycles say the same; null is none at all. The order of rules, of fields, of tags and of transitions,
 * `Prefix` or a filter of a prefix, absent or empty lists and actions, and a default that is spelled out do not count.
 */
export function sameLifecycle(a: Json | null, b: Json | null): boolean {
  return canonicalLifecycle(a) === canonicalLifecycle(b);
}

/** Whether two rules say the same, their ids included. */
export function sameRule(a: Rule, b: Rule): boolean {
  return canonicalRule(a) === canonicalRule(b);
}

function canonicalLifecycle(value: Json | null): string {
  if (value === null) return 'none';
  const document = readLifecycle(value);
  if ('problem' in document) return `unread ${sorted(value)}`;
  if (document.rules.length === 0) return 'none';
  const rules = document.rules.toSorted((a, b) => (ruleId(a) < ruleId(b) ? -1 : 1)).map(canonicalRule);
  return [document.minimumSize ?? DEFAULT_MINIMUM, ...rules.toSorted()].join('\n');
}

function canonicalRule(rule: Rule): string {
  const scope = scopeOf(rule);
  if (scope === null) return sorted(rule);
  const { tags, ...sizes } = scope;
  const pairs = [...tags].map(([key, value]) => JSON.stringify([key, value])).toSorted();
  const rest = Object.entries(rule).filter(([name]) => name !== 'Filter' && name !== 'Prefix');
  const actions = rest.map(([name, value]) => [name, actionOf(value)] as const);
  return sorted({ ...Object.fromEntries(actions.filter(([, value]) => !isEmpty(value))), scope: { ...sizes, pairs } });
}

/** Lists of transitions have no order of their own; an expiration that spares delete markers by default says nothing. */
function actionOf(value: Json): Json {
  if (isList(value)) return value.map((one) => sorted(one)).toSorted();
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== false && inner !== null));
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** JSON with the names of every object in order. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_name, inner: Json) => {
    if (!isRecord(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
