/** The regions of an account, as Account Management lists them. */
import { ListRegionsCommand, type Region } from '@aws-sdk/client-account';
import type { EnabledRegion } from '../ports.ts';
import type { AwsClients } from './aws-clients.ts';
import { allPages, controlContext } from './aws-control.ts';
import { garbledError, type CallContext } from './aws-errors.ts';
import { isRegionName } from './aws-partition.ts';

const MAX_PAGES = 20;

/**
 * The regions that are switched on, by name. One that is ENABLING is left out: nothing is delivered there yet, and the
 * next look finds it.
 */
export async function enabledRegions(clients: AwsClients): Promise<readonly EnabledRegion[]> {
  const context = controlContext(clients, 'list the regions of the account', 'account:ListRegions');
  const listed = await allPages(context, MAX_PAGES, async (token) => {
    const command = new ListRegionsCommand({
      RegionOptStatusContains: ['ENABLED', 'ENABLED_BY_DEFAULT'],
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const page = await clients.onAccount((client, options) => client.send(command, options));
    return { items: page.Regions, next: page.NextToken };
  });
  const regions = new Map(listed.map((one) => enabled(one, context)).map((one) => [one.region, one]));
  // Every account has regions that cannot be switched off, so an empty list is no list.
  if (regions.size === 0) throw garbledError(context, 'the list of regions is empty');
  return [...regions.values()].toSorted((a, b) => (a.region < b.region ? -1 : 1));
}

function enabled({ RegionName: region, RegionOptStatus: status }: Region, context: CallContext): EnabledRegion {
  if (region === undefined || !isRegionName(region)) throw garbledError(context, 'a region has no name');
  if (status !== 'ENABLED' && status !== 'ENABLED_BY_DEFAULT')
    throw garbledError(context, `the region ${region} was not asked for`);
  return { region, byDefault: status === 'ENABLED_BY_DEFAULT' };
}
