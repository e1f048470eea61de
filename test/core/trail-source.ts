/** Trails as a survey finds them, for tests to change. */
import type { Source } from '../../src/core/source.ts';

export const OWNER = '111122223333';

/** Multi-region, logging since 2026, recording all management events. */
export function sourceOf(change: Partial<Source> = {}): Source {
  return {
    reader: OWNER,
    trailArn: `arn:aws:cloudtrail:us-east-1:${OWNER}:trail/main`,
    trail: 'main',
    homeRegion: 'us-east-1',
    bucket: 'member-logs',
    prefix: 'logs/',
    bucketOwner: OWNER,
    org: null,
    multiRegion: true,
    regions: ['eu-west-1', 'us-east-1'],
    regionsFrom: 'enabled',
    formerBuckets: [],
    validation: true,
    status: {
      logging: true,
      latestDigestDelivery: Date.UTC(2026, 2, 1, 4),
      latestDigestError: null,
      startedLogging: Date.UTC(2026, 0, 1),
      stoppedLogging: null,
    },
    selectors: [[{ field: 'eventCategory', any: [{ how: 'is', text: 'Management' }], none: [] }]],
    narrowed: null,
    gone: false,
    ...change,
  };
}

/** A multi-region trail of which nothing is known but what is given: no status, no selectors, regions by what is seen. */
export function bareSource(known: Pick<Source, 'reader' | 'trail' | 'bucket'> & Partial<Source>): Source {
  const { reader, trail } = known;
  return {
    trailArn: `arn:aws:cloudtrail:us-east-1:${reader}:trail/${trail}`,
    homeRegion: 'us-east-1',
    prefix: '',
    bucketOwner: reader,
    org: null,
    multiRegion: true,
    regions: null,
    regionsFrom: 'seen',
    formerBuckets: [],
    validation: true,
    status: null,
    selectors: null,
    narrowed: null,
    gone: false,
    ...known,
  };
}
