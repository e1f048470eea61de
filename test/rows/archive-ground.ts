/** What the row tests on the archive bucket share: one organization with its archive held and applied, put back after each test. */
import type { Reconciled } from '../../src/daemon/work.ts';
import type { Bucket, StoredVersion } from '../cloud/s3/bucket.ts';
import { addVersion, createKeyIndex, sortedKeys, versionsOf } from '../cloud/s3/keyindex.ts';
import { archiveOf, heldGroups, mutations, openHeld, statementsOf } from '../flow/held.ts';
import { ARCHIVE, orgtrail, type Ended, type Organization } from '../flow/organization.ts';
import { openPipeline } from '../flow/pass.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** An account that has nothing to do with the organization. */
export const STRANGER = '999999999999';

export interface Said {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

/** What `plan --json` says, with its exit status and the settings that it would write. */
export interface Planned {
  readonly exit: number | null;
  readonly verdict: string;
  readonly changes: readonly { readonly kind: string }[];
  readonly refusals: readonly Said[];
  readonly findings: readonly Said[];
  readonly warnings: readonly Said[];
}

/** What `apply --yes --json` says. */
export interface Applied {
  readonly exit: number | null;
  readonly refusals: readonly Said[];
  readonly written: readonly { readonly kind: string }[];
  readonly failed: readonly (Said & { readonly kind: string })[];
  readonly left: readonly { readonly kind: string }[];
}

type Statements = ReturnType<typeof statementsOf>;

/** Groups of the configuration, each merged over the usual one. */
export type Wishes = Readonly<Partial<Record<'policy' | 'posture' | 'lifecycle' | 'reconcile', object>>>;

export interface HeldArchive {
  readonly organization: Organization;
  /** The archive bucket that the cloud has just now. */
  bucket(): Bucket;
  /** Another bucket under the archive's name, or none. */
  replace(bucket: Bucket | null): void;
  wish(wishes: Wishes): void;
  run(...words: readonly string[]): Promise<Ended>;
  plan(): Promise<Planned>;
  apply(): Promise<Applied>;
  /** One look of the daemon, so many minutes from now. */
  look(minutes?: number): Promise<Reconciled>;
  /** Somebody else writes the policy. */
  editPolicy(change: (statements: Statements) => Statements): void;
  /** Every key of the bucket. */
  objects(): readonly string[];
  /** The writes since the archive was put back. */
  written(): readonly string[];
  /** Puts configuration, settings, objects and faults back to where they were when it was opened. */
  reset(): void;
}

/** One account with an hour of history, collected; policy, posture and lifecycle are applied. */
export async function openArchive(): Promise<HeldArchive> {
  const start = Math.floor(Date.now() / HOUR) * HOUR - 3 * HOUR;
  const organization = await openHeld({ accounts: 1, seed: 'archive', start, hours: 2, now: Date.now });
  const original = archiveOf(organization);
  const { buckets } = organization.cloud.state;
  const usual = groups(organization);
  organization.configure(usual);
  await expectExit(organization, 'apply', '--yes');
  await expectExit(organization, 'collect');
  const putBack = snapshot(original);
  const replace = (bucket: Bucket | null): void =>
    void (bucket === null ? buckets.delete(ARCHIVE) : buckets.set(ARCHIVE, bucket));
  const told = async (...words: readonly string[]): Promise<{ readonly exit: number | null }> => {
    const { code, stdout } = await orgtrail(organization, ...words, '--json');
    return { exit: code, ...(JSON.parse(stdout) as object) };
  };
  return {
    organization,
    bucket: () => archiveOf(organization),
    replace,
    wish: (wishes) => organization.configure(merged(usual, wishes)),
    run: (...words) => orgtrail(organization, ...words),
    plan: async () => (await told('plan', '--no-preflight')) as Planned,
    apply: async () => (await told('apply', '--yes')) as Applied,
    look: (minutes = 0) => look(organization, minutes),
    editPolicy: (change) => {
      const statements = change(statementsOf(organization));
      archiveOf(organization).policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    },
    objects: () => organization.archived(),
    written: () => mutations(organization),
    reset: () => {
      organization.cloud.faults.clear();
      organization.configure(usual);
      replace(original);
      putBack();
      organization.cloud.requests.clear();
    },
  };
}

/** What is said, by its codes. */
export function codesOf(said: readonly { readonly code: string }[]): readonly string[] {
  return said.map(({ code }) => code);
}

function groups({ world }: Organization): Readonly<Record<string, object>> {
  const { policy, lifecycle } = heldGroups(world.management) as Readonly<Record<string, object>>;
  const posture = { versioning: true, encryption: { bucketKey: true }, publicAccessBlocked: true };
  return { policy: policy ?? {}, lifecycle: lifecycle ?? {}, posture };
}

function merged(usual: Readonly<Record<string, object>>, wishes: Wishes): Readonly<Record<string, object>> {
  const own = Object.entries(wishes).map(([name, wish]) => [name, { ...usual[name], ...wish }] as const);
  return { ...usual, ...Object.fromEntries(own) };
}

async function expectExit(organization: Organization, ...words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await orgtrail(organization, ...words);
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}: ${stdout}${stderr}`);
}

async function look(organization: Organization, minutes: number): Promise<Reconciled> {
  const pipeline = openPipeline(organization, { now: () => Date.now() + (1 + minutes) * MINUTE });
  try {
    return await pipeline.work.reconcile(new AbortController().signal);
  } finally {
    await pipeline.close();
  }
}

/** What puts every setting and every version of the bucket back, each version some hours old. */
function snapshot(bucket: Bucket): () => void {
  const { policy, versioning, objectLock, defaultRetention, encryption } = bucket;
  const settings = { policy, versioning, objectLock, defaultRetention, encryption };
  const configurations = new Map(bucket.configurations);
  const versions: readonly StoredVersion[] = sortedKeys(bucket.index)
    .flatMap((key) => versionsOf(bucket.index, key))
    .map((one) => ({ ...one, lastModified: one.lastModified - 4 * HOUR }));
  return () => {
    Object.assign(bucket, settings);
    bucket.configurations.clear();
    for (const [name, value] of configurations) bucket.configurations.set(name, value);
    Object.assign(bucket.index, createKeyIndex());
    for (const version of versions) addVersion(bucket.index, { ...version });
  };
}
