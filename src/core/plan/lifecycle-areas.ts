/**
 * Which keys an area of the archive means. S3's filter knows prefixes only, and the account stands before the kind of
 * file, so that logs without digests take one rule for each account and kind of file.
 */
import { LOG_KINDS, rootOf, type Folder } from '../key.ts';
import { pendingRoot, quarantineRoot, receiptRoot } from '../layout.ts';
import { RULE_MARK } from './document.ts';
import type { LifecycleArea, LifecycleWish } from './wanted.ts';

/** Where one rule acts. `account`: whose files; null: everybody's. */
export interface Target {
  readonly id: string;
  readonly prefix: string;
  readonly account: string | null;
}

/** What keys below the archive's prefix are made of. */
export interface Estate {
  /** The archive's prefix: empty or ending in `/`. */
  readonly prefix: string;
  /** Every account whose files may lie in the archive. */
  readonly accounts: readonly string[];
  /** `o-…` of every organization trail: their files lie below `AWSLogs/o-…/`. */
  readonly organizations: readonly string[];
}

/** Logs and digests: what cells are judged by. */
const PROVEN_AREAS: ReadonlySet<LifecycleArea> = new Set(['proven', 'logs', 'digests']);

export function isProvenArea(area: LifecycleArea): boolean {
  return PROVEN_AREAS.has(area);
}

/** Where the rules of one wish act, one target for each rule. Ids are unique within a wish. */
export function targetsOf(wish: LifecycleWish, estate: Estate): readonly Target[] {
  const id = `${RULE_MARK}${wish.name}`;
  const { prefix, accounts } = estate;
  const named = wish.accounts.length > 0 ? wish.accounts : accounts;
  switch (wish.of) {
    case 'pending':
      return [{ id, prefix: pendingRoot(prefix), account: null }];
    case 'quarantine':
      return [{ id, prefix: quarantineRoot(prefix), account: null }];
    case 'receipts':
      if (wish.accounts.length === 0) return [{ id, prefix: receiptRoot(prefix), account: null }];
      return wish.accounts.map((account) => ({
        id: `${id}-${account}`,
        prefix: `${receiptRoot(prefix)}${account}/`,
        account,
      }));
    case 'proven':
      if (wish.accounts.length === 0) return [{ id, prefix: rootOf({ prefix, org: null }), account: null }];
      return named.flatMap((account) => accountTargets({ id, account, folder: null }, estate));
    case 'digests':
      return named.flatMap((account) => accountTargets({ id, account, folder: 'CloudTrail-Digest' }, estate));
    case 'logs':
      return named.flatMap((account) => LOG_KINDS.flatMap((folder) => accountTargets({ id, account, folder }, estate)));
  }
}

/** One account's folder, below AWSLogs/ and below each organization. `folder` null: all of them. */
function accountTargets(
  where: { readonly id: string; readonly account: string; readonly folder: Folder | null },
  { prefix, organizations }: Estate,
): readonly Target[] {
  const { account, folder } = where;
  return [null, ...organizations].map((org) => ({
    id: `${where.id}-${account}${kindMark(folder)}${org === null ? '' : `-${org}`}`,
    prefix: `${rootOf({ prefix, org })}${account}/${folder === null ? '' : `${folder}/`}`,
    account,
  }));
}

/** `CloudTrail-Insight` is told as `-insight`; the first kind and digests need no telling. */
function kindMark(folder: Folder | null): string {
  if (folder === null || folder === 'CloudTrail' || folder === 'CloudTrail-Digest') return '';
  return folder.slice('CloudTrail'.length).toLowerCase();
}
