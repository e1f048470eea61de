/**
 * What can be read of a configuration even where other parts of it are wrong, so that contradictions between options
 * are told together with everything else. Only values that keep their own grammar appear; others are null.
 */
import type { Place } from '../core/source.ts';
import { type Arn, keyArn, parseArn, roleArn, trailArn } from './arn.ts';
import { accountId, type Grammar, label, region } from './grammar.ts';
import { bucketName, formerBucket, formerPlace, prefix, withSlash } from './place.ts';
import type { OptionPath } from './problem.ts';

/** A good value and where it stands. */
export interface Seen<T> {
  readonly value: T;
  readonly path: OptionPath;
}

export interface TrailView {
  readonly path: OptionPath;
  readonly arn: Seen<string> | null;
  readonly place: Seen<Place> | null;
  readonly bucketOwner: Seen<string> | null;
  readonly former: readonly Seen<Place>[];
  readonly lists: readonly (readonly Seen<string>[])[];
}

export interface AccountView {
  readonly id: Seen<string> | null;
  readonly role: Seen<Arn> | null;
  /** No role is written there; `role` is null for a wrong one too. */
  readonly roleless: boolean;
  readonly trails: readonly TrailView[];
}

export interface EstateView {
  readonly archive: {
    readonly place: Seen<Place> | null;
    readonly region: Seen<string> | null;
    readonly owner: Seen<string> | null;
    readonly key: Seen<Arn> | null;
  };
  readonly organizations: readonly {
    readonly name: Seen<string> | null;
    readonly discover: boolean;
    readonly lists: readonly (readonly Seen<string>[])[];
  }[];
  readonly accounts: readonly AccountView[];
  readonly awsRegion: Seen<string> | null;
  readonly awsEndpoint: boolean;
}

/** Reads what is good of the options that say what is gathered. */
export function estateView(root: unknown): EstateView {
  const archive = child({ value: root, path: [] }, 'archive');
  const aws = child({ value: root, path: [] }, 'aws');
  return {
    archive: {
      place: placeIn(archive),
      region: good(child(archive, 'region'), region),
      owner: good(child(archive, 'owner'), accountId),
      key: arnIn(child(archive, 'kmsKey'), keyArn),
    },
    organizations: items(child({ value: root, path: [] }, 'organizations')).map(organizationIn),
    accounts: items(child({ value: root, path: [] }, 'accounts')).map(accountIn),
    awsRegion: good(child(aws, 'region'), region),
    awsEndpoint: typeof child(aws, 'endpoint').value === 'string',
  };
}

function organizationIn(one: Seen<unknown>): EstateView['organizations'][number] {
  const lists = ['include', 'exclude'].flatMap((side) =>
    ['accounts', 'units'].map((kind) => texts(child(child(one, side), kind))),
  );
  return { name: good(child(one, 'name'), label), discover: child(one, 'discover').value !== false, lists };
}

function accountIn(one: Seen<unknown>): AccountView {
  return {
    id: good(child(one, 'id'), accountId),
    role: arnIn(child(one, 'role'), roleArn),
    roleless: isNothing(child(one, 'role')),
    trails: items(child(one, 'trails')).map(trailIn),
  };
}

function trailIn(one: Seen<unknown>): TrailView {
  const former = texts(child(one, 'formerBuckets')).filter((text) => formerBucket(text.value) === null);
  return {
    path: one.path,
    arn: good(child(one, 'arn'), trailArn),
    place: placeIn(one),
    bucketOwner: good(child(one, 'bucketOwner'), accountId),
    former: former.map((text) => ({ value: formerPlace(text.value), path: text.path })),
    lists: [texts(child(one, 'regions')), texts(child(one, 'formerBuckets'))],
  };
}

function placeIn(one: Seen<unknown>): Seen<Place> | null {
  const bucket = good(child(one, 'bucket'), bucketName);
  const before = prefixIn(one);
  if (bucket === null || before === null) return null;
  return { value: { bucket: bucket.value, prefix: before.value }, path: bucket.path };
}

function arnIn(one: Seen<unknown>, grammar: Grammar): Seen<Arn> | null {
  const text = good(one, grammar);
  const arn = text === null ? null : parseArn(text.value);
  return arn === null ? null : { value: arn, path: one.path };
}

/** What stands below a key; undefined where nothing does. */
export function child(parent: Seen<unknown>, key: string): Seen<unknown> {
  const path = [...parent.path, key];
  const group = parent.value;
  if (typeof group !== 'object' || group === null || !Object.hasOwn(group, key)) return { value: undefined, path };
  return { value: (group as Record<string, unknown>)[key], path };
}

/** True for an option that is absent, also by null. */
export function isNothing(one: Seen<unknown>): boolean {
  return one.value === undefined || one.value === null;
}

/** The entries of a list; none where there is no list. */
export function items(list: Seen<unknown>): readonly Seen<unknown>[] {
  return Array.isArray(list.value)
    ? list.value.map((value: unknown, index) => ({ value, path: [...list.path, index] }))
    : [];
}

/** The entries of a list that are text. */
export function texts(list: Seen<unknown>): readonly Seen<string>[] {
  return items(list).flatMap((one) => (typeof one.value === 'string' ? [{ value: one.value, path: one.path }] : []));
}

/** A prefix in its one spelling; an absent one is empty, and stands where it would be written. */
export function prefixIn(parent: Seen<unknown>): Seen<string> | null {
  const { value = '', path } = child(parent, 'prefix');
  return typeof value === 'string' && prefix(value) === null ? { value: withSlash(value), path } : null;
}

/** A text that keeps its grammar. */
export function good(one: Seen<unknown>, grammar: Grammar): Seen<string> | null {
  return typeof one.value === 'string' && grammar(one.value) === null ? { value: one.value, path: one.path } : null;
}
