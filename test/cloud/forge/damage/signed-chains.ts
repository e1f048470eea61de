/** Damages to the order of a chain that need CloudTrail's key: restarts, shortcuts and forks. */
import { putObjects } from '../buckets.ts';
import { digestKey, type Destination } from '../object-keys.ts';
import { HOUR, SECOND, isoSeconds } from '../times.ts';
import { linkTo, reseal, sealEdited, unlink } from './reseal.ts';
import { hourAt, hourIndex, remove, textAt, truthOf, type Damage, type Scene, type Truth } from './scene.ts';
import type { DigestFields, DigestLink } from '../digest-file.ts';
import type { ForgedChain, HourRecord } from '../chain-types.ts';

interface Run {
  readonly from: number;
  readonly to: number;
}

/** Three digests around the middle, or fewer in a short chain; one is left before and one after them. */
function middleRun(scene: Scene, hour: number): Run {
  const last = scene.chain.hours.length - 2;
  if (last < 1) throw new RangeError('hiding digests needs a chain of three or more');
  const from = Math.min(Math.max(1, hour), last);
  return { from, to: Math.min(from + 2, last) };
}

function removeRun(scene: Scene, { from, to }: Run): readonly HourRecord[] {
  const hours = scene.chain.hours.slice(from, to + 1);
  remove(
    scene,
    hours.flatMap(({ digest, logs }) => [digest, ...logs]),
  );
  return hours;
}

/**
 * Digests and their log files are gone, and the next digest is a starting one, as if logging had been off. In life
 * StopLogging and StartLogging make AWS sign such a digest, so this needs no stolen key.
 */
export const restartHidingDeletion: Damage = (scene, spot) => {
  const run = middleRun(scene, hourIndex(scene, spot));
  reseal(scene, run.to + 1, unlink);
  const hours = removeRun(scene, run);
  const objects = hours.flatMap(({ digest, logs }) => [digest, ...logs]);
  return truthOf(scene, {
    kind: `${hours.length} digests deleted behind a restart of the chain`,
    objects,
    hours,
    expected: ['chain-restarted'],
  });
};

/** Digests and their log files are gone, and the next digest names the one before them, with its right hash and signature. */
export const skipDigests: Damage = (scene, spot) => {
  const run = middleRun(scene, hourIndex(scene, spot));
  const before = linkOf(scene, run.from);
  reseal(scene, run.to + 1, (fields) => linkTo(fields, before));
  const hours = removeRun(scene, run);
  const objects = hours.flatMap(({ digest, logs }) => [digest, ...logs]);
  return truthOf(scene, {
    kind: `${hours.length} digests deleted and skipped by the next one's link`,
    objects,
    hours,
    expected: ['time-gap'],
  });
};

/** What a digest says of its predecessor. */
function linkOf(scene: Scene, index: number): DigestLink {
  const fields = JSON.parse(textAt(scene, hourAt(scene, index).digest)) as DigestFields;
  const {
    previousDigestS3Bucket: bucket,
    previousDigestS3Object: key,
    previousDigestHashValue: hash,
    previousDigestSignature: signature,
  } = fields;
  if (bucket === null || key === null || hash === null || signature === null)
    throw new RangeError(`the digest of interval ${index} begins a chain`);
  return { bucket, key, hash, signature };
}

/** A starting digest in the middle of a chain, with nothing deleted before it. */
export const restartForNoReason: Damage = (scene, spot) => {
  const index = hourIndex(scene, spot);
  const hour = hourAt(scene, index);
  reseal(scene, index, unlink);
  return truthOf(scene, {
    kind: 'a chain restarted for no reason, signed',
    objects: [hour.digest],
    hours: [hour],
    expected: ['chain-restarted'],
  });
};

/** A second digest with the same predecessor, one second longer, that does not name the log files. */
export const forkChain: Damage = (scene, spot) => {
  const hour = hourAt(scene, hourIndex(scene, spot));
  const { chain } = scene;
  const end = hour.end + SECOND;
  const file = { trail: chain.trail.name, home: chain.trail.homeRegion, end, backfill: false };
  const at = { bucket: hour.digest.bucket, key: digestKey(destinationAt(chain, hour), chain, file) };
  const edit = (fields: DigestFields): void => {
    Object.assign(fields, {
      digestEndTime: isoSeconds(end),
      digestS3Object: at.key,
      newestEventTime: null,
      oldestEventTime: null,
      logFiles: [],
    });
  };
  sealEdited(scene, hour.digest, { edit, at });
  return truthOf(scene, {
    kind: 'a second digest with the same predecessor, signed',
    objects: [at],
    hours: [hour],
    expected: ['chain-fork'],
  });
};

/** Where the chain delivered at that time. */
function destinationAt(chain: ForgedChain, { start }: HourRecord): Destination {
  return chain.destinations.findLast(({ since }) => since <= start) ?? chain.destination;
}

/** A digest from the future: the newest interval's successor, by a year. */
export function plantFutureDigest(scene: Scene, now: number): Truth {
  const hour = hourAt(scene, scene.chain.hours.length - 1);
  const { chain } = scene;
  const end = hour.end + 365 * 24 * HOUR;
  if (end <= now) throw new RangeError('the chain ends too long ago to plant a digest of the future');
  const file = { trail: chain.trail.name, home: chain.trail.homeRegion, end, backfill: false };
  const at = { bucket: hour.digest.bucket, key: digestKey(destinationAt(chain, hour), chain, file) };
  const edit = (fields: DigestFields): void => {
    unlink(fields);
    Object.assign(fields, {
      digestStartTime: isoSeconds(end - HOUR),
      digestEndTime: isoSeconds(end),
      digestS3Object: at.key,
      newestEventTime: null,
      oldestEventTime: null,
      logFiles: [],
    });
  };
  sealEdited(scene, hour.digest, { edit, at });
  return truthOf(scene, {
    kind: 'a digest of next year, signed',
    objects: [at],
    hours: [],
    expected: ['digest-impossible-time'],
  });
}

/** CloudTrail delivered the same events in two files, both named by the digest: no fault. */
export const deliverEventsTwice: Damage = (scene, spot) => {
  const index = hourIndex(scene, spot);
  const hour = hourAt(scene, index);
  const [name] = hour.logs;
  if (name === undefined) throw new RangeError('no log file there to deliver twice');
  const twin = scene.chain.strayLog(hour.start + 900_000, { content: textAt(scene, name) });
  putObjects(scene.buckets, [twin.object]);
  const { bucket, key } = twin.object;
  reseal(scene, index, (fields) => {
    const [entry] = fields.logFiles;
    if (entry !== undefined) fields.logFiles.push({ ...entry, s3Bucket: bucket, s3Object: key });
  });
  return truthOf(scene, {
    kind: 'the same events delivered in two files',
    objects: [{ bucket, key }],
    hours: [hour],
    expected: [],
  });
};
