/** What policies are written with: sorted lists, names taken literally, ARNs of the wanted partition. */
import type { Json } from '../json.ts';
import type { Statement } from './policy.ts';
import type { WantedPolicy } from './wanted.ts';

/** Operators, their keys, and the values of these. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** In patterns `*` and `?` stand for anything and `${` begins a variable: a name that holds them must not widen a grant. */
export function literal(text: string): string {
  return text.replaceAll(/[*?$]/g, (found) => `\${${found}}`);
}

/** Sorted, each once; a single value without its list, as AWS itself returns it, which saves two bytes. */
export function setOf(values: Iterable<string>): Json {
  const sorted = distinct(values);
  return sorted.length === 1 ? (sorted[0] ?? '') : sorted;
}

/** Sorted by code units, each once. */
export function distinct(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].toSorted();
}

/** A condition of one operator, key and set of values. */
export function condition(operator: string, key: string, values: Iterable<string>): Conditions {
  return { [operator]: { [key]: setOf(values) } };
}

export interface Grant {
  readonly sid: string;
  readonly principal: Json;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
}

/** A statement that allows. */
export function allow(grant: Grant): Statement {
  return statement('Allow', grant);
}

/** A statement that denies everybody whom the conditions do not leave out. */
export function denyEverybody(grant: Omit<Grant, 'principal'>): Statement {
  return statement('Deny', { ...grant, principal: '*' });
}

function statement(effect: 'Allow' | 'Deny', { sid, principal, actions, resources, conditions }: Grant): Statement {
  return {
    Sid: sid,
    Effect: effect,
    Principal: principal,
    Action: setOf(actions),
    Resource: setOf(resources),
    ...(conditions === undefined || Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
  };
}

/** The ARN of the bucket itself. */
export function bucketArn({ partition, bucket }: Pick<WantedPolicy, 'partition' | 'bucket'>): string {
  return `arn:${partition}:s3:::${bucket}`;
}

/** The account that an ARN names; empty where it names none. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

/** A whole account as the principal that AWS writes in the place of its number: bytes are counted as they will be. */
export function principalArn(partition: string, principal: string): string {
  return /^\d{12}$/.test(principal) ? `arn:${partition}:iam::${principal}:root` : principal;
}
