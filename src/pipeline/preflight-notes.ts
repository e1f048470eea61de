/** How the calls of one account ended, by the step of preflight that each belongs to. */
import type { PreflightStep } from '../core/plan/reader-permissions.ts';
import { OperatingError } from '../errors.ts';
import type { AccountSession, Sessions } from '../ports.ts';

/** A call that failed. `owner`: of the bucket that it was about; null where it was about none. */
export interface Failure {
  readonly error: OperatingError;
  readonly owner: string | null;
}

export interface Notes {
  readonly done: Set<PreflightStep>;
  readonly failures: Map<PreflightStep, Failure[]>;
}

export function openNotes(): Notes {
  return { done: new Set(), failures: new Map() };
}

/** Notes a failure. */
export function noteFailure(notes: Notes, step: PreflightStep, failure: Failure): void {
  notes.failures.set(step, [...(notes.failures.get(step) ?? []), failure]);
}

/** Makes a call and notes how it ends; what it throws is thrown on. */
async function noted<Value>(notes: Notes, step: PreflightStep, call: () => Promise<Value>): Promise<Value> {
  try {
    const value = await call();
    notes.done.add(step);
    return value;
  } catch (error) {
    if (error instanceof OperatingError) noteFailure(notes, step, { error, owner: null });
    throw error;
  }
}

/** Sessions whose calls are noted: what discovery itself asks is what preflight tries, so the two cannot part. */
export function notedSessions(sessions: Sessions, notes: Notes): Sessions {
  return {
    open: async (account) => {
      try {
        const session = await sessions.open(account);
        notes.done.add('assume').add('identify');
        return notedSession(session, notes);
      } catch (error) {
        if (!(error instanceof OperatingError)) throw error;
        const elsewhere = error.code === 'identity-mismatch';
        if (elsewhere) notes.done.add('assume');
        noteFailure(notes, elsewhere ? 'identify' : 'assume', { error, owner: null });
        throw error;
      }
    },
  };
}

function notedSession(session: AccountSession, notes: Notes): AccountSession {
  return {
    account: session.account,
    objects: session.objects,
    trailRegions: (region) => noted(notes, 'trails', () => session.trailRegions(region)),
    describeTrails: (region) => noted(notes, 'trails', () => session.describeTrails(region)),
    trailStatus: (arn, region) => noted(notes, 'status', () => session.trailStatus(arn, region)),
    eventSelectors: (arn, region) => noted(notes, 'selectors', () => session.eventSelectors(arn, region)),
    lookupEvents: (region, query) => noted(notes, 'history', () => session.lookupEvents(region, query)),
    enabledRegions: () => noted(notes, 'regions', () => session.enabledRegions()),
    publicKeys: (region, window) => noted(notes, 'keys', () => session.publicKeys(region, window)),
    organizationId: () => noted(notes, 'organization', () => session.organizationId()),
  };
}
