/** Who else reads the archive: one account's logs for that account, all of them for a security account. */
import { hash } from 'node:crypto';
import { accountOf, allow, bucketArn, condition, distinct, literal, principalArn, setOf } from './policy-parts.ts';
import type { Statement } from './policy.ts';
import type { WantedPolicy } from './wanted.ts';

/**
 * `listed`: each set of accounts has its own statements. `by-account`: those who read their own account's logs and no
 * others share one pair, in which a variable stands for the account. Both grant exactly the same.
 */
export const READER_FORMS = ['listed', 'by-account'] as const;
export type ReaderForm = (typeof READER_FORMS)[number];

/** Everybody who reads the same accounts' logs. `accounts` null: everything in the archive. */
interface Readers {
  readonly principals: readonly string[];
  readonly accounts: readonly string[] | null;
}

/** The variable that S3 puts the caller's account in the place of. */
const OWN_ACCOUNT = '${aws:PrincipalAccount}';

/** The readers' statements. A reader in another account needs its own account's permission besides. */
export function readerStatements(wanted: WantedPolicy, form: ReaderForm): readonly Statement[] {
  const groups = readersOf(wanted);
  const own = form === 'by-account' ? groups.filter(readOwnOnly) : [];
  const others = groups.filter((group) => !own.includes(group));
  const shared = own.length === 0 ? [] : [{ name: 'Own', principals: own.flatMap(({ principals }) => principals) }];
  return [
    ...others.flatMap((group) => pair(wanted, { name: nameOf(group), ...group })),
    ...shared.flatMap((group) => pair(wanted, { ...group, accounts: [OWN_ACCOUNT] })),
  ];
}

/** Every principal once, with all that it may read, and the principals of one reach together. */
function readersOf(wanted: WantedPolicy): readonly Readers[] {
  const reach = new Map<string, Set<string> | null>();
  for (const { principals, accounts } of wanted.readers) {
    for (const name of principals.map((one) => principalArn(wanted.partition, one))) {
      const known = reach.get(name);
      if (accounts === null || known === null) reach.set(name, null);
      else reach.set(name, new Set([...(known ?? []), ...accounts]));
    }
  }
  const groups = new Map<string, { principals: string[]; accounts: readonly string[] | null }>();
  for (const [name, accounts] of reach) {
    const sorted = accounts === null ? null : distinct(accounts);
    const key = sorted === null ? '' : sorted.join();
    const group = groups.get(key) ?? { principals: [], accounts: sorted };
    groups.set(key, { ...group, principals: [...group.principals, name] });
  }
  const named = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return named.map(([, group]) => group).filter(({ accounts }) => accounts === null || accounts.length > 0);
}

function readOwnOnly({ principals, accounts }: Readers): boolean {
  return accounts?.length === 1 && principals.every((name) => accountOf(name) === accounts[0]);
}

/** Sids hold letters and digits alone. The name stays as long as the accounts do, whoever comes and goes. */
function nameOf({ accounts }: Readers): string {
  if (accounts === null) return 'All';
  return accounts.length === 1 ? (accounts[0] ?? '') : hash('sha256', accounts.join()).slice(0, 12);
}

function pair(wanted: WantedPolicy, { name, principals, accounts }: Readers & { readonly name: string }): Statement[] {
  const bucket = bucketArn(wanted);
  const paths = accounts === null ? [`${literal(wanted.prefix)}*`] : accounts.flatMap((one) => foldersOf(wanted, one));
  const principal = { AWS: setOf(principals) };
  const listed = paths.includes('*') ? {} : { conditions: condition('StringLike', 's3:prefix', paths) };
  return [
    allow({
      sid: `OrgtrailReadersList${name}`,
      principal,
      actions: ['s3:ListBucket'],
      resources: [bucket],
      ...listed,
    }),
    allow({
      sid: `OrgtrailReadersGet${name}`,
      principal,
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: paths.map((path) => `${bucket}/${path}`),
    }),
  ];
}

/**
 * One account's folders, its own trails' and those below an organization's. `*` reaches over slashes, but no key of the
 * archive holds an account's number as a folder below another account's: the grammar of keys (core/key.ts) has none.
 */
function foldersOf({ prefix }: WantedPolicy, account: string): readonly string[] {
  const root = `${literal(prefix)}AWSLogs/`;
  return [`${root}${account}/*`, `${root}o-*/${account}/*`];
}
