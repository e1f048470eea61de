/** Under which identity a document is read and written: the daemon's own, or the member's role that is configured for it. */
import { partitionOf } from '../core/partition.ts';
import type { DocumentRef } from '../core/plan/document.ts';
import { OperatingError } from '../errors.ts';
import type { DocumentStore } from '../ports.ts';
import type { PipelineParts } from './parts.ts';

/** How the buckets' policies of member accounts are changed, by account; empty where members are only read. */
export type MemberEntries = ReadonlyMap<
  string,
  { readonly id: string; readonly role: string; readonly externalId: string | null }
>;

/** The entries of these accounts: the role of `policy.members` in each, with the account's own external id. */
export function memberEntries(
  accounts: readonly { readonly id: string; readonly externalId: string | null }[],
  { config }: PipelineParts,
): MemberEntries {
  const role = config.policy?.members?.role;
  if (role === undefined) return new Map();
  const partition = partitionOf(config.aws.region);
  return new Map(
    accounts.map(({ id, externalId }) => [id, { id, role: `arn:${partition}:iam::${id}:role/${role}`, externalId }]),
  );
}

/** Throws OperatingError where a member's role may not be entered, or none is configured. */
export async function storeOf(
  ref: DocumentRef,
  { documents }: PipelineParts,
  members: MemberEntries,
): Promise<DocumentStore> {
  if (ref.kind !== 'member-policy') return documents.own;
  const entry = members.get(ref.account);
  if (entry !== undefined) return documents.member(entry);
  throw new OperatingError({
    code: 'plan-refused',
    message: `no role is configured by which the policy of ${ref.target} in account ${ref.account} may be changed`,
    hint: 'set policy.members.role, and see that the account is gathered',
  });
}
