/** Object tags: in a header when an object is written, in XML afterwards. */
import type { CloudResponse } from '../endpoint.ts';
import { type BucketCall, demand, emptyResponse, findVersion, xmlResponse } from './call.ts';
import { S3Error } from './errors.ts';
import { all, element, parseXml, textOf } from './xml.ts';

const MAX_TAGS = 10;

/** `a=1&b=2`, form-encoded, as `x-amz-tagging` carries it. */
export function tagsFromHeader(header: string | undefined): ReadonlyMap<string, string> {
  if (header === undefined || header === '') return new Map();
  const pairs = [...new URLSearchParams(header)];
  return checked(pairs);
}

/** The tags a writer asks for, as policies see them. */
export function requestTags(tags: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...tags].map(([name, value]) => [`s3:RequestObjectTag/${name}`, value]));
}

export function getObjectTagging(call: BucketCall): CloudResponse {
  const object = tagged(call, 'Get');
  const set = [...object.tags]
    .map(([name, value]) => `<Tag>${element('Key', name)}${element('Value', value)}</Tag>`)
    .join('');
  return xmlResponse('Tagging', `<TagSet>${set}</TagSet>`);
}

export function putObjectTagging(call: BucketCall): CloudResponse {
  const sets = all(parseXml(call.request.body, 'Tagging'), 'TagSet');
  const pairs = sets
    .flatMap((set) => all(set, 'Tag'))
    .map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const);
  const tags = checked(pairs);
  const object = tagged(call, 'Put', requestTags(tags));
  object.tags = tags;
  return emptyResponse(200);
}

export function deleteObjectTagging(call: BucketCall): CloudResponse {
  const object = tagged(call, 'Delete');
  object.tags = new Map();
  return emptyResponse(204);
}

function tagged(
  call: BucketCall,
  verb: string,
  context: ReadonlyMap<string, string> = new Map(),
): ReturnType<typeof findVersion> {
  const { bucket, operation } = call;
  const versionId = call.request.query.get('versionId') ?? null;
  const action = `s3:${verb}Object${versionId === null ? '' : 'Version'}Tagging`;
  demand(call, { action, bucket, key: operation.key, context });
  return findVersion(call, bucket, { key: operation.key, versionId });
}

function checked(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const tags = new Map(pairs);
  if (tags.size !== pairs.length) throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
  if (tags.size > MAX_TAGS) throw new S3Error('InvalidTag', `Object tags cannot be greater than ${MAX_TAGS}`);
  for (const [name, value] of tags) {
    if (name === '' || name.length > 128 || value.length > 256)
      throw new S3Error('InvalidTag', 'The TagKey or TagValue you have provided is invalid');
  }
  return tags;
}
