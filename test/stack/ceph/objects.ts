/** Objects into a real store, as a member's own trail would have put them. */
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CloudObject } from '../../cloud/types.ts';

const PARALLEL = 16;

export interface TenantObjects {
  /** The account whose keys write. */
  readonly member: string;
  readonly objects: Iterable<CloudObject>;
}

/** Writes them all, 16 at a time, making their buckets first. */
export async function putObjects(client: S3Client, wanted: TenantObjects): Promise<void> {
  const objects = [...wanted.objects];
  // Making a bucket that one owns already is no error in us-east-1.
  for (const Bucket of new Set(objects.map((object) => object.bucket)))
    await client.send(new CreateBucketCommand({ Bucket }));
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let object = objects[next]; object !== undefined; object = objects[next]) {
      next += 1;
      await putOne(client, object);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

async function putOne(client: S3Client, object: CloudObject): Promise<void> {
  await client.send(
    new PutObjectCommand({
      Bucket: object.bucket,
      Key: object.key,
      Body: object.body,
      ContentType: object.contentType,
      Metadata: Object.fromEntries(object.metadata),
      ...(object.contentEncoding === null ? {} : { ContentEncoding: object.contentEncoding }),
    }),
  );
}
