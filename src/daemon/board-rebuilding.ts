/**
 * Whether what the pages show is still being computed anew, after a first start or after Redis was emptied. The watchdog
 * writes when it saw that (`rebuildBegan`); it is over when every account of a survey that ended since then has a part that
 * was computed since then. Before that survey has ended nobody knows how many accounts there are: then `of` counts those
 * surveyed so far, and the rebuilding is not over even where all of them are there.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { recordOf } from './board-pairs.ts';
import { BOARD_KEYS, STATE_KEYS } from './keys.ts';
import type { StateStore } from './state.ts';
import { CLOCKS_MS } from '../core/time.ts';

export interface Rebuilding {
  readonly known: number;
  readonly of: number;
  readonly since: number;
}

const surveyRecord = z.object({ at: z.number() });

/** The answer takes the moment, epoch milliseconds. What is over is not asked about again. */
export function createRebuilding(
  redis: Redis,
  state: Pick<StateStore, 'marker'>,
): (now: number) => Promise<Rebuilding | null> {
  let over: number | null = null;
  return async (now) => {
    const [text, marker] = await within(
      Promise.all([redis.hget(BOARD_KEYS.single, 'rebuilding'), state.marker()]),
      COMMAND_TIMEOUT_MS,
      'reading the board',
    );
    // No catch-up has been queued since Redis was emptied: whatever is there now is not everything.
    const began = marker === null ? now : Number(text ?? Number.NaN);
    if (!Number.isFinite(began) || began > now + CLOCKS_MS || began === over) return null;
    const { known, of, ended } = await far(redis, { since: began, now });
    if (marker === null || !ended || known < of) return { known, of, since: Math.min(began, now) };
    over = began;
    return null;
  };
}

async function far(
  redis: Redis,
  { since, now }: { readonly since: number; readonly now: number },
): Promise<{ readonly known: number; readonly of: number; readonly ended: boolean }> {
  const [listed, covered, survey] = await within(
    Promise.all([
      redis.zrange(BOARD_KEYS.listed, Math.max(0, since - CLOCKS_MS), '+inf', 'BYSCORE'),
      redis.zrange(BOARD_KEYS.covered, since, String(Math.max(since, now) + CLOCKS_MS), 'BYSCORE'),
      redis.hget(STATE_KEYS.state, 'survey'),
    ]),
    COMMAND_TIMEOUT_MS,
    'reading the board',
  );
  const there = new Set(covered.map((field) => field.split(':')[0]));
  const known = listed.filter((account) => there.has(account)).length;
  const ended = survey === null ? null : recordOf(survey, surveyRecord);
  return { known, of: listed.length, ended: ended !== null && ended.at >= since };
}
