/** An archive bucket with its key and topic, a member with a role for its bucket's policy, and our documents over them. */
import { createDocuments } from '../../src/adapters/aws-documents.ts';
import type { Json } from '../../src/core/json.ts';
import type { DocumentKind, DocumentRef } from '../../src/core/plan/document.ts';
import type { Documents } from '../../src/ports.ts';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import { MEMBER, PAYER, roleOf, userOf } from '../cloud/identity/estate.ts';
import { transportTo, useCredentials } from './raw-s3.ts';

export const ARCHIVE = 'the-archive';
export const LOGGED = 'the-access-logs';
export const MEMBER_LOGS = 'logs-222222222222';
export const KEY = `arn:aws:kms:eu-west-1:${PAYER}:key/11111111-2222-3333-4444-555555555555`;
export const TOPIC = `arn:aws:sns:eu-west-1:${PAYER}:delivered`;
export const POLICY_ROLE = `arn:aws:iam::${MEMBER}:role/orgtrail-bucket-policy`;
/** A user of the payer's account that may do nothing. */
const NOBODY = { ...userOf(PAYER, 'nobody'), policies: [] };

export interface DocumentsHere extends AsyncDisposable {
  readonly cloud: WholeCloud;
  readonly documents: Documents;
}

/** `as` nobody: without any right. */
export async function openDocuments(as: 'daemon' | 'nobody' = 'daemon'): Promise<DocumentsHere> {
  const policies = [policyText(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'], '*')];
  const cloud = await createCloud({
    now: Date.now,
    users: [userOf(PAYER), NOBODY],
    organization: { id: 'o-exampleorgid', management: PAYER, accounts: [] },
    roles: [roleOf(POLICY_ROLE, { policies })],
    buckets: [
      { name: ARCHIVE, owner: PAYER },
      { name: LOGGED, owner: PAYER },
      { name: MEMBER_LOGS, owner: MEMBER },
      { name: 'with-device', owner: PAYER, versioning: true, mfaDelete: true },
      { name: 'locked', owner: PAYER, objectLock: true },
    ],
    keys: [KEY],
    topics: [TOPIC],
  });
  const timeouts = { connectMs: 1000, requestMs: 600, readMs: 5000 };
  const transport = transportTo(cloud.url, { timeouts, maxAttempts: 1 });
  const { accessKeyId, secretAccessKey } = as === 'daemon' ? userOf(PAYER) : NOBODY;
  useCredentials(accessKeyId, secretAccessKey);
  return {
    cloud,
    documents: createDocuments(transport, { region: 'us-east-1' }),
    [Symbol.asyncDispose]: async () => {
      transport.close();
      await cloud.close();
    },
  };
}

/** The document of that kind of the archive. */
export function refOf(kind: DocumentKind, change: Partial<DocumentRef> = {}): DocumentRef {
  const target = kind === 'key-policy' ? KEY : kind === 'topic-policy' ? TOPIC : ARCHIVE;
  return { kind, account: PAYER, target, ...change };
}

/** A policy of one statement about the archive bucket. */
export function bucketPolicy(statement: Readonly<Record<string, Json>>): Json {
  const usual = { Sid: 'Foreign', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${MEMBER}:root` } };
  const what = { Action: 's3:GetObject', Resource: `arn:aws:s3:::${ARCHIVE}/*` };
  return { Version: '2012-10-17', Statement: [{ ...usual, ...what, ...statement }] };
}

function policyText(actions: readonly string[], resource: string): string {
  const statement = { Effect: 'Allow', Action: actions, Resource: resource };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
