/** Rules of others that act on the archive: they stay as they are, and are told by name. */
import { pendingRoot, PROMOTED_TAG, quarantineRoot } from '../layout.ts';
import { rootOf } from '../key.ts';
import type { Problem } from '../source.ts';
import { lifecycleProblem } from './lifecycle-problem.ts';
import {
  daysIn,
  isOurRule,
  ruleId,
  scopeOf,
  type LifecycleDocument,
  type Rule,
  type Scope,
} from './lifecycle-rules.ts';
import { isList, isRecord } from './policy-element.ts';
import { STORAGE_CLASSES } from './wanted.ts';

/** What cannot be read as a filter may mean every object. */
const EVERYTHING: Scope = { prefix: '', tags: new Map(), larger: null, smaller: null };

/**
 * Findings on foreign rules that remove or move parts of the archive earlier than ours, or at all where nothing ever
 * may: captures that are not promoted, receipts, keys, what is remembered. `ours`: the rules that are to stand.
 */
export function foreignFindings(
  document: LifecycleDocument | null,
  ours: readonly Rule[],
  prefix: string,
): readonly Problem[] {
  const allowed = ours.flatMap((rule) => {
    const scope = scopeOf(rule);
    return scope === null ? [] : [{ rule, scope }];
  });
  const foreign = (document?.rules ?? []).filter((rule) => !isOurRule(rule) && rule['Status'] !== 'Disabled');
  return foreign.flatMap((rule) => {
    const scope = scopeOf(rule) ?? EVERYTHING;
    const wide = allowed.filter((one) => covers(one.scope, scope)).map((one) => one.rule);
    // A promoted capture lies among the proven files too: it may go whenever anybody likes.
    const areas = touchedAreas(scope, prefix).filter((area) => area !== pendingRoot(prefix) || !isPromoted(scope));
    return [
      ...(mayRemove(rule, wide) ? [] : foundIn(rule, areas, 'lifecycle-foreign-expires')),
      ...(mayMove(rule, wide) ? [] : foundIn(rule, areas, 'lifecycle-foreign-moves')),
    ];
  });
}

function foundIn(
  rule: Rule,
  areas: readonly string[],
  code: 'lifecycle-foreign-expires' | 'lifecycle-foreign-moves',
): readonly Problem[] {
  if (areas.length === 0) return [];
  const does = code === 'lifecycle-foreign-expires' ? 'removes' : 'moves';
  const tags = [...(scopeOf(rule) ?? EVERYTHING).tags].map(([key, value]) => `${key}=${value}`);
  const which = tags.length === 0 ? 'objects' : `objects tagged ${tags.join(', ')}`;
  return [
    lifecycleProblem(
      code,
      `the foreign lifecycle rule ${JSON.stringify(ruleId(rule))} ${does} ${which} below ${areas.join(', ')} earlier than configured`,
      'orgtrail leaves foreign rules alone: narrow its prefix or disable it, or configure the same in lifecycle.rules.',
    ),
  ];
}

/** The archive's folders that the scope meets. `orgtrail/` stands for receipts, keys and whatever else is remembered. */
function touchedAreas(scope: Scope, prefix: string): readonly string[] {
  const roots = [rootOf({ prefix, org: null }), pendingRoot(prefix), quarantineRoot(prefix)];
  const met = roots.filter((root) => meets(scope.prefix, root));
  const records = `${prefix}orgtrail/`;
  const inside = [pendingRoot(prefix), quarantineRoot(prefix)].some((root) => scope.prefix.startsWith(root));
  return inside || !meets(scope.prefix, records) ? met : [...met, records];
}

function meets(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** Whether the rule removes nothing, or rules of ours say the same of all of it, no later. */
function mayRemove(rule: Rule, wide: readonly Rule[]): boolean {
  const passes = (action: string, field: string, days: number | null): boolean =>
    days !== null && wide.some((ours) => (daysIn(ours, action, field) ?? Infinity) <= days);
  const { Expiration: expiration = null, NoncurrentVersionExpiration: noncurrent = null } = rule;
  const onlyMarkers = isRecord(expiration) && (expiration['Days'] ?? expiration['Date'] ?? null) === null;
  const goes = expiration === null || onlyMarkers || passes('Expiration', 'Days', daysIn(rule, 'Expiration', 'Days'));
  const field = 'NoncurrentDays';
  const action = 'NoncurrentVersionExpiration';
  return goes && (noncurrent === null || passes(action, field, daysIn(rule, action, field)));
}

function isPromoted({ tags }: Scope): boolean {
  return [...PROMOTED_TAG].every(([key, value]) => tags.get(key) === value);
}

/** A size filter of ours leaves some objects out, so that it covers nothing whole. */
function covers(ours: Scope, foreign: Scope): boolean {
  const tagged = [...ours.tags].every(([key, value]) => foreign.tags.get(key) === value);
  return foreign.prefix.startsWith(ours.prefix) && tagged && ours.larger === null && ours.smaller === null;
}

/** Whether the rule moves nothing, or rules of ours move it to that class or a colder one, no later. */
function mayMove(rule: Rule, wide: readonly Rule[]): boolean {
  const allowed = wide.flatMap(movesOf);
  return movesOf(rule).every((move) => allowed.some((ours) => ours.rank >= move.rank && ours.days <= move.days));
}

/** Transitions of current and former versions; what is not understood counts as the coldest, at once. */
function movesOf(rule: Rule): readonly { readonly rank: number; readonly days: number }[] {
  return ['Transitions', 'NoncurrentVersionTransitions'].flatMap((name) => {
    const list = rule[name] ?? [];
    return (isList(list) ? list : [list]).map((one) => {
      const { StorageClass: named = null, Days: days = null } = isRecord(one) ? one : {};
      const known = STORAGE_CLASSES.findIndex((each) => each === named);
      const age = name === 'Transitions' && typeof days === 'number' ? days : 0;
      return { rank: known < 0 ? STORAGE_CLASSES.length : known, days: age };
    });
  });
}
