/** Contradictions in what the policies are to hold, between options that are each good on their own. */
import { partitionOf } from '../core/partition.ts';
import { parseArn, principalArn, readerPrincipal, topicArn, trailArn, writerArn } from './arn.ts';
import { repeated } from './estate-conflicts.ts';
import { type Grammar, organizationId, region, trailName } from './grammar.ts';
import type { Conflict } from './problem.ts';
import { child, type EstateView, good, isNothing, items, prefixIn, type Seen, texts } from './view.ts';

interface TrailView {
  readonly arn: Seen<string> | null;
  readonly prefix: Seen<string> | null;
  readonly organization: Seen<string> | null;
}

/** What can be read of `policy`, even where other parts of it are wrong. */
interface PolicyView {
  readonly group: Seen<unknown>;
  readonly writer: Seen<string> | null;
  readonly breakGlass: readonly Seen<string>[];
  readonly administrators: readonly Seen<string>[];
  readonly trails: readonly TrailView[];
  readonly everyAccount: Seen<unknown>;
  readonly readers: readonly Seen<unknown>[];
}

/** Every contradiction. `root` is the parsed file, which may be wrong elsewhere; `estate` is the same file. */
export function policyConflicts(root: unknown, estate: EstateView): readonly Conflict[] {
  const group = child({ value: root, path: [] }, 'policy');
  const archive = child({ value: root, path: [] }, 'archive');
  if (isNothing(group)) return [];
  const policy = policyView(group);
  return [
    ...foreignPartitions(policy, estate),
    ...keys(policy, child(archive, 'kmsKey')),
    ...writerBreaksGlass(policy),
    ...twice(policy),
    ...amongTheProven(policy, archive),
    ...namedTwice(policy),
    ...strayOrganizations(policy),
    ...memberWithoutRole(policy, estate),
  ];
}

function policyView(group: Seen<unknown>): PolicyView {
  const delivery = child(group, 'delivery');
  return {
    group,
    writer: good(child(group, 'writer'), writerArn),
    breakGlass: goods(child(group, 'breakGlass'), principalArn),
    administrators: goods(child(group, 'administrators'), principalArn),
    trails: items(child(delivery, 'trails')).map((trail) => ({
      arn: good(child(trail, 'arn'), trailArn),
      prefix: givenPrefix(trail),
      organization: good(child(trail, 'organization'), organizationId),
    })),
    everyAccount: child(delivery, 'everyAccount'),
    readers: items(child(group, 'readers')),
  };
}

/** An ARN of another partition is no principal and no resource here: AWS refuses the policy, or it matches nobody. */
function foreignPartitions(policy: PolicyView, { archive }: EstateView): readonly Conflict[] {
  if (archive.region === null) return [];
  const here = partitionOf(archive.region.value);
  const other = archive.region.path;
  const home = good(child(policy.everyAccount, 'region'), region);
  const regions = home === null ? [] : [{ path: home.path, partition: partitionOf(home.value) }];
  const arns = arnsOf(policy).flatMap((one) => {
    const arn = parseArn(one.value);
    return arn === null ? [] : [{ path: one.path, partition: arn.partition }];
  });
  return [...arns, ...regions]
    .filter(({ partition }) => partition !== here)
    .map(({ path, partition }) => ({
      path,
      what: `is in partition ${partition}, but the archive is in ${here}`,
      other,
    }));
}

function arnsOf(policy: PolicyView): readonly Seen<string>[] {
  const readers = policy.readers.flatMap((one) => goods(child(one, 'principals'), readerPrincipal));
  const single = [policy.writer, good(child(policy.group, 'topic'), topicArn), ...policy.trails.map(({ arn }) => arn)];
  return [...single.filter((one) => one !== null), ...policy.breakGlass, ...policy.administrators, ...readers];
}

/** Condition keys and key policies know a key by its ARN alone; an alias may be pointed at another key at any time. */
function keys(policy: PolicyView, key: Seen<unknown>): readonly Conflict[] {
  const held = child(policy.group, 'key');
  if (isNothing(key)) {
    if (held.value !== true) return [];
    const what = 'asks for a key policy to be held, but there is no archive.kmsKey';
    return [{ path: held.path, what, other: key.path }];
  }
  if (typeof key.value !== 'string' || parseArn(key.value)?.resource.startsWith('alias/') !== true) return [];
  const what = 'is an alias, but policies need the ARN of the key itself (…:key/…)';
  return [{ path: key.path, what, other: policy.group.path }];
}

