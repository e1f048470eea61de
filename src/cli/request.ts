/** What the commands that look at chains are asked, and what they answer main with. */
import type { Config } from '../config.ts';
import type { Chain, Survey } from '../core/source.ts';
import type { Clock } from '../ports.ts';
import type { Screen } from './progress.ts';

/** The range and the filters; empty filters take everything. Times in epoch milliseconds. */
export interface Request {
  readonly config: Config;
  readonly clock: Clock;
  readonly screen: Screen;
  readonly json: boolean;
  readonly from: number | null;
  readonly to: number | null;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Trail names or ARNs. */
  readonly trails: readonly string[];
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
}

/** True when the filters take this account's chains (an organization trail holds other accounts' events than its reader's). */
export function takesSurvey(request: Request, survey: Survey): boolean {
  const { accounts } = request;
  return (
    accounts.length === 0 ||
    accounts.includes(survey.account.id) ||
    survey.sources.some((source) => source.org !== null)
  );
}

/** True when the filters take the chain. */
export function takesChain(request: Request, chain: Chain): boolean {
  const { accounts, regions, trails } = request;
  return (
    (accounts.length === 0 || accounts.includes(chain.account)) &&
    (regions.length === 0 || regions.includes(chain.region)) &&
    (trails.length === 0 || trails.includes(chain.source.trail) || trails.includes(chain.source.trailArn))
  );
}
