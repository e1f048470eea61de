/** The archive bucket: objects are written once, under a condition, and never over one another. Nothing is deleted here. */
import { createHash } from 'node:crypto';
import {
  PutObjectCommand,
  PutObjectTaggingCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, NewObject, ObjectReader, ObjectRef } from '../ports.ts';
import type { AwsTransport } from './aws-client.ts';
import { createClients, type AwsClients } from './aws-clients.ts';
import { awsError, garbledError, type CallContext } from './aws-errors.ts';
import { faultOf } from './aws-faults.ts';
import { bucketPosture } from './aws-posture.ts';
import { createObjectReader } from './aws-s3.ts';
import { s3Context } from './aws-s3-context.ts';
import { backoff } from './backoff.ts';

const CONFLICT_ATTEMPTS = 6;
const GARBLED_ATTEMPTS = 3;

/** An archive under the daemon's own credentials. `kmsKey` null: the bucket's own default encryption. */
export function createArchive(
  transport: AwsTransport,
  settings: { readonly owner: string; readonly region: string; readonly kmsKey: string | null },
): ArchiveStore {
  // Not checked against the owner: the daemon may live in another account that the bucket policy lets in.
  const clients = createClients(transport, { account: null, role: null, externalId: null }, settings.region);
  const reader = createObjectReader(clients);
  const putIfAbsent = (ref: ObjectRef, object: NewObject) =>
    putOnce({ clients, reader, kmsKey: settings.kmsKey }, ref, object);
  return {
    ...reader,
    putIfAbsent,
    tag: (ref, tags) => tagObject(clients, ref, tags),
    posture: (bucket, owner) => bucketPosture(clients, bucket, owner),
    probeConditionalWrites: (bucket, owner, prefix) =>
      probe(putIfAbsent, { bucket, owner, key: `${prefix}orgtrail/probe` }),
  };
}

interface Writer {
  readonly clients: AwsClients;
  readonly reader: ObjectReader;
  readonly kmsKey: string | null;
}

/**
 * An answer that is lost or 5xx leaves open whether the object was written. The SDK asks again, and then the
 * condition fails on our own object: so "exists" never means "somebody else's", and the caller compares contents.
 */
async function putOnce(writer: Writer, ref: ObjectRef, object: NewObject): Promise<'created' | 'exists'> {
  const command = new PutObjectCommand(putInput(writer, ref, object));
  for (let attempt = 1; ; attempt += 1) {
    try {
      const output = await writer.clients.onBucket(ref.bucket, (client, options) => client.send(command, options));
      if (output.ETag === undefined) throw garbledError(writeContext(writer.clients, ref), 'the answer has no ETag');
      await confirm(writer, { ref, object, output });
      return 'created';
    } catch (error) {
      const status = faultOf(error)?.status;
      if (status === 412) return 'exists';
      // 409: another conditional write to this key is under way; the SDK does not try again (row 64).
      const failure = writeError(writer.clients, ref, error);
      // A page that is no answer of S3 leaves open what was done, as a lost answer does; the condition makes it safe.
      const most = status === 409 ? CONFLICT_ATTEMPTS : failure.code === 'transport-garbled' ? GARBLED_ATTEMPTS : 1;
      if (attempt >= most) throw failure;
      await backoff(attempt);
    }
  }
}

function putInput({ kmsKey }: Writer, ref: ObjectRef, object: NewObject): PutObjectCommandInput {
  return {
    Bucket: ref.bucket,
    Key: ref.key,
    ExpectedBucketOwner: ref.owner,
    IfNoneMatch: '*',
    Body: object.bytes,
    ContentLength: object.bytes.length,
    Metadata: Object.fromEntries(object.metadata),
    ...(object.contentType === null ? {} : { ContentType: object.contentType }),
    ...(object.contentEncoding === null ? {} : { ContentEncoding: object.contentEncoding }),
    ...(kmsKey === null ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }),
  };
}

