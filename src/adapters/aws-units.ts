/** The organizational units above an account. ListParents answers one step, so the way up is climbed and remembered. */
import { ListParentsCommand } from '@aws-sdk/client-organizations';
import type { AwsClients } from './aws-clients.ts';
import { allPages, controlContext } from './aws-control.ts';
import { garbledError } from './aws-errors.ts';

/** Units nest 5 deep (Organizations quotas); twice that is a loop. */
const MAX_DEPTH = 10;
const MAX_PAGES = 10;

/** A function from an account id to its units, nearest first, the root last. One finder serves one listing. */
export function createUnitFinder(clients: AwsClients, name: string): (account: string) => Promise<readonly string[]> {
  const parents = new Map<string, Promise<string>>();
  const parent = (child: string): Promise<string> => {
    const asked = parents.get(child) ?? askParent(clients, name, child);
    parents.set(child, asked);
    return asked;
  };
  return async (account) => {
    const units: string[] = [];
    for (let at = account; units.length < MAX_DEPTH;) {
      at = await parent(at);
      units.push(at);
      if (at.startsWith('r-')) return units;
    }
    throw garbledError(parentContext(clients, name, account), `no root comes within ${MAX_DEPTH} steps`);
  };
}

async function askParent(clients: AwsClients, name: string, child: string): Promise<string> {
  const context = parentContext(clients, name, child);
  const parents = await allPages(context, MAX_PAGES, async (token) => {
    const command = new ListParentsCommand({ ChildId: child, ...(token === undefined ? {} : { NextToken: token }) });
    const page = await clients.onOrganization((client, options) => client.send(command, options));
    return { items: page.Parents, next: page.NextToken };
  });
  const [only] = parents;
  if (parents.length !== 1 || only?.Id === undefined || !/^(?:r|ou)-/.test(only.Id))
    throw garbledError(context, 'the answer does not name exactly one parent');
  return only.Id;
}

function parentContext(clients: AwsClients, name: string, child: string) {
  return controlContext(
    clients,
    `find the unit above ${child} in the organization ${name}`,
    'organizations:ListParents',
  );
}
