/** What happens to healthy trails in life: pauses, moves, late and backfilled digests, quiet hours. */
import type { ForgedChain, ForgedHour, HourRequest } from './chain-types.ts';
import type { Random } from './random.ts';
import { HOUR, SECOND } from './times.ts';

/** Which hour of the world (0 is the first), and which chains: fields that are left out mean all. */
interface Scope {
  readonly hour: number;
  /** Index in `world.trails`. */
  readonly trail?: number;
  readonly account?: string;
  readonly region?: string;
}

export type Incident = Scope &
  (
    | { readonly type: 'pause'; readonly hours: number }
    | { readonly type: 'validation-off'; readonly hours: number }
    | { readonly type: 'move'; readonly bucket: string; readonly prefix: string | null }
    | { readonly type: 'late-digest'; readonly delay: number }
    | { readonly type: 'backfill'; readonly logs: number; readonly generatedAfter: number }
    | { readonly type: 'quiet' }
  );

export interface Turn {
  readonly chain: ForgedChain;
  readonly logs: number;
  readonly random: Random;
}

/** Makes the next interval of a chain as its incidents want it; returns what was made, the backfill included. */
export function takeTurn(turn: Turn, incidents: readonly Incident[]): readonly Pick<ForgedHour, 'deliveries'>[] {
  const { chain } = turn;
  for (const incident of incidents) if (incident.type === 'move') chain.move(incident.bucket, incident.prefix);
  const off = incidents.find((incident) => incident.type === 'validation-off');
  if (off !== undefined)
    return [{ deliveries: chain.unproven({ until: chain.nextStart + off.hours * HOUR, logs: turn.logs * off.hours }) }];
  const pause = incidents.find((incident) => incident.type === 'pause');
  return pause === undefined ? oneHour(turn, incidents) : [pauseFor(turn, pause.hours)];
}

function oneHour({ chain, logs }: Turn, incidents: readonly Incident[]): readonly ForgedHour[] {
  const late = incidents.find((incident) => incident.type === 'late-digest');
  const backfill = incidents.find((incident) => incident.type === 'backfill');
  const quiet = incidents.some((incident) => incident.type === 'quiet');
  const request: HourRequest = {
    logs: quiet ? 0 : logs + (backfill?.logs ?? 0),
    digestDelay: late?.delay ?? 0,
    withheld: quiet ? 0 : (backfill?.logs ?? 0),
  };
  const hour = chain.hour(request);
  if (backfill === undefined || quiet) return [hour];
  const { start, end, withheld } = hour;
  return [hour, chain.backfill({ start, end, logs: withheld, generatedAt: end + backfill.generatedAfter })];
}

/** StopLogging within this interval, StartLogging some hours after its end, at another second than before. */
function pauseFor({ chain, logs, random }: Turn, hours: number): ForgedHour {
  const last = chain.stop({ logs });
  chain.restart(last.end + hours * HOUR + random.int(1, 1800) * SECOND);
  return last;
}

/** True when the incident strikes this chain in this hour of the world. */
export function strikes(
  incident: Incident,
  at: { readonly chain: ForgedChain; readonly trail: number; readonly hour: number },
): boolean {
  const { chain } = at;
  return (
    incident.hour === at.hour &&
    (incident.trail === undefined || incident.trail === at.trail) &&
    (incident.account === undefined || incident.account === chain.account) &&
    (incident.region === undefined || incident.region === chain.region)
  );
}
