/** Log files where the damaged chain has no business: bait for a reader that follows whatever a digest names. */
import { putObjects } from '../buckets.ts';
import type { HourRecord } from '../chain-types.ts';
import type { ForgedLog } from '../log-file.ts';
import type { Scene } from './scene.ts';

export type ForeignPlace = 'account' | 'bucket' | 'region' | 'folder';

/** Makes the file and puts it there. */
export function writeForeign(scene: Scene, hour: HourRecord, place: ForeignPlace): ForgedLog {
  const { chain, buckets } = scene;
  const made = chain.strayLog(hour.start + 600_000);
  const { bucket, key } = made.object;
  const other = {
    bucket: place === 'bucket' ? 'somebody-elses-bucket' : bucket,
    key: foreignKey(key, { place, account: chain.account, region: chain.region }),
  };
  const log = { ...made, object: { ...made.object, ...other } };
  putObjects(buckets, [log.object]);
  return log;
}

function foreignKey(
  key: string,
  { place, account, region }: { readonly place: ForeignPlace; readonly account: string; readonly region: string },
): string {
  switch (place) {
    case 'account':
      return key.replaceAll(account, '999999999999');
    case 'region':
      return key.replaceAll(region, region === 'sa-east-1' ? 'af-south-1' : 'sa-east-1');
    case 'folder':
      return `../secrets/${key}`;
    case 'bucket':
      return key;
  }
}
