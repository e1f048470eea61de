/** What happens to healthy trails in life: pauses, moves, late and backfilled digests, quiet hours. */
import type { ForgedChain, ForgedHour, HourRequest } from './chain-types.ts';
import type { Random } from './random.ts';
import { HOUR, MINUTE, SECOND } from './times.ts';

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
    /** The trail is deleted, and made anew under its name after so many minutes (eleven or more). */
    | { readonly type: 'recreate'; readonly minutes: number }
    /** The account switches `region` on in this hour: its chains begin then. Not for a home region. */
    | { readonly type: 'opt-in'; readonly region: string }
    | { readonly type: 'move'; readonly bucket: string; readonly prefix: string | null }
    | { readonly type: 'late-digest'; readonly delay: number }
    | { readonly type: 'backfill'; readonly logs: number; readonly generatedAfter: number }
    | { readonly type: 'quiet' }
  );

export interface Turn {
  readonly chain: ForgedChain;
  readonly logs: number;
  /** When somebody calls CloudTrail about the trail: one moment for all of its chains, whatever their phase. */
  readonly call: number;
  /** The same numbers for all chains of the trail. */
  readonly trailRandom: Random;
}

/** Makes the next interval of a chain as its incidents want it; returns what was made, the backfill included. */
export function takeTurn(turn: Turn, incidents: readonly Incident[]): readonly Pick<ForgedHour, 'deliveries'>[] {
  const { chain } = turn;
  for (const incident of incidents) if (incident.type === 'move') chain.move(incident.bucket, incident.prefix);
  for (const incident of incidents) {
    if (incident.type === 'validation-off') return withoutValidation(turn, incident.hours);
    if (incident.type === 'pause') return [pauseFor(turn, incident.hours)];
    if (incident.type === 'recreate') return [recreatedAfter(turn, incident.minutes)];
  }
  return oneHour(turn, incidents);
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

/** The final interval lasts its hour, or until the call can be told of. */
function finalEnd({ chain, call }: Turn): { readonly at: number; readonly end: number } {
  return { at: call, end: Math.max(chain.nextStart + HOUR, call + 10 * MINUTE) };
}

/** StopLogging within this interval, StartLogging some hours after its end, at another second than before. */
function pauseFor(turn: Turn, hours: number): ForgedHour {
  const last = turn.chain.stop({ logs: turn.logs, ...finalEnd(turn) });
  turn.chain.restart(startAgain(turn, hours));
  return last;
}

/** UpdateTrail within this interval; files without digests from its end until validation is on again. */
function withoutValidation(turn: Turn, hours: number): readonly Pick<ForgedHour, 'deliveries'>[] {
  const last = turn.chain.unvalidate({ logs: turn.logs, ...finalEnd(turn) });
  const deliveries = turn.chain.unproven({ until: startAgain(turn, hours), logs: turn.logs * hours });
  return [last, { deliveries }];
}

type Call = Pick<Turn, 'call' | 'trailRandom'>;

/** After the final interval of every chain of the trail: all have ended an hour after the call. */
function startAgain({ call, trailRandom }: Call, hours: number): number {
  return call + hours * HOUR + trailRandom.int(1, 1800) * SECOND;
}

/** When the trail's chains begin anew after this incident; null for one that does not end them. */
export function backOn(incident: Incident, turn: Call): number | null {
  if (incident.type === 'pause' || incident.type === 'validation-off') return startAgain(turn, incident.hours);
  return incident.type === 'recreate' ? turn.call + incident.minutes * MINUTE : null;
}

/** The last digest of the old trail is written early: nothing more can come. */
function recreatedAfter({ chain, logs, call }: Turn, minutes: number): ForgedHour {
  const last = chain.remove({ logs, at: call, end: call + 10 * MINUTE });
  chain.recreate(call + minutes * MINUTE);
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
