/** A trail as a survey finds it, for tests to change. */
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