/** The daemon runs unattended: its credentials must never suffice to delete what is proven. */
function writerBreaksGlass({ writer, breakGlass }: PolicyView): readonly Conflict[] {
  const same = breakGlass.find((one) => one.value === writer?.value);
  if (writer === null || same === undefined) return [];
  return [{ path: writer.path, what: 'may delete nothing, but stands among breakGlass too', other: same.path }];
}

function twice(policy: PolicyView): readonly Conflict[] {
  const lists = [
    policy.breakGlass,
    policy.administrators,
    texts(child(policy.group, 'organizationIds')),
    ...policy.readers.flatMap((one) => [texts(child(one, 'principals')), texts(child(one, 'accounts'))]),
  ];
  const arns = policy.trails.map(({ arn }) => arn);
  return [
    ...lists.flatMap((list) => repeated(list, 'stands in this list twice')),
    ...repeated(arns, 'is the trail of another entry here too'),
  ];
}

/**
 * What a trail delivers is unproven until a digest names it. In a folder of the archive it would pass for proven, and
 * whoever may write in the trail's place would write there.
 */
function amongTheProven(policy: PolicyView, archive: Seen<unknown>): readonly Conflict[] {
  const own = prefixIn(archive);
  if (own === null) return [];
  const prefixes = [...policy.trails.map((trail) => trail.prefix), givenPrefix(policy.everyAccount)];
  return prefixes.flatMap((one) => {
    if (one === null || !isWithin(one.value, own.value)) return [];
    const where = one.value === own.value ? "is the archive's own prefix" : "lies within the archive's own folders";
    return [{ path: one.path, what: `${where}: unproven files would lie among proven ones`, other: own.path }];
  });
}

function givenPrefix(trail: Seen<unknown>): Seen<string> | null {
  return isNothing(child(trail, 'prefix')) ? null : prefixIn(trail);
}

/** An archive at the top of its bucket has two folders there, and leaves the rest of the bucket to others. */
function isWithin(inner: string, own: string): boolean {
  return inner === own || inner.startsWith(`${own}orgtrail/`) || (own !== '' && inner.startsWith(own));
}

function namedTwice(policy: PolicyView): readonly Conflict[] {
  const name = good(child(policy.everyAccount, 'name'), trailName);
  const home = good(child(policy.everyAccount, 'region'), region);
  if (name === null || home === null) return [];
  return policy.trails.flatMap(({ arn }) => {
    const parts = arn === null ? null : parseArn(arn.value);
    if (arn === null || parts?.region !== home.value || parts.resource !== `trail/${name.value}`) return [];
    return [{ path: arn.path, what: `is the trail that everyAccount names for ${parts.account}`, other: name.path }];
  });
}

/** A policy that has folded to the organizations would shut out a trail of another one. */
function strayOrganizations(policy: PolicyView): readonly Conflict[] {
  const ids = child(policy.group, 'organizationIds');
  const named = new Set(goods(ids, organizationId).map((one) => one.value));
  if (named.size === 0) return [];
  return policy.trails.flatMap(({ organization }) => {
    if (organization === null || named.has(organization.value)) return [];
    const what = 'is missing in policy.organizationIds, of which every delivering account is a member';
    return [{ path: organization.path, what, other: ids.path }];
  });
}

/** Only where nothing is discovered: an account that an organization lists takes the organization's role. */
function memberWithoutRole(policy: PolicyView, estate: EstateView): readonly Conflict[] {
  const members = child(policy.group, 'members');
  if (isNothing(members) || estate.organizations.some((one) => one.discover)) return [];
  const own = estate.archive.owner?.value;
  const bare = estate.accounts.find(({ id, roleless }) => id !== null && id.value !== own && roleless);
  if (bare === undefined || bare.id === null) return [];
  const what = `sets policies of members through a role, but account ${bare.id.value} is reached without one: give it a role`;
  return [{ path: members.path, what, other: bare.id.path }];
}

function goods(list: Seen<unknown>, grammar: Grammar): readonly Seen<string>[] {
  return texts(list).filter((one) => grammar(one.value) === null);
}
