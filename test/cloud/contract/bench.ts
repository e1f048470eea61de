/** What one case of the S3 contract gets: two identities, a bucket of its own, and ways to say what it expects. */
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';

export interface Bench {
  /** Owns the bucket; full rights. */
  readonly owner: S3Client;
  /** Another identity, without any right but what a bucket policy gives it. */
  readonly stranger: S3Client;
  /** The stranger as policies name it. */
  readonly strangerArn: string;
  /** The owner's key with a secret that is not its own. */
  readonly impostor: S3Client;
  /** Fresh and empty. */
  readonly bucket: string;
}

/** One statement about S3, true of AWS. The name says it. */
export interface Case {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

let made = 0;

/** A bucket name that no run before has used. */
export function freshName(): string {
  made += 1;
  return `contract-${process.pid}-${Date.now().toString(36)}-${made}`;
}

export async function makeBucket(client: S3Client, options: { readonly objectLock?: boolean } = {}): Promise<string> {
  const Bucket = freshName();
  await client.send(
    new CreateBucketCommand({ Bucket, ...(options.objectLock === true ? { ObjectLockEnabledForBucket: true } : {}) }),
  );
  return Bucket;
}

/** Puts one object as the owner. */
export function put(
  bench: Bench,
  Key: string,
  rest: Omit<PutObjectCommandInput, 'Bucket' | 'Key'> = {},
): Promise<PutObjectCommandOutput> {
  return bench.owner.send(new PutObjectCommand({ Bucket: bench.bucket, Key, Body: 'body', ...rest }));
}

/** The content of a key as text. */
export async function textAt(bench: Bench, Key: string, VersionId?: string): Promise<string> {
  const versioned = VersionId === undefined ? {} : { VersionId };
  const { Body } = await bench.owner.send(new GetObjectCommand({ Bucket: bench.bucket, Key, ...versioned }));
  return (await Body?.transformToString()) ?? '';
}

export async function keepVersions(bench: Bench): Promise<void> {
  await bench.owner.send(
    new PutBucketVersioningCommand({ Bucket: bench.bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
}

/** Expects a refusal with that status and, where a code is given, that code. */
export async function expectRefused(
  promise: Promise<unknown>,
  status: number,
  code?: string,
): Promise<S3ServiceException> {
  const error = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason as S3ServiceException,
  );
  expect({ status: (error as S3ServiceException).$metadata?.httpStatusCode, message: error.message }).toMatchObject({
    status,
  });
  if (code !== undefined) expect(error.name).toBe(code);
  return error as S3ServiceException;
}
