/** Lifecycle rules as S3 keeps them (the SDK's shape): read, told apart into ours and foreign ones, and written. */
import type { Json } from '../json.ts';
import { PROMOTED_TAG } from '../layout.ts';
import { RULE_MARK } from './document.ts';
import type { Target } from './lifecycle-areas.ts';
import { isList, isRecord } from './policy-element.ts';
import type { LifecycleWish, WantedLifecycle } from './wanted.ts';

/** One rule exactly as it was read. */
export type Rule = Readonly<Record<string, Json>>;

/** A bucket's lifecycle. `minimumSize`: what S3 says of small objects; null where the store says nothing. */
export interface LifecycleDocument {
  readonly rules: readonly Rule[];
  readonly minimumSize: string | null;
}

/** What S3 does unless told otherwise, and what it is told for `varies`. */
export const DEFAULT_MINIMUM = 'all_storage_classes_128K';
const VARYING_MINIMUM = 'varies_by_storage_class';

/** The header `x-amz-transition-default-minimum-object-size` for what is wanted. */
export function minimumOf({ minimumSize }: Pick<WantedLifecycle, 'minimumSize'>): string {
  return minimumSize === 'varies' ? VARYING_MINIMUM : DEFAULT_MINIMUM;
}

/** Which objects a rule is about. Sizes in bytes, both exclusive. */
export interface Scope {
  readonly prefix: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly larger: number | null;
  readonly smaller: number | null;
}

const FIELDS: ReadonlySet<string> = new Set(['Rules', 'TransitionDefaultMinimumObjectSize']);

/** Reads a lifecycle; `problem` is a clause that follows its name: what cannot be read is nobody's to overwrite. */
export function readLifecycle(value: Json): LifecycleDocument | { readonly problem: string } {
  if (!isRecord(value)) return { problem: 'is no object' };
  const strange = Object.keys(value).find((name) => !FIELDS.has(name));
  if (strange !== undefined) return { problem: `holds the unknown element ${JSON.stringify(strange).slice(0, 80)}` };
  const { Rules: rules = [], TransitionDefaultMinimumObjectSize: minimum = null } = value;
  if (!isList(rules) || !rules.every((rule) => isRecord(rule))) return { problem: 'has rules that are no objects' };
  if (minimum !== null && typeof minimum !== 'string') return { problem: 'has a minimum size that is no text' };
  return { rules, minimumSize: minimum };
}

export function ruleId(rule: Rule): string {
  const id = rule['ID'];
  return typeof id === 'string' ? id : '';
}

/** Whether the rule carries our mark. What carries none is never touched. */
export function isOurRule(rule: Rule): boolean {
  return ruleId(rule).startsWith(RULE_MARK);
}

/**
 * The rule with its prefix in a filter. S3 answers "Base level prefix cannot be used in Lifecycle V2" where one rule has
 * a filter and another the former `Prefix`.
 */
export function withFilter(rule: Rule): Rule {
  const { Prefix: prefix = null, ...rest } = rule;
  return prefix === null || rest['Filter'] !== undefined ? rule : { ...rest, Filter: { Prefix: prefix } };
}

/** What the filter says; null when it is none that S3 documents, so that nobody may take it for narrow. */
export function scopeOf(rule: Rule): Scope | null {
  const { Filter: filter = null, Prefix: prefix = null } = rule;
  if (prefix !== null && typeof prefix !== 'string') return null;
  if (filter === null) return { prefix: prefix ?? '', tags: new Map(), larger: null, smaller: null };
  if (prefix !== null || !isRecord(filter)) return null;
  const { And: and = null, Tag: tag = null, ...rest } = filter;
  if (and === null) return partsOf({ ...rest, Tags: tag === null ? [] : [tag] });
  return isRecord(and) && tag === null && Object.keys(rest).length === 0 ? partsOf(and) : null;
}

function partsOf(parts: Rule): Scope | null {
  const { Prefix: prefix = '', Tags: list = [], ...sizes } = parts;
  const { ObjectSizeGreaterThan: larger = null, ObjectSizeLessThan: smaller = null, ...strange } = sizes;
  if (typeof prefix !== 'string' || !isList(list) || Object.keys(strange).length > 0) return null;
  const tags = new Map<string, string>();
  for (const tag of list) {
    const { Key: key, Value: value } = isRecord(tag) ? tag : {};
    if (typeof key !== 'string' || typeof value !== 'string') return null;
    tags.set(key, value);
  }
  return isSize(larger) && isSize(smaller) ? { prefix, tags, larger, smaller } : null;
}

function isSize(value: Json): value is number | null {
  return value === null || typeof value === 'number';
}

/** The field's number within an action such as `Expiration`; null when either is not there. */
export function daysIn(rule: Rule, action: string, field: string): number | null {
  const value = rule[action];
  const days = isRecord(value) ? value[field] : null;
  return typeof days === 'number' ? days : null;
}

/**
 * The rules for one target of a wish: none, one, or two. S3 refuses AbortIncompleteMultipartUpload in a rule that
 * filters by tag or size (uploads have neither yet), so that it takes a rule of its own there. `withheld`: without
 * anything that removes objects.
 */
export function rulesFor(wish: LifecycleWish, target: Target, withheld: boolean): readonly Rule[] {
  const filter = filterOf(wish, target.prefix);
  const abort = abortOf(wish);
  const plain = filter['And'] === undefined;
  const actions = { ...movesOf(wish), ...(withheld ? {} : removalsOf(wish)), ...(plain ? abort : {}) };
  const head = { ID: target.id, Status: 'Enabled' };
  const uploads = { ...head, ID: `${target.id}-uploads`, Filter: { Prefix: target.prefix } };
  return [
    ...(Object.keys(actions).length === 0 ? [] : [{ ...head, Filter: filter, ...actions }]),
    ...(plain || Object.keys(abort).length === 0 ? [] : [{ ...uploads, ...abort }]),
  ];
}

/** Of captured copies only those that are promoted: the rest is the only copy of what nobody has proven yet. */
function filterOf(wish: LifecycleWish, prefix: string): Rule {
  const tags = wish.of === 'pending' ? [...PROMOTED_TAG].map(([key, value]) => ({ Key: key, Value: value })) : [];
  const parts = {
    ...(tags.length === 0 ? {} : { Tags: tags }),
    ...(wish.largerThanBytes === null ? {} : { ObjectSizeGreaterThan: wish.largerThanBytes }),
    ...(wish.smallerThanBytes === null ? {} : { ObjectSizeLessThan: wish.smallerThanBytes }),
  };
  return Object.keys(parts).length === 0 ? { Prefix: prefix } : { And: { Prefix: prefix, ...parts } };
}

function movesOf(wish: LifecycleWish): Rule {
  if (wish.transitions.length === 0) return {};
  const moves = wish.transitions.toSorted((a, b) => a.days - b.days);
  return { Transitions: moves.map((move) => ({ Days: move.days, StorageClass: move.class })) };
}

function removalsOf(wish: LifecycleWish): Rule {
  return {
    ...(wish.expireDays === null ? {} : { Expiration: { Days: wish.expireDays } }),
    ...(wish.noncurrentDays === null ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: wish.noncurrentDays } }),
  };
}

function abortOf(wish: LifecycleWish): Rule {
  if (wish.abortUploadsDays === null) return {};
  return { AbortIncompleteMultipartUpload: { DaysAfterInitiation: wish.abortUploadsDays } };
}
