import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sharedCredentials } from '../../src/adapters/aws-shared-credentials.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

function counted(expiresIn: number | null) {
  let calls = 0;
  const provider = sharedCredentials(() => {
    calls += 1;
    if (calls === 1 && expiresIn === 0) return Promise.reject(new Error('no'));
    const expiration = expiresIn === null || expiresIn === 0 ? {} : { expiration: new Date(Date.now() + expiresIn) };
    return Promise.resolve({ accessKeyId: `AK${calls}`, secretAccessKey: 's', ...expiration });
  });
  return { provider, calls: () => calls };
}

describe('shared credentials', () => {
  test('are asked for once by all, and again five minutes before their end', async () => {
    const { provider, calls } = counted(HOUR);
    await Promise.all([provider(), provider(), provider()]);
    vi.setSystemTime(HOUR - 5 * MINUTE - 1);
    expect((await provider()).accessKeyId).toBe('AK1');
    vi.setSystemTime(HOUR - 5 * MINUTE);
    expect((await Promise.all([provider(), provider()])).map(({ accessKeyId }) => accessKeyId)).toEqual(['AK2', 'AK2']);
    expect(calls()).toBe(2);
  });

  test('are kept when they do not end', async () => {
    const { provider, calls } = counted(null);
    await provider();
    vi.setSystemTime(1000 * HOUR);
    await provider();
    expect(calls()).toBe(1);
  });

  test('are asked for again after a failure', async () => {
    const { provider } = counted(0);
    await expect(provider()).rejects.toThrow('no');
    expect((await provider()).accessKeyId).toBe('AK2');
  });
});
