/** Why a policy is to be changed, one sentence for each of our statements that differs. */
import { canonicalStatements } from './policy-canonical.ts';
import { isOurs, type PolicyDocument, type Statement, statementName, substitutedPrincipals } from './policy.ts';
import { listName, listsOf } from './statement-lists.ts';

/** Values that are named; of longer lists the rest is counted. */
const NAMED = 3;

/** What each statement is for, by the beginning of its Sid; the longest that fits counts. */
const PURPOSES: readonly (readonly [string, string])[] = [
  ['OrgtrailDeliveryAcl', 'lets CloudTrail look at the bucket before it delivers'],
  ['OrgtrailDelivery', 'lets the trails deliver'],
  ['OrgtrailWriterBucket', 'lets orgtrail list the bucket and read its settings'],
  ['OrgtrailWriterDelivered', 'lets orgtrail read what trails deliver here'],
  ['OrgtrailWriterTags', 'lets orgtrail mark pending copies that are proven'],
  ['OrgtrailWriter', 'lets orgtrail write and read the archive'],
  ['OrgtrailReadersList', 'lets readers list their part of the archive'],
  ['OrgtrailReadersGet', 'lets readers read their part of the archive'],
  ['OrgtrailTlsOnly', 'refuses plain HTTP'],
  ['OrgtrailNoDelete', 'refuses deletes, and retention that somebody sets, to all but the break-glass principals'],
  [
    'OrgtrailTagging',
    'refuses tags, by which pending copies expire, to all but orgtrail and the break-glass principals',
  ],
  ['OrgtrailSettings', "refuses changes of the bucket's settings to all but the administrators"],
  ['OrgtrailNoOverwrite', 'refuses writes over what is there'],
  ['OrgtrailKey', 'refuses objects under another key'],
];

/** Why `before` becomes `after`. Both are whole documents; foreign statements are the same in both. */
export function policyReasons(before: PolicyDocument | null, after: PolicyDocument): readonly string[] {
  const old = byName(before);
  const wanted = byName(after);
  const gone = [...old.keys()].filter((name) => !wanted.has(name));
  return [
    ...(before === null ? ['There is no policy.'] : []),
    ...[...wanted].flatMap(([name, statement]) => difference(name, old.get(name), statement)),
    ...gone.map((name) => `${name} is there and no longer wanted.`),
  ];
}

function byName(document: PolicyDocument | null): ReadonlyMap<string, Statement> {
  const named = new Map<string, Statement>();
  for (const [index, statement] of (document?.statements ?? []).filter(isOurs).entries()) {
    const name = statementName(statement, index);
    named.set(named.has(name) ? `${name} (repeated, ${index + 1})` : name, statement);
  }
  return named;
}

function difference(name: string, old: Statement | undefined, wanted: Statement): readonly string[] {
  if (old === undefined) return [`${name} is not there: it ${purposeOf(name)}.`];
  if (canonicalStatements([old]).join() === canonicalStatements([wanted]).join()) return [];
  const lost = substitutedPrincipals(old);
  const deleted =
    lost.length === 0
      ? []
      : [
          `${name} names ${shown(lost)}, which AWS put in the place of a principal that was deleted: it reaches nobody.`,
        ];
  return [...deleted, `${name} differs: ${parts(old, wanted).join('; ')}.`];
}

function purposeOf(name: string): string {
  return PURPOSES.find(([start]) => name.startsWith(start))?.[1] ?? 'is wanted';
}

function parts(old: Statement, wanted: Statement): readonly string[] {
  const was = listsOf(old);
  const will = listsOf(wanted);
  return [...new Set([...was.keys(), ...will.keys()])].toSorted().flatMap((part) => {
    const from = was.get(part);
    const to = will.get(part);
    if (to === undefined) return [`${listName(part)} goes`];
    if (from === undefined) return [`${listName(part)} comes, with ${counted(to)}`];
    const joined = [...to].filter((value) => !from.has(value));
    const left = [...from].filter((value) => !to.has(value));
    const moves = [
      ...(joined.length === 0 ? [] : [`+${counted(joined)}`]),
      ...(left.length === 0 ? [] : [`-${counted(left)}`]),
    ];
    return moves.length === 0 ? [] : [`${listName(part)} ${moves.join(', ')}`];
  });
}

/** How many, and whose: accounts where every value names one, the values themselves otherwise. */
function counted(values: Iterable<string>): string {
  const all = [...values];
  const accounts = all.map((value) => /(?<!\d)\d{12}(?!\d)/.exec(value)?.[0]);
  const named = accounts.every((one) => one !== undefined);
  const distinct = [...new Set(named ? accounts.map(String) : all)];
  const noun = named ? (distinct.length === 1 ? 'account' : 'accounts') : distinct.length === 1 ? 'value' : 'values';
  return `${distinct.length} ${noun} (${shown(distinct)})`;
}

function shown(values: readonly string[]): string {
  const rest = values.length - NAMED;
  return `${values.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
