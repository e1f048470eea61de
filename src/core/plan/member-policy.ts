/** The wanted statements of a member's own bucket: one reader, and nothing else of ours. Its size does not grow. */
import { allow, bucketArn, condition, literal } from './policy-parts.ts';
import type { Statement } from './policy.ts';
import { READER_PERMISSIONS } from './reader-permissions.ts';
import { LISTED } from './reader-role.ts';
import type { WantedMember } from './wanted.ts';

/** What lets the reader collect from the bucket; its own account must let it too. */
export function memberStatements(wanted: WantedMember): readonly Statement[] {
  const principal = { AWS: wanted.reader };
  const folder = `${literal(wanted.prefix)}AWSLogs/*`;
  return [
    allow({
      sid: 'OrgtrailReaderList',
      principal,
      actions: actionsOn('bucket'),
      resources: [bucketArn(wanted)],
      conditions: condition(LISTED, 's3:prefix', [folder]),
    }),
    allow({
      sid: 'OrgtrailReaderGet',
      principal,
      actions: actionsOn('objects'),
      resources: [`${bucketArn(wanted)}/${folder}`],
    }),
  ];
}

function actionsOn(on: 'bucket' | 'objects'): readonly string[] {
  return READER_PERMISSIONS.filter((one) => one.on === on).map(({ action }) => action);
}
