/** Policies and settings over S3, KMS and SNS, one document at a time. */
import type { Json } from '../core/json.ts';
import type { DocumentRef, DocumentState } from '../core/plan/document.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { Documents, DocumentStore } from '../ports.ts';
import type { AwsTransport } from './aws-client.ts';
import { createClients, type AwsClients } from './aws-clients.ts';
import { readBucketPolicy, writeBucketPolicy } from './aws-documents-bucket.ts';
import { readKeyPolicy, writeKeyPolicy } from './aws-documents-key.ts';
import { readSetting, writeSetting } from './aws-documents-setting.ts';
import { SETTINGS } from './aws-documents-settings.ts';
import { readTopicPolicy, writeTopicPolicy } from './aws-documents-topic.ts';
import { enterAccount } from './aws-sessions.ts';

/** Documents under the daemon's own credentials, and under a member's role. `region`: where buckets are looked for first. */
export function createDocuments(transport: AwsTransport, settings: { readonly region: string }): Documents {
  const known = new Map<string, AwsClients>();
  // Not checked against the owner: the daemon may live in another account that the policies let in.
  const own = createClients(transport, { account: null, role: null, externalId: null }, settings.region);
  return {
    own: createDocumentStore(own),
    member: async ({ id, role, externalId }) => {
      const name = JSON.stringify([id, role, externalId]);
      const clients = known.get(name) ?? createClients(transport, { account: id, role, externalId });
      known.set(name, clients);
      await enterAccount(clients);
      return createDocumentStore(clients);
    },
  };
}

/** Documents under one identity. */
export function createDocumentStore(clients: AwsClients): DocumentStore {
  return {
    read: (ref) => read(clients, ref).catch(refusedForGood),
    write: (ref, value) => write(clients, ref, value),
  };
}

/** What trying again does not mend is a state of the document: one account's trouble must not end the whole plan. */
function refusedForGood(error: unknown): DocumentState {
  if (!(error instanceof OperatingError) || error.retryable || error.code !== 'blocked-access') throw error;
  return { state: 'unreadable', problem: problemOf(error) };
}

function read(clients: AwsClients, ref: DocumentRef): Promise<DocumentState> {
  switch (ref.kind) {
    case 'bucket-policy':
    case 'member-policy':
      return readBucketPolicy(clients, ref);
    case 'key-policy':
      return readKeyPolicy(clients, ref);
    case 'topic-policy':
      return readTopicPolicy(clients, ref);
    case 'versioning':
    case 'ownership':
    case 'public-access':
    case 'encryption':
    case 'object-lock':
    case 'access-logging':
    case 'lifecycle':
      return readSetting(clients, ref, SETTINGS[ref.kind]);
  }
}

function write(clients: AwsClients, ref: DocumentRef, value: Json | null): Promise<void> {
  switch (ref.kind) {
    case 'bucket-policy':
    case 'member-policy':
      return writeBucketPolicy(clients, ref, value);
    case 'key-policy':
      return writeKeyPolicy(clients, ref, value);
    case 'topic-policy':
      return writeTopicPolicy(clients, ref, value);
    case 'versioning':
    case 'ownership':
    case 'public-access':
    case 'encryption':
    case 'object-lock':
    case 'access-logging':
    case 'lifecycle':
      return writeSetting(clients, ref, { setting: SETTINGS[ref.kind], value });
  }
}
