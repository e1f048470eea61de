/** Who may do what on the pages and the API: the closed lists of rights and of roles, and which role holds which right. */

/**
 * `metrics`: the exposition for Prometheus. `read`: every page and its API. `evidence`: exports and raw evidence files.
 * `operate`: retry, accept, ask for a preflight. `administer`: apply a plan, where the configuration lets pages do so.
 */
export const RIGHTS = ['metrics', 'read', 'evidence', 'operate', 'administer'] as const;
export type Right = (typeof RIGHTS)[number];

export const ROLES = ['viewer', 'auditor', 'operator', 'administrator'] as const;
/** A person's role on the pages. (The role of an AWS account is another thing, and of a process another one still.) */
export type PageRole = (typeof ROLES)[number];

const HELD: Readonly<Record<PageRole, readonly Right[]>> = {
  viewer: ['metrics', 'read'],
  auditor: ['metrics', 'read', 'evidence'],
  operator: ['metrics', 'read', 'evidence', 'operate'],
  administrator: ['metrics', 'read', 'evidence', 'operate', 'administer'],
};

/** The rights of a role; each role holds all that the ones before it hold. */
export function rightsOf(role: PageRole): readonly Right[] {
  return HELD[role];
}
