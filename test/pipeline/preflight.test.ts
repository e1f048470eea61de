/** What preflight tries, what it makes of each answer, and how many accounts it asks at once. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { AccountCheck, StepCheck } from '../../src/core/board/account.ts';
import { preflight, preflightProblems } from '../../src/pipeline/preflight.ts';
import type { AccountSession, ListedObject, ListRequest, StoredObject } from '../../src/ports.ts';
import type { KnownAccount } from '../../src/stages/discover.ts';
import {
  ARN,
  DIGEST,
  ELSEWHERE,
  ID,
  LOG,
  NOW,
  OLD_LOG,
  ROOT,
  account,
  check,
  config,
  refusal,
  sessionOf,
  thrown,
} from './preflight-world.ts';

/** Asked for to see whether S3 tells what is not there. */
const NOT_THERE = 'logs/AWSLogs/orgtrail-preflight';
const step = (result: AccountCheck, name: StepCheck['step']): StepCheck | undefined =>
  result.steps.find((one) => one.step === name);

describe('reading', () => {
  test('takes the smallest log file and the smallest digest of the last day', async () => {
    const [read, listed]: [string[], ListRequest[]] = [[], []];
    const bigger = LOG.replace('abcdef', 'bigger');
    const result = await check({
      read,
      listed,
      keys: [
        [bigger, 99],
        [LOG, 10],
        [OLD_LOG, 1],
        [DIGEST, 5],
        [`${ROOT}CloudTrail/us-east-1/2026/06/02/note.txt`, 0],
      ],
    });
    expect(read).toEqual([LOG, DIGEST, NOT_THERE]);
    expect(listed.map(({ bucket, owner, startAfter }) => [bucket, owner, startAfter?.slice(-11)])).toEqual([
      ['trail', ID, '2026/06/01/'],
      ['trail', ID, '2026/06/01/'],
    ]);
    expect(result.steps.filter(({ state }) => state !== 'ok').map((one) => one.step)).toEqual(['organization']);
  });

  test('takes an older file where the last day has none, and any region where the home region has none', async () => {
    const read: string[] = [];
    await check({ read, keys: [[OLD_LOG, 1]] });
    await check({ read, keys: [[ELSEWHERE, 1]] });
    expect(read).toEqual([OLD_LOG, NOT_THERE, ELSEWHERE, NOT_THERE]);
  });

  test('looks at one page and no further', async () => {
    let listed = 0;
    const session = sessionOf({});
    async function* endless(): AsyncGenerator<ListedObject> {
      for (;;) {
        listed += 1;
        yield { key: LOG, size: 1, etag: '', lastModified: 0 };
      }
    }
    await check({ session: { objects: { ...session.objects, list: endless } } });
    expect(listed).toBe(2 * 1000);
  });

  test('an empty bucket is listed, and there is nothing to try', async () => {
    const result = await check({ keys: [] });
    expect(step(result, 'list')?.state).toBe('ok');
    expect(step(result, 'get')).toMatchObject({ state: 'untried', note: 'nothing to try: no file lies there yet' });
    expect(step(result, 'decrypt')).toMatchObject({
      state: 'untried',
      note: 'nothing to try: no log file lies there yet',
    });
    expect(preflightProblems([result])).toEqual({ needed: [], optional: [] });
  });

  test('a digest that can be read proves nothing about the key of the log files', async () => {
    const alone = await check({ keys: [[DIGEST, 5]] });
    expect(step(alone, 'get')?.state).toBe('ok');
    expect(step(alone, 'decrypt')).toMatchObject({
      state: 'untried',
      note: 'nothing to try: no log file lies there yet',
    });
    const get = (key: string): StoredObject => {
      if (key === LOG) throw refusal('blocked-kms');
      return { size: 1 } as StoredObject;
    };
    const both = await check({ get });
    expect(step(both, 'get')?.state).toBe('ok');
    expect(step(both, 'decrypt')).toMatchObject({ state: 'failed', problems: [{ code: 'preflight-decrypt' }] });
  });

  test('a bucket that does not tell what is missing has listing refused: deleted files would look denied', async () => {
    const get = (key: string): StoredObject => {
      if (key === NOT_THERE) throw refusal('blocked-access');
      return { size: 1 } as StoredObject;
    };
    const result = await check({ get });
    const { problems = [] } = step(result, 'list') ?? {};
    expect(problems).toMatchObject([
      { code: 'preflight-list', detail: expect.stringContaining('and S3 does not say so') as string },
    ]);
    expect(problems[0]?.hint).toContain(
      'Add s3:ListBucket on the bucket trail in a way that holds for requests without a prefix',
    );
    expect(step(result, 'get')?.state).toBe('ok');
  });

  test('a file that went between listing and reading is no refusal and no proof', async () => {
    const result = await check({ get: () => null });
    expect(step(result, 'get')?.state).toBe('untried');
  });

  test.each(['blocked-archived', 'object-too-large', 'blocked-access'] as const)('%s is a failed get', async (code) => {
    const get = (): never => {
      throw refusal(code);
    };
    expect(step(await check({ get }), 'get')).toMatchObject({ state: 'failed', problems: [{ code: 'preflight-get' }] });
  });
});

