/** How accounts are entered: one session for each account, role and external id, kept for the life of the process. */
import type { AccountSession, Sessions } from '../ports.ts';
import type { AwsTransport } from './aws-client.ts';
import { createClients, type AwsClients } from './aws-clients.ts';
import { publicKeys } from './aws-keys.ts';
import { createObjectReader } from './aws-s3.ts';
import { describeTrails, organizationId, trailRegions, trailStatus } from './aws-trails.ts';
import { awsError } from './aws-errors.ts';
import { accountLabel, principalOf } from './aws-identity.ts';

/** Sessions over STS. There are as many as accounts in the configuration and the organizations, so none is dropped for space. */
export function createSessions(transport: AwsTransport): Sessions {
  const known = new Map<string, AwsClients>();
  return {
    open: async ({ id, role, externalId }) => {
      const name = JSON.stringify([id, role, externalId]);
      const clients = known.get(name) ?? createClients(transport, { account: id, role, externalId });
      known.set(name, clients);
      await enter(clients);
      return sessionOver(clients, id);
    },
  };
}

/** A refused entry is forgotten inside the clients, so the next `open` asks STS again. */
async function enter(clients: AwsClients): Promise<void> {
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

function sessionOver(clients: AwsClients, account: string): AccountSession {
  return {
    account,
    objects: createObjectReader(clients),
    trailRegions: (region) => trailRegions(clients, region),
    describeTrails: (region) => describeTrails(clients, region),
    trailStatus: (arn, region) => trailStatus(clients, arn, region),
    publicKeys: (region, window) => publicKeys(clients, region, window),
    organizationId: () => organizationId(clients),
  };
}
