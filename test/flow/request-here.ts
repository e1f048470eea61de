/** What a command is asked when it runs within the test's own process: no filters, JSON, and nothing on a screen. */
import type { Request } from '../../src/cli/request.ts';
import { loadConfig } from '../../src/config.ts';
import type { Organization } from './organization.ts';

/** A world that a command can be run in: its configuration, and the credentials of whoever runs it. */
export type RunnableWorld = Pick<Organization, 'configFile' | 'env'>;

/** Takes on the world's credentials for the whole process, as a child process would have them. `now` in epoch milliseconds. */
export function requestHere(world: RunnableWorld, now: () => number, parts: Partial<Request> = {}): Request {
  Object.assign(process.env, world.env);
  return {
    config: loadConfig(world.configFile, {}),
    clock: { now },
    screen: { write: () => true },
    json: true,
    from: null,
    to: null,
    accounts: [],
    regions: [],
    trails: [],
    signal: new AbortController().signal,
    ...parts,
  };
}
