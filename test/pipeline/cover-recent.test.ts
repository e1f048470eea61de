/** A look over the hours alone: what it keeps of before, and what it leaves to a look over all days. */
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { collected, NOW } from '../flow/status-here.ts';
import { idOf, look, partOf } from './cover-ground.ts';

describe('a recent look', { timeout: 120_000 }, () => {
  test('keeps the days of before that it does not go over, and says the same of the present as a full one', async () => {
    const organization = await collected();
    const full = partOf(await look(organization), idOf(organization, 0));
    const older = {
      ...full,
      fullAt: NOW - HOUR,
      days: { ...full.days, letters: full.days.letters.replace(/^\.{5}/, 'fffff') },
    };
    const recent = partOf(await look(organization, { depth: 'recent', before: () => older }), idOf(organization, 0));
    expect(recent).toEqual({ ...full, fullAt: NOW - HOUR, days: older.days });
    const alone = partOf(await look(organization, { depth: 'recent' }), idOf(organization, 0));
    expect(alone).toMatchObject({ fullAt: null, days: { letters: expect.stringMatching(/^\.{7}v$/) } });
  });

  test('weeks later leaves what began before to the full look, which says it without a beginning that moves', async () => {
    const organization = await collected();
    const later = NOW + 20 * 24 * HOUR;
    const account = idOf(organization, 0);
    const recent = (await look(organization, { now: later, depth: 'recent' })).byPair.get(`${account}:${account}`);
    expect(recent?.findings).toEqual([]);
    expect(recent?.part.state).not.toBe('verified');
    const ends = await Promise.all(
      [later, later + HOUR].map(async (now) =>
        (await look(organization, { now })).outcomes.flatMap(({ findings }) => findings),
      ),
    );
    expect(ends[0]?.map(({ code }) => code)).toEqual(['chain-truncated']);
    expect(ends[0]?.[0]?.from).toBe(ends[1]?.[0]?.from);
    const ancient = NOW + 200 * 24 * HOUR;
    const long = (await look(organization, { now: ancient })).outcomes.flatMap(({ findings }) => findings);
    expect(long.map(({ code, from }) => [code, from])).toEqual([['chain-empty', null]]);
  });

  test('finds the last digest that the hours do not reach in what was known before, and believes no later one', async () => {
    const organization = await collected();
    const later = NOW + 20 * 24 * HOUR;
    const account = idOf(organization, 0);
    const full = partOf(await look(organization), account);
    const told = async (lastDigest: number) =>
      partOf(
        await look(organization, { now: later, depth: 'recent', before: () => ({ ...full, lastDigest }) }),
        account,
      ).lastDigest;
    expect(await told(full.lastDigest ?? 0)).toBe(full.lastDigest);
    expect(await told(later)).toBeNull();
  });
});
