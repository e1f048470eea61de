/** The archive bucket on Ceph, read with the payer's own keys and not with the program's reader. */
import { CreateBucketCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';

const PARALLEL = 16;

/** One line of a listing: what a second write of the same bytes would still change is the time. */
export interface Line {
  readonly key: string;
  readonly etag: string;
  readonly lastModified: number;
}

export interface Stored {
  readonly bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
}

export async function createBucket(client: S3Client, bucket: string): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
}

/** Every object below the prefix, in key order. */
export async function listBucket(client: S3Client, bucket: string, prefix = ''): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key = '', ETag = '', LastModified } of page.Contents ?? [])
      lines.push({ key: Key, etag: ETag, lastModified: LastModified?.getTime() ?? 0 });
  }
  return lines;
}

/** The objects under these keys, as stored. */
export async function readObjects(
  client: S3Client,
  bucket: string,
  keys: Iterable<string>,
): Promise<ReadonlyMap<string, Stored>> {
  const limit = pLimit(PARALLEL);
  const read = async (key: string): Promise<readonly [string, Stored]> => {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    const { Metadata: metadata = {}, ContentType = null, ContentEncoding = null } = object;
    return [key, { bytes, metadata, contentType: ContentType, contentEncoding: ContentEncoding }];
  };
  return new Map(await Promise.all([...keys].map((key) => limit(() => read(key)))));
}
