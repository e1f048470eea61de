/** The tree of an organization, derived from the units above each account. Units without accounts are not in it. */
import type { CloudAccount } from '../types.ts';
import type { CloudOrganization } from './controlplane.ts';

/** The root's id: the last unit above any account. */
export function rootOf(organization: CloudOrganization): string {
  return organization.accounts.find((account) => account.units.length > 0)?.units.at(-1) ?? 'r-root';
}

/** Nearest first, the root last; an account without units hangs below the root. */
function pathOf(organization: CloudOrganization, account: CloudAccount): readonly string[] {
  return account.units.length === 0 ? [rootOf(organization)] : account.units;
}

/** The parent of an account or unit; null when there is no such child. */
export function parentOf(organization: CloudOrganization, child: string): string | null {
  for (const account of organization.accounts) {
    const path = [account.id, ...pathOf(organization, account)];
    const index = path.indexOf(child);
    const parent = index < 0 ? undefined : path[index + 1];
    if (parent !== undefined) return parent;
  }
  return null;
}

/** The accounts directly below a unit or the root; null when there is no such parent. */
export function childrenOf(organization: CloudOrganization, parent: string): readonly CloudAccount[] | null {
  if (!known(organization, parent)) return null;
  return organization.accounts.filter((account) => pathOf(organization, account)[0] === parent);
}

/** The units directly below a unit or the root; null when there is no such parent. */
export function unitsOf(organization: CloudOrganization, parent: string): readonly string[] | null {
  if (!known(organization, parent)) return null;
  const below = organization.accounts.flatMap((account) => {
    const path = pathOf(organization, account);
    const child = path[path.indexOf(parent) - 1];
    return child === undefined ? [] : [child];
  });
  return [...new Set(below)].toSorted();
}

function known(organization: CloudOrganization, parent: string): boolean {
  return parent === rootOf(organization) || organization.accounts.some((account) => account.units.includes(parent));
}