describe('a refusal', () => {
  test('tells that the bucket of another account must name the role', async () => {
    const trails = [
      { arn: ARN, bucket: 'shared', bucketOwner: '333333333333', prefix: 'logs/', regions: null, formerBuckets: [] },
    ];
    const get = (): never => {
      throw refusal('blocked-access');
    };
    const { problems = [] } = step(await check({ get }, { ...account, trails }), 'get') ?? {};
    expect(problems[0]?.hint).toBe(
      `Do this. \`orgtrail config member-role --format policy --account ${ID}\` prints all that the role needs. ` +
        'The bucket belongs to account 333333333333: its bucket policy must name the role as well.',
    );
  });

  test('is told once, however many files it strikes, and asks for nothing where it may heal by itself', async () => {
    const get = (): never => {
      throw refusal('blocked-throttled', true);
    };
    expect(step(await check({ get }), 'get')?.problems).toEqual([
      { code: 'preflight-get', detail: `account ${ID}: cannot do it`, hint: 'Do this.' },
    ]);
  });

  test('of the regions is no need, and says what stays unknown', async () => {
    const result = await check({ session: { enabledRegions: thrown(refusal('blocked-access')) } });
    const { needed, optional } = preflightProblems([result]);
    expect(needed).toEqual([]);
    expect(optional).toMatchObject([
      { code: 'preflight-regions', hint: expect.stringContaining('stays unknown which regions') as string },
    ]);
  });

  test('of the trails leaves the rest untried, and says why', async () => {
    const result = await check({ session: { describeTrails: thrown(refusal('blocked-access')) } });
    expect(step(result, 'trails')?.state).toBe('failed');
    expect(step(result, 'list')).toMatchObject({ state: 'untried', note: 'its trails could not be found' });
    expect(step(result, 'keys')).toMatchObject({ state: 'untried', note: 'its trails could not be found' });
  });

  test('that is a mistake of ours is thrown on', async () => {
    await expect(check({ session: { publicKeys: () => Promise.reject(new TypeError('a bug')) } })).rejects.toThrow(
      'a bug',
    );
  });
});

describe('many accounts', () => {
  const many = (count: number): readonly KnownAccount[] =>
    Array.from({ length: count }, (_, index) => ({ ...account, id: String(100_000_000_000 + index) }));

  test('are asked as many at once as the limit says, and told one by one', async () => {
    let [running, most] = [0, 0];
    const told: string[] = [];
    const open = async (): Promise<AccountSession> => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      return sessionOf({});
    };
    const parts = { config, clock: { now: () => NOW }, sessions: { open } };
    const options = { signal: new AbortController().signal, onStep: (text: string) => void told.push(text) };
    const checks = await preflight(parts, many(9), options);
    expect(most).toBe(2);
    expect(checks.map((one) => one.account)).toEqual(many(9).map(({ id }) => id));
    expect(told).toHaveLength(9);
    expect(told.at(-1)).toBe('preflight: 9 of 9 accounts');
  });

  test('end when they are told to', async () => {
    const stop = new AbortController();
    const parts = { config, clock: { now: () => NOW }, sessions: { open: async () => sessionOf({}) } };
    const onStep = (): void => stop.abort();
    await expect(preflight(parts, many(9), { signal: stop.signal, onStep })).rejects.toThrow('abort');
  });
});
