/** A wanted posture with everything in it, and plans of one setting with all others as wanted. */
import type { Json } from '../../../src/core/json.ts';
import type { DocumentKind, DocumentPlan, DocumentState } from '../../../src/core/plan/document.ts';
import { planPosture } from '../../../src/core/plan/posture.ts';
import type { WantedPosture } from '../../../src/core/plan/wanted.ts';

export const KEY = 'arn:aws:kms:us-east-1:111111111111:key/1234';

export const ABSENT: DocumentState = { state: 'absent' };

export const ALL_FLAGS = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

export const WANTED: WantedPosture = {
  bucket: 'archive-bucket',
  owner: '111111111111',
  versioning: true,
  objectLock: { mode: 'GOVERNANCE', days: 365 },
  encryption: { kmsKey: KEY, bucketKey: true },
  publicAccessBlocked: true,
  ownership: 'BucketOwnerEnforced',
  accessLogging: { bucket: 'access-logs', prefix: 'archive/' },
};

export const NOTHING: WantedPosture = {
  ...WANTED,
  versioning: false,
  objectLock: null,
  encryption: null,
  publicAccessBlocked: false,
  ownership: null,
  accessLogging: null,
};

export function present(value: Json): DocumentState {
  return { state: 'present', value };
}

/** The plan of one kind; versioning is on unless it is the kind. */
export function onlyPlan(kind: DocumentKind, state: DocumentState, wanted: Partial<WantedPosture> = {}): DocumentPlan {
  const states = new Map([['versioning', present({ Status: 'Enabled' })] as const, [kind, state] as const]);
  const plan = planPosture({ ...WANTED, ...wanted }, states).find(({ ref }) => ref.kind === kind);
  if (plan === undefined) throw new Error(`no plan for ${kind}`);
  return plan;
}

export function codes(plan: DocumentPlan, part: 'refusals' | 'findings' | 'warnings'): readonly string[] {
  return plan[part].map((one) => one.code);
}

/** The code that says that a setting is there and not understood, and that nothing is written over it. */
export function unknown(kind: DocumentKind): object {
  return { change: null, findings: [{ code: `posture-${kind}-unknown` }] };
}
