/** Reading objects under one identity: whole, pinned, owner checked, or an error that says why not. */
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { OperatingError } from '../errors.ts';
import type { ObjectInfo, ObjectReader, ObjectRef, StoredObject } from '../ports.ts';
import type { AwsClients, SendOptions } from './aws-clients.ts';
import { absentBucket, awsError, failedTo, garbledError, type CallContext } from './aws-errors.ts';
import { faultOf } from './aws-faults.ts';
import { bodyStream, BodyError, readBody } from './aws-s3-body.ts';
import { s3Context } from './aws-s3-context.ts';
import { listFolders, listObjects } from './aws-s3-list.ts';
import { backoff } from './backoff.ts';

const READ_ATTEMPTS = 3;
const NOT_THERE: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion']);

export interface GetOptions {
  readonly maxBytes: number;
  readonly ifMatch?: string;
}

/** An ObjectReader over S3 under the clients' identity. */
export function createObjectReader(clients: AwsClients): ObjectReader {
  return {
    list: (request) => listObjects(clients, request),
    folders: (request) => listFolders(clients, request),
    get: (ref, options) => getObject(clients, ref, options),
    head: (ref) => headObject(clients, ref),
  };
}

async function getObject(clients: AwsClients, ref: ObjectRef, options: GetOptions): Promise<StoredObject | null> {
  const context = readContext(clients, ref);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await clients.onBucket(ref.bucket, (client, sending) => {
        const command = new GetObjectCommand({
          ...named(ref),
          ...(options.ifMatch === undefined ? {} : { IfMatch: `"${options.ifMatch}"` }),
        });
        return client.send(command, sending).then((output) => receive(output, { clients, ref, options, sending }));
      });
    } catch (error) {
      if (NOT_THERE.has(faultOf(error)?.name ?? '')) return null;
      if (faultOf(error)?.status === 412) throw changed(context);
      const failure = error instanceof BodyError ? bodyFailure(error, context) : awsError(error, context);
      const garbled =
        error instanceof BodyError || (failure.code === 'transport-garbled' && options.ifMatch === undefined);
      if (!garbled || attempt === READ_ATTEMPTS) throw failure;
      await backoff(attempt);
    }
  }
}

interface Reading {
  readonly clients: AwsClients;
  readonly ref: ObjectRef;
  readonly options: GetOptions;
  readonly sending: SendOptions;
}

async function receive(
  output: GetObjectCommandOutput,
  { clients, ref, options, sending }: Reading,
): Promise<StoredObject> {
  const context = readContext(clients, ref);
  const body = bodyStream(output.Body);
  try {
    const info = objectInfo(output, context);
    if (info.size > options.maxBytes) throw tooLarge(info.size, options.maxBytes, context);
    if (options.ifMatch !== undefined && info.etag !== options.ifMatch) throw changed(context);
    if (ref.versionId !== undefined && info.versionId !== null && info.versionId !== ref.versionId)
      throw garbledError(context, 'another version came');
    if (body === null) throw garbledError(context, 'the answer has no body');
    const bytes = await readBody(body, {
      length: info.size,
      idleMs: clients.transport.settings.timeouts.requestMs,
      signal: sending.abortSignal,
    });
    return { ...info, bytes };
  } finally {
    body?.destroy(); // an unread body would keep its connection busy for ever (row 16)
  }
}

async function headObject(clients: AwsClients, ref: ObjectRef): Promise<ObjectInfo | null> {
  const context = readContext(clients, ref);
  try {
    const output = await clients.onBucket(ref.bucket, (client, sending) =>
      client.send(new HeadObjectCommand(named(ref)), sending),
    );
    return objectInfo(output, context);
  } catch (error) {
    if (faultOf(error)?.status !== 404) throw awsError(error, context);
    // HEAD has no error body, so a missing bucket looks like a missing key: ask, or a typo reads as "no evidence".
    await confirmBucket(clients, ref);
    return null;
  }
}

async function confirmBucket(clients: AwsClients, ref: ObjectRef): Promise<void> {
  const context = s3Context(clients, {
    verb: 'find the bucket',
    permission: 's3:ListBucket',
    bucket: ref.bucket,
    owner: ref.owner,
  });
  const command = new HeadBucketCommand({ Bucket: ref.bucket, ExpectedBucketOwner: ref.owner });
  try {
    await clients.onBucket(ref.bucket, (client, sending) => client.send(command, sending));
  } catch (error) {
    throw faultOf(error)?.status === 404 ? absentBucket(context, error) : awsError(error, context);
  }
}

function named(ref: ObjectRef): { Bucket: string; Key: string; ExpectedBucketOwner: string; VersionId?: string } {
  return {
    Bucket: ref.bucket,
    Key: ref.key,
    ExpectedBucketOwner: ref.owner,
    ...(ref.versionId === undefined ? {} : { VersionId: ref.versionId }),
  };
}

function objectInfo(output: GetObjectCommandOutput | HeadObjectCommandOutput, context: CallContext): ObjectInfo {
  const { ContentLength: size, ETag: etag, LastModified: modified, $metadata } = output;
  // 206 or 304 come from caches in between: no range and no "if changed" was asked for (row 69).
  if ($metadata.httpStatusCode !== 200)
    throw garbledError(context, `HTTP ${$metadata.httpStatusCode} where only 200 fits`);
  if (size === undefined || !Number.isSafeInteger(size) || size < 0)
    throw garbledError(context, 'the answer has no Content-Length, so a cut body could not be told from a whole one');
  if (etag === undefined || modified === undefined || Number.isNaN(modified.getTime()))
    throw garbledError(context, 'the answer lacks ETag or Last-Modified');
  return {
    etag: etag.replaceAll('"', ''),
    versionId: output.VersionId ?? null,
    size,
    lastModified: modified.getTime(),
    contentType: output.ContentType ?? null,
    contentEncoding: output.ContentEncoding ?? null,
    metadata: new Map(Object.entries(output.Metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

function readContext(clients: AwsClients, ref: ObjectRef): CallContext {
  const permission = ref.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return s3Context(clients, {
    verb: 'read',
    permission,
    bucket: ref.bucket,
    key: ref.key,
    owner: ref.owner,
    kmsPermission: 'kms:Decrypt',
  });
}

function bodyFailure(error: BodyError, context: CallContext): OperatingError {
  return new OperatingError({
    code: error.reason === 'stalled' ? 'blocked-unreachable' : 'transport-garbled',
    message: `${failedTo(context)} whole (tried ${READ_ATTEMPTS} times): ${error.message}`,
    hint: 'The connection breaks or stalls inside the object. Check the network and the proxy; it is tried again later.',
    retryable: true,
    cause: error,
  });
}

function changed(context: CallContext): OperatingError {
  return new OperatingError({
    code: 'transport-garbled',
    message: `${failedTo(context)}: it changed while reading`,
    hint: 'The object is not the one that was listed. It is looked at again; somebody who rewrites log files shows up in the verdicts.',
    retryable: true,
  });
}

function tooLarge(size: number, limit: number, context: CallContext): OperatingError {
  return new OperatingError({
    code: 'object-too-large',
    message: `${failedTo(context)}: ${size} bytes are more than the limit of ${limit}`,
    hint: 'CloudTrail files are far smaller. Look at who wrote it; raise limits.maxObjectBytes if it is genuine.',
  });
}
