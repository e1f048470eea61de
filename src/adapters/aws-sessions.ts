/** How accounts are entered: one session for each account, role and external id, kept for the life of the process. */
import type { AccountSession, Sessions } from '../ports.ts';
import type { AwsTransport } from './aws-client.ts';
import { createClients, type AwsClients } from './aws-clients.ts';
import { createTurns, lookupEvents, type Turns } from './aws-history.ts';
import { publicKeys } from './aws-keys.ts';
import { enabledRegions } from './aws-regions.ts';
import { createObjectReader } from './aws-s3.ts';
import { describeTrails, eventSelectors, organizationId, trailRegions, trailStatus } from './aws-trails.ts';
import { awsError } from './aws-errors.ts';
import { accountLabel, principalOf } from './aws-identity.ts';

/** Sessions over STS. There are as many as accounts in the configuration and the organizations, so none is dropped for space. */
export function createSessions(transport: AwsTransport): Sessions {
  const known = new Map<string, AwsClients>();
  const turns = createTurns();
  return {
    open: async ({ id, role, externalId }) => {
      const name = JSON.stringify([id, role, externalId]);
      const clients = known.get(name) ?? createClients(transport, { account: id, role, externalId });
      known.set(name, clients);
      await enterAccount(clients);
      return sessionOver(clients, id, turns);
    },
  };
}

/** Assumes the role and checks the account. A refused entry is forgotten inside the clients: the next one asks STS again. */
export async function enterAccount(clients: AwsClients): Promise<void> {
  try {
    await clients.enter();
  } catch (error) {
    throw awsError(error, {
      doing: 'enter the account',
      account: accountLabel(clients.identity),
      principal: principalOf(clients.identity),
      permission: 'sts:AssumeRole',
      resource: clients.identity.role ?? '*',
    });
  }
}

function sessionOver(clients: AwsClients, account: string, turns: Turns): AccountSession {
  return {
    account,
    objects: createObjectReader(clients),
    trailRegions: (region) => trailRegions(clients, region),
    describeTrails: (region) => describeTrails(clients, region),
    trailStatus: (arn, region) => trailStatus(clients, arn, region),
    eventSelectors: (arn, region) => eventSelectors(clients, arn, region),
    lookupEvents: (region, query) => lookupEvents(clients, { region, query, turns }),
    enabledRegions: () => enabledRegions(clients),
    publicKeys: (region, window) => publicKeys(clients, region, window),
    organizationId: () => organizationId(clients),
  };
}
