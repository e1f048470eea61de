/** What stops working when our statements change, and for whom. */
import { distinct, accountOf } from './policy-parts.ts';
import { isOurs, type PolicyDocument, type Statement } from './policy.ts';
import { valuesAt } from './statement-lists.ts';

/** Sentences of one kind; the rest is counted. */
const MOST_SENTENCES = 20;

/** What a new deny of ours stops, by its Sid. */
const NEWLY_DENIED: ReadonlyMap<string, string> = new Map([
  ['OrgtrailTlsOnly', 'Requests over plain HTTP are refused from now on.'],
  ['OrgtrailNoDelete', 'Deleting objects, versions and their tags, and setting retention, is refused to all but'],
  ['OrgtrailTagging', 'Tagging objects is refused to all but'],
  ['OrgtrailSettings', "Changing the bucket's settings is refused to all but"],
  ['OrgtrailNoOverwrite', 'Writing without If-None-Match is refused to all but AWS services and'],
  ['OrgtrailKey', 'Writing without naming the wanted KMS key is refused to all but AWS services.'],
]);

/** Who loses what. Both are whole documents; only our own statements are looked at. */
export function policyBreaks(before: PolicyDocument | null, after: PolicyDocument): readonly string[] {
  const old = (before?.statements ?? []).filter(isOurs);
  const wanted = after.statements.filter(isOurs);
  return [...lostDelivery(old, wanted), ...lostAccess(old, wanted), ...newDenies(old, wanted)];
}

interface Sources {
  readonly trails: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly organizations: ReadonlySet<string>;
}

function lostDelivery(old: readonly Statement[], wanted: readonly Statement[]): readonly string[] {
  const was = sourcesOf(old);
  const will = sourcesOf(wanted);
  if (will.organizations.size > 0) return lost([...was.organizations].filter((one) => !will.organizations.has(one)));
  const owners = new Set([...will.trails].map(accountOf));
  const trails = [...was.trails].filter((arn) => !will.trails.has(arn) && !will.accounts.has(accountOf(arn)));
  const accounts = [...was.accounts].filter((one) => !will.accounts.has(one) && !owners.has(one));
  return lost([...trails, ...accounts.map((one) => `account ${one}`), ...was.organizations]);
}

function lost(sources: readonly string[]): readonly string[] {
  return atMost(sources.map((one) => `Trails of ${one} can no longer deliver here.`.replace('Trails of arn:', 'arn:')));
}

function sourcesOf(statements: readonly Statement[]): Sources {
  const of = (key: string): ReadonlySet<string> =>
    new Set(statements.flatMap((one) => valuesAt(one, 'Condition', 'StringEquals', key)));
  return { trails: of('aws:SourceArn'), accounts: of('aws:SourceAccount'), organizations: of('aws:SourceOrgID') };
}

/** Principals of former grants, each with what no statement grants it any more. */
function lostAccess(old: readonly Statement[], wanted: readonly Statement[]): readonly string[] {
  const will = grantsOf(wanted);
  const sentences = [...grantsOf(old)].flatMap(([principal, grants]) => {
    const kept = will.get(principal) ?? [];
    const gone = grants.filter((one) => !kept.some((other) => covers(other, one)));
    if (gone.length === 0) return [];
    const actions = distinct(gone.map(({ action }) => action)).join(', ');
    const resources = distinct(gone.map(({ resource }) => resource));
    const more = resources.length > 3 ? ` and ${resources.length - 3} more` : '';
    return [`${principal} loses ${actions} on ${resources.slice(0, 3).join(', ')}${more}.`];
  });
  return atMost(sentences);
}

interface Granted {
  readonly action: string;
  readonly resource: string;
}

function grantsOf(statements: readonly Statement[]): ReadonlyMap<string, readonly Granted[]> {
  const grants = new Map<string, Granted[]>();
  for (const statement of statements.filter((one) => one['Effect'] === 'Allow')) {
    const resources = valuesAt(statement, 'Resource');
    for (const principal of valuesAt(statement, 'Principal', 'AWS')) {
      const list = grants.get(principal) ?? [];
      grants.set(principal, list);
      for (const action of valuesAt(statement, 'Action'))
        for (const resource of resources)
          list.push({ action, resource: resource.replaceAll('${aws:PrincipalAccount}', accountOf(principal)) });
    }
  }
  return grants;
}

/** Patterns of ours end in the only `*` that counts here. */
function covers(wide: Granted, narrow: Granted): boolean {
  if (wide.action !== narrow.action) return false;
  return wide.resource.endsWith('*')
    ? narrow.resource.startsWith(wide.resource.slice(0, -1))
    : wide.resource === narrow.resource;
}

function newDenies(old: readonly Statement[], wanted: readonly Statement[]): readonly string[] {
  const known = new Set(old.map((one) => one['Sid']));
  return wanted.flatMap((statement) => {
    const [sid = ''] = valuesAt(statement, 'Sid');
    const sentence = NEWLY_DENIED.get(sid);
    if (sentence === undefined || known.has(sid)) return [];
    if (sentence.endsWith('.')) return [sentence];
    const spared = ['ArnNotLike', 'ArnNotLikeIfExists'].flatMap((operator) =>
      valuesAt(statement, 'Condition', operator, 'aws:PrincipalArn'),
    );
    return [`${sentence} ${spared.join(', ')}.`];
  });
}

function atMost(sentences: readonly string[]): readonly string[] {
  const rest = sentences.length - MOST_SENTENCES;
  return rest > 0 ? [...sentences.slice(0, MOST_SENTENCES), `So it is with ${rest} more.`] : sentences;
}
