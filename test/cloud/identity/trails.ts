/** Which trails an account sees in a region, and under which names (DescribeTrails and GetTrail, API reference). */
import type { CloudTrail } from '../types.ts';
import { answer, deny, type Answer } from './answers.ts';
import type { ControlPlane } from './controlplane.ts';
import { organizationOf } from './organizations.ts';

/** Where a trail is looked for. */
export interface Viewpoint {
  readonly state: ControlPlane;
  readonly account: string;
  readonly region: string;
}

/** The account's own trails and its organization's, whatever their region. */
export function trailsOf({ state, account }: Viewpoint): readonly CloudTrail[] {
  const organization = organizationOf(state, account);
  return state.trails.filter((trail) => {
    if (trail.account === account) return true;
    return trail.organization && organization !== undefined && organizationOf(state, trail.account) === organization;
  });
}

export interface TrailQuery {
  readonly names: readonly string[];
  readonly shadows: boolean;
}

/** What DescribeTrails lists. Names that match nothing are left out without a word, as AWS does. */
export function describedTrails(view: Viewpoint, query: TrailQuery): readonly CloudTrail[] {
  const visible = trailsOf(view);
  if (query.names.length > 0) {
    return visible.filter(
      (trail) => query.names.includes(trail.arn) || (isHome(trail, view) && query.names.includes(trail.name)),
    );
  }
  return visible.filter((trail) => isHome(trail, view) || (query.shadows && isShadow(trail, view)));
}

/** The trail itself, not its shadow: created by this account in this region. */
function isHome(trail: CloudTrail, view: Viewpoint): boolean {
  return trail.account === view.account && trail.homeRegion === view.region;
}

/** Multi-region trails throw a shadow into every region, organization trails into every member. */
function isShadow(trail: CloudTrail, view: Viewpoint): boolean {
  return trail.multiRegion || trail.homeRegion === view.region;
}

/** One trail by name (own, of this region) or ARN (shadows too). */
export function findTrail(view: Viewpoint, name: string): Answer<CloudTrail> {
  if (name.startsWith('arn:')) {
    if (!/^arn:[^:]+:cloudtrail:[^:]+:\d{12}:trail\/[^/]+$/u.test(name))
      return deny('CloudTrailARNInvalidException', `Invalid trail ARN: ${name}`);
  } else if (!/^[A-Za-z0-9][\w.-]{2,127}$/u.test(name))
    return deny('InvalidTrailNameException', `Invalid trail name: ${name}`);
  const trail = trailsOf(view).find((one) => one.arn === name || (one.name === name && isHome(one, view)));
  return trail === undefined
    ? deny('TrailNotFoundException', `Unknown trail: ${name} for the user: ${view.account}`)
    : answer(trail);
}

/** A trail as DescribeTrails and GetTrail show it. */
export function describeTrail(trail: CloudTrail): Readonly<Record<string, unknown>> {
  return {
    Name: trail.name,
    S3BucketName: trail.bucket,
    ...(trail.prefix === null ? {} : { S3KeyPrefix: trail.prefix }),
    IncludeGlobalServiceEvents: trail.multiRegion,
    IsMultiRegionTrail: trail.multiRegion,
    HomeRegion: trail.homeRegion,
    TrailARN: trail.arn,
    LogFileValidationEnabled: trail.validation,
    HasCustomEventSelectors: false,
    HasInsightSelectors: false,
    IsOrganizationTrail: trail.organization,
  };
}

/** GetTrailStatus; the wire carries seconds, and absent where there is no time. */
export function describeStatus({ status }: CloudTrail): Readonly<Record<string, unknown>> {
  return {
    IsLogging: status.logging,
    ...moment('LatestDigestDeliveryTime', status.latestDigestDelivery),
    ...(status.latestDigestError === null ? {} : { LatestDigestDeliveryError: status.latestDigestError }),
    ...moment('StartLoggingTime', status.startedLogging),
    ...moment('StopLoggingTime', status.stoppedLogging),
  };
}

function moment(name: string, at: number | null): Readonly<Record<string, number>> {
  return at === null ? {} : { [name]: at / 1000 };
}
