/** The archive's documents: each one that the configuration holds is read, and planned by the core. */
import pLimit from 'p-limit';
import { parseArn } from '../config/arn.ts';
import { wantedPolicy, wantedPosture } from '../config/wanted.ts';
import {
  DOCUMENT_KINDS,
  type DocumentKind,
  type DocumentPlan,
  type DocumentRef,
  type DocumentState,
} from '../core/plan/document.ts';
import { planBucketPolicy, planKeyPolicy, planTopicPolicy } from '../core/plan/plan-policy.ts';
import { planPosture, postureKinds } from '../core/plan/posture.ts';
import type { WantedPolicy } from '../core/plan/wanted.ts';
import type { Config } from '../config.ts';
import type { PipelineParts } from './parts.ts';

const READ_AT_ONCE = 4;

/** The states of the archive's documents by kind: those that some group of the configuration holds, and no others. */
export type States = ReadonlyMap<DocumentKind, DocumentState>;

/** Which documents are read: of the archive's kinds those that are held, each with where it lies. */
export function heldDocuments(config: Config): readonly DocumentRef[] {
  const { archive, policy, lifecycle } = config;
  const posture = wantedPosture(config);
  const here = (kind: DocumentKind): DocumentRef => ({ kind, account: archive.owner, target: archive.bucket });
  const refs: DocumentRef[] = [];
  if (policy !== null) refs.push(here('bucket-policy'));
  if (policy !== null && policy.key && archive.kmsKey !== null) refs.push(byArn('key-policy', archive.kmsKey));
  if (policy !== null && policy.topic !== null) refs.push(byArn('topic-policy', policy.topic));
  const kinds = new Set([
    ...(posture === null ? [] : postureKinds(posture)),
    ...(lifecycle === null ? [] : LIFECYCLE_KINDS),
  ]);
  refs.push(...[...kinds].map(here));
  return refs.toSorted((a, b) => DOCUMENT_KINDS.indexOf(a.kind) - DOCUMENT_KINDS.indexOf(b.kind));
}

const LIFECYCLE_KINDS: readonly DocumentKind[] = ['lifecycle', 'versioning', 'object-lock'];

function byArn(kind: DocumentKind, arn: string): DocumentRef {
  return { kind, account: parseArn(arn)?.account ?? '', target: arn };
}

/** Reads them side by side. Throttling and an unreachable store throw OperatingError. */
export async function readStates(refs: readonly DocumentRef[], { documents }: PipelineParts): Promise<States> {
  const limit = pLimit(READ_AT_ONCE);
  const states = await Promise.all(
    refs.map((ref) => limit(async () => [ref.kind, await documents.own.read(ref)] as const)),
  );
  return new Map(states);
}

/** The plans of policies and settings, from what was read. @param accounts the ids of everybody who is gathered */
export function archivePlans(config: Config, accounts: readonly string[], states: States): readonly DocumentPlan[] {
  const policy = wantedPolicy(config, accounts);
  const posture = wantedPosture(config);
  return [
    ...(policy === null ? [] : policyPlans(policy, config, states)),
    ...(posture === null ? [] : planPosture(posture, states)),
  ];
}

function policyPlans(wanted: WantedPolicy, config: Config, states: States): readonly DocumentPlan[] {
  const topic = config.policy?.topic ?? null;
  const [bucketState, keyState, topicState] = [
    states.get('bucket-policy'),
    states.get('key-policy'),
    states.get('topic-policy'),
  ];
  return [
    ...(keyState === undefined ? [] : [planKeyPolicy(wanted, keyState)]),
    ...(topicState === undefined || topic === null ? [] : [planTopicPolicy(wanted, topic, topicState)]),
    ...(bucketState === undefined ? [] : [planBucketPolicy(wanted, bucketState)]),
  ];
}

/** True when the configuration holds anything at all. */
export function holdsAnything({ policy, posture, lifecycle }: Config): boolean {
  return policy !== null || posture !== null || lifecycle !== null;
}