/** "Created" is believed when the ETag is the MD5 of our bytes (not so under SSE-KMS), or the stored size fits. */
async function confirm(
  writer: Writer,
  written: { readonly ref: ObjectRef; readonly object: NewObject; readonly output: PutObjectCommandOutput },
): Promise<void> {
  const { ref, object, output } = written;
  if (output.ETag?.replaceAll('"', '') === createHash('md5').update(object.bytes).digest('hex')) return;
  const stored = await writer.reader.head(
    output.VersionId === undefined ? ref : { ...ref, versionId: output.VersionId },
  );
  if (stored !== null && stored.size === object.bytes.length) return;
  const found = stored === null ? 'it is not there' : `it has ${stored.size} of ${object.bytes.length} bytes`;
  throw new OperatingError({
    code: 'archive-changed',
    message: `archive: s3://${ref.bucket}/${ref.key} was just written, and ${found}`,
    hint: 'Somebody else changes the archive, or the store loses writes. Check the bucket policy and who may write or delete there.',
  });
}

function writeError(clients: AwsClients, ref: ObjectRef, error: unknown): OperatingError {
  const fault = faultOf(error);
  if (fault?.status === 501 || fault?.name === 'NotImplemented')
    return unfit(ref, `it answers ${fault.name} (HTTP ${fault.status})`, error);
  const context = writeContext(clients, ref);
  if (fault?.status !== 409) return awsError(error, context);
  return new OperatingError({
    code: 'blocked-throttled',
    message: `archive: cannot ${context.doing}: other writes to the same key were under way ${CONFLICT_ATTEMPTS} times`,
    hint: 'Another process writes the same object. It is tried again later.',
    retryable: true,
    cause: error,
  });
}

function writeContext(clients: AwsClients, ref: ObjectRef): CallContext {
  return s3Context(clients, {
    verb: 'write',
    permission: 's3:PutObject',
    bucket: ref.bucket,
    key: ref.key,
    owner: ref.owner,
    kmsPermission: 'kms:GenerateDataKey',
  });
}

async function tagObject(clients: AwsClients, ref: ObjectRef, tags: ReadonlyMap<string, string>): Promise<void> {
  const command = new PutObjectTaggingCommand({
    Bucket: ref.bucket,
    Key: ref.key,
    ExpectedBucketOwner: ref.owner,
    Tagging: { TagSet: [...tags].map(([Key, Value]) => ({ Key, Value })) },
    ...(ref.versionId === undefined ? {} : { VersionId: ref.versionId }),
  });
  await clients
    .onBucket(ref.bucket, (client, options) => client.send(command, options))
    .catch((error: unknown) => {
      throw awsError(
        error,
        s3Context(clients, {
          verb: 'tag',
          permission: 's3:PutObjectTagging',
          bucket: ref.bucket,
          key: ref.key,
          owner: ref.owner,
        }),
      );
    });
}

async function probe(putIfAbsent: ArchiveStore['putIfAbsent'], ref: ObjectRef): Promise<void> {
  const attempt = (text: string) =>
    putIfAbsent(ref, {
      bytes: Buffer.from(text),
      contentType: 'text/plain',
      contentEncoding: null,
      metadata: new Map(),
    });
  await attempt('orgtrail asks here whether conditional writes are kept\n');
  if ((await attempt('this must never be stored\n')) === 'exists') return;
  throw unfit(ref, 'it overwrote an object in spite of If-None-Match: *', undefined);
}

function unfit(ref: ObjectRef, problem: string, cause: unknown): OperatingError {
  return new OperatingError({
    code: 'archive-unfit',
    message: `archive: the store of s3://${ref.bucket} cannot be used: ${problem}`,
    hint: 'The archive needs a store with conditional writes (PutObject with If-None-Match), like Amazon S3. Choose another bucket or store.',
    cause,
  });
}
