/** `node test/bench/redis-memory.ts`: what Redis holds of an organization for show and for the sweeps, jobs left aside. */
import { Redis } from 'ioredis';
import { startRedis } from '../stack/redis.ts';
import { fillBoard, type BoardSize } from './board-filling.ts';
import { table } from './table.ts';

/** As many regions as an account has switched on by default. */
const REGIONS = Array.from({ length: 17 }, (_, at) => `xx-region-${at + 1}`);
const SIZES: readonly BoardSize[] = [
  { accounts: 1000, regions: REGIONS.slice(0, 1) },
  { accounts: 1000, regions: REGIONS },
  { accounts: 10_000, regions: REGIONS },
];

const rows: string[][] = [];
for (const size of SIZES) rows.push(await measured(size));
process.stdout.write(table([['accounts', 'chains', 'Redis MiB', 'bytes a chain'], ...rows]));

async function measured(size: BoardSize): Promise<string[]> {
  const redis = await startRedis();
  try {
    const client = new Redis(redis.url);
    const before = await usedBytes(client);
    await fillBoard(redis.url, size);
    const used = (await usedBytes(client)) - before;
    await client.quit();
    const chains = size.accounts * size.regions.length;
    return [size.accounts, chains, Math.round(used / 1024 / 1024), Math.round(used / chains)].map(String);
  } finally {
    await redis.stop();
  }
}

async function usedBytes(client: Redis): Promise<number> {
  const used = /^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1];
  if (used === undefined) throw new Error('Redis does not say how much memory it uses');
  return Number(used);
}
