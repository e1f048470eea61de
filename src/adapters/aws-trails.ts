/** What CloudTrail and Organizations say of one account: its trails, their status, its organization. */
import {
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  ListTrailsCommand,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import { DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import { selectorsOf, type EventSelectors } from '../core/selectors.ts';
import type { TrailStatus } from '../core/source.ts';
import type { TrailDescription } from '../ports.ts';
import type { AwsClients } from './aws-clients.ts';
import { allPages, controlContext, controlled } from './aws-control.ts';
import { garbledError, type CallContext } from './aws-errors.ts';

const MAX_PAGES = 100;
const NO_ORGANIZATION = 'AWSOrganizationsNotInUseException';

/** The home regions of every trail of the account: ListTrails answers for all regions at once. */
export async function trailRegions(clients: AwsClients, region: string): Promise<readonly string[]> {
  const context = controlContext(clients, `list the trails of all regions in ${region}`, 'cloudtrail:ListTrails');
  const trails = await allPages(context, MAX_PAGES, async (token) => {
    const command = new ListTrailsCommand(token === undefined ? {} : { NextToken: token });
    const page = await clients.onTrails(region, (client, options) => client.send(command, options));
    return { items: page.Trails, next: page.NextToken };
  });
  return [...new Set(trails.flatMap((trail) => (trail.HomeRegion === undefined ? [] : [trail.HomeRegion])))].toSorted();
}

/** The trails that a region knows, shadow trails of other regions and of the organization included. */
export async function describeTrails(clients: AwsClients, region: string): Promise<readonly TrailDescription[]> {
  const context = controlContext(clients, `describe the trails of ${region}`, 'cloudtrail:DescribeTrails');
  const command = new DescribeTrailsCommand({ includeShadowTrails: true });
  const trails = await controlled(context, async () => {
    const { trailList } = await clients.onTrails(region, (client, options) => client.send(command, options));
    if (trailList === undefined) throw garbledError(context, 'the answer holds no list of trails');
    return trailList;
  });
  return trails.map((trail) => describedTrail(trail, context));
}

function describedTrail(trail: Trail, context: CallContext): TrailDescription {
  const { TrailARN: arn, Name: name, HomeRegion: homeRegion, S3BucketName: bucket } = trail;
  if (!arn || !name || !homeRegion || !bucket)
    throw garbledError(context, 'a trail lacks its ARN, name, home region or bucket');
  return {
    arn,
    name,
    homeRegion,
    bucket,
    prefix: trail.S3KeyPrefix === undefined || trail.S3KeyPrefix === '' ? null : trail.S3KeyPrefix,
    multiRegion: trail.IsMultiRegionTrail ?? false,
    organization: trail.IsOrganizationTrail ?? false,
    validation: trail.LogFileValidationEnabled ?? false,
  };
}

/** The status in a region: meaningful in the trail's home region. Shadow trails need the ARN, so it is always sent. */
export async function trailStatus(clients: AwsClients, arn: string, region: string): Promise<TrailStatus> {
  const context = {
    ...controlContext(clients, `read the status of ${arn} in ${region}`, 'cloudtrail:GetTrailStatus'),
    resource: arn,
  };
  const command = new GetTrailStatusCommand({ Name: arn });
  const status = await controlled(context, async () => {
    const answer = await clients.onTrails(region, (client, options) => client.send(command, options));
    const { IsLogging: logging } = answer;
    if (logging === undefined) throw garbledError(context, 'the answer does not say whether the trail is logging');
    return { ...answer, logging };
  });
  return {
    logging: status.logging,
    latestDigestDelivery: epoch(status.LatestDigestDeliveryTime),
    latestDigestError:
      status.LatestDigestDeliveryError === undefined || status.LatestDigestDeliveryError === ''
        ? null
        : status.LatestDigestDeliveryError,
    startedLogging: epoch(status.StartLoggingTime),
    stoppedLogging: epoch(status.StopLoggingTime),
  };
}

/** What the trail records: AWS answers with basic or advanced selectors, and with neither only when it garbles. */
export async function eventSelectors(clients: AwsClients, arn: string, region: string): Promise<EventSelectors> {
  const context = {
    ...controlContext(clients, `read the event selectors of ${arn} in ${region}`, 'cloudtrail:GetEventSelectors'),
    resource: arn,
  };
  const command = new GetEventSelectorsCommand({ TrailName: arn });
  return controlled(context, async () => {
    const answer = await clients.onTrails(region, (client, options) => client.send(command, options));
    const { EventSelectors: basic, AdvancedEventSelectors: advanced } = answer;
    if (basic === undefined && advanced === undefined) throw garbledError(context, 'the answer holds no selectors');
    return selectorsOf({ basic: basic ?? [], advanced: advanced ?? [] });
  });
}

/** `o-…`; null when the account is in no organization. */
export async function organizationId(clients: AwsClients): Promise<string | null> {
  const context = controlContext(clients, 'ask for the organization', 'organizations:DescribeOrganization');
  return controlled(context, async () => {
    const answer = await clients.onOrganization((client, options) =>
      client.send(new DescribeOrganizationCommand({}), options).catch((error: unknown) => {
        if (error instanceof Error && error.name === NO_ORGANIZATION) return null;
        throw error;
      }),
    );
    if (answer === null) return null;
    const id = answer.Organization?.Id;
    if (id === undefined || !/^o-[a-z0-9]{10,32}$/.test(id))
      throw garbledError(context, 'the answer names no organization');
    return id;
  });
}

function epoch(time: Date | undefined): number | null {
  const value = time?.getTime() ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}
