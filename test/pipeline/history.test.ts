/** What the event history is asked, how often, and what is told when it does not answer. */
import { describe, expect, test } from 'vitest';
import { CHANGE_NAMES } from '../../src/core/trail-change.ts';
import { OperatingError } from '../../src/errors.ts';
import { askHistory, type Question } from '../../src/pipeline/explain.ts';
import type { EventQuery } from '../../src/ports.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-06-01T00:00:00Z');

interface Asked extends EventQuery {
  readonly region: string;
}

function history(answer: (query: Asked) => readonly string[]): {
  readonly asked: Asked[];
  readonly session: Parameters<typeof askHistory>[1];
} {
  const asked: Asked[] = [];
  const lookupEvents = async (region: string, query: EventQuery): Promise<readonly string[]> => {
    asked.push({ ...query, region });
    return answer({ ...query, region });
  };
  return { asked, session: { lookupEvents } };
}

const question = (hoursAgo: number): Question => ({
  region: 'us-east-1',
  from: NOW - hoursAgo * HOUR,
  to: NOW - (hoursAgo - 1) * HOUR,
});

const event = JSON.stringify({
  eventTime: '2026-05-31T00:00:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  awsRegion: 'us-east-1',
  recipientAccountId: '111111111111',
  eventID: 'one',
  requestParameters: { name: 'main' },
});

describe('the event history', () => {
  test('is asked by the name of each call, and what it tells is heard once', async () => {
    const { asked, session } = history(({ name }) => (name === 'StopLogging' ? [event, event, 'junk'] : []));
    const { changes, unasked } = await askHistory([question(30), question(20)], session, NOW);
    expect(asked.slice(0, 6).map(({ name }) => name)).toEqual([...CHANGE_NAMES]);
    expect(asked).toHaveLength(12);
    expect(changes.map(({ name, via }) => [name, via])).toEqual([['StopLogging', 'history']]);
    expect(unasked).toBeNull();
  });
  test('is not asked about what it has forgotten, nor before or after what it can know', async () => {
    const { asked, session } = history(() => []);
    await askHistory([question(91 * 24), { ...question(1), from: NOW - 100 * DAY, to: NOW + DAY }], session, NOW);
    expect(asked).toHaveLength(6);
    expect(asked.every(({ from, to }) => from > NOW - 90 * DAY && to === NOW)).toBe(true);
  });
  test('is asked about ten times at most, and the rest is said', async () => {
    const { asked, session } = history(() => []);
    const { unasked } = await askHistory(
      Array.from({ length: 14 }, (_, index) => question(20 + index * 3)),
      session,
      NOW,
    );
    expect(asked).toHaveLength(60);
    expect(unasked).toContain('about 10 such times only');
  });
  test.each([
    ['blocked-access', 'cloudtrail:LookupEvents'],
    ['blocked-throttled', 'could not be asked'],
  ] as const)('that answers %s keeps what it told before, and the reason', async (code, told) => {
    const { session } = history(({ name }) => {
      if (name === 'StopLogging') return [event];
      throw new OperatingError({ code, message: 'LookupEvents was refused', hint: '' });
    });
    const { changes, unasked } = await askHistory([question(20)], session, NOW);
    expect(changes).toHaveLength(1);
    expect(unasked).toContain('LookupEvents was refused');
    expect(unasked).toContain(told);
  });
  test('does not hide a bug', async () => {
    const { session } = history(() => {
      throw new TypeError('a bug');
    });
    await expect(askHistory([question(20)], session, NOW)).rejects.toThrow('a bug');
  });
});
