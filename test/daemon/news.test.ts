/** News between processes: they reach every listener, and odd ones nobody. */
import { describe, expect, test } from 'vitest';
import { createConnections, type Connections } from '../../src/adapters/redis.ts';
import { BOARD_KEYS } from '../../src/daemon/keys.ts';
import { createNews } from '../../src/daemon/news.ts';
import type { News } from '../../src/web/sources.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { keptLog, until } from './fake.ts';
import { boardGround, MEMBER } from './board-ground.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const ground = boardGround();

describe.skipIf(missing !== null)('news', () => {
  let connections: Connections;

  test('reach every listener of every process, odd ones none, and nobody is called who has stopped', async () => {
    connections = createConnections({ url: ground.redis.url, password: null, tls: null }, keptLog().log);
    const [here, there] = [
      createNews(connections.command(), connections),
      createNews(connections.command(), connections),
    ];
    try {
      const heard: News[] = [];
      const again: News[] = [];
      const stop = there.subscribe((news) => heard.push(news));
      there.subscribe((news) => again.push(news));
      const told = { topics: ['overview'], accounts: [MEMBER] };
      await until('it was heard', () => {
        here.publish(told);
        return heard.length > 0;
      });
      expect(heard[0]).toEqual(told);
      for (const bad of [
        '{',
        '{"topics":["<b>"],"accounts":[]}',
        '{"topics":["overview"],"accounts":["x"]}',
        'x'.repeat(10_000),
      ])
        await ground.admin.publish(BOARD_KEYS.news, bad);
      stop();
      const before = heard.length;
      const many = Array.from({ length: 101 }, (_, index) => String(100_000_000_000 + index));
      here.publish({ topics: ['jobs'], accounts: many });
      await until('the other heard', () => again.some(({ topics }) => topics[0] === 'jobs'));
      expect(heard).toHaveLength(before);
      expect(again.at(-1)).toEqual({ topics: ['jobs'], accounts: [] });
      expect(again.every(({ topics }) => ['overview', 'jobs'].includes(topics[0] ?? ''))).toBe(true);
    } finally {
      here.close();
      there.close();
      await connections.close(500);
    }
    expect(() => here.publish({ topics: ['jobs'], accounts: [] })).not.toThrow();
  });
});
