import { expect, test } from 'vitest';
import { Postponed } from '../../src/adapters/queue-worker.ts';
import { createFairness } from '../../src/daemon/fairness.ts';

const never = () => new Promise<void>(() => undefined);

test('an account whose jobs hang in half of the places steps aside, and others go on', async () => {
  let now = 0;
  const fairness = createFairness(4, () => now);
  for (let job = 0; job < 2; job += 1) void fairness.run('slow', never);
  now = 60_000;
  await expect(fairness.run('slow', async () => 'ran')).rejects.toBeInstanceOf(Postponed);
  await expect(fairness.run('quick', async () => 'ran')).resolves.toBe('ran');
});

test('quick jobs of one account may fill every place', async () => {
  const fairness = createFairness(4, () => 0);
  for (let job = 0; job < 4; job += 1) void fairness.run('busy', never);
  await expect(fairness.run('busy', async () => 'ran')).resolves.toBe('ran');
});

test('an account is let in again when its slow jobs end', async () => {
  let now = 0;
  const ends: (() => void)[] = [];
  const fairness = createFairness(2, () => now);
  const first = fairness.run('slow', () => new Promise<void>((done) => ends.push(done)));
  now = 60_000;
  await expect(fairness.run('slow', async () => 'ran')).rejects.toBeInstanceOf(Postponed);
  for (const end of ends) end();
  await first;
  await expect(fairness.run('slow', async () => 'ran')).resolves.toBe('ran');
});
