/** Apply where the world does not hold still: it writes nothing on what it has not looked at, and says where it stopped. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { Fault, FaultMatch } from '../cloud/faults.ts';
import { childEnv } from '../stack/child-env.ts';
import { archiveOf, FOREIGN, mutations, openHeld, recordsIn, recordsOf, statementsOf } from './held.ts';
import { orgtrail, type Organization } from './organization.ts';

const opened: Organization[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function held(): Promise<Organization> {
  const organization = await openHeld({ accounts: 1 });
  opened.push(organization);
  return organization;
}

/** Does something just before the n-th request of a kind is served. */
function atRequest({ cloud }: Organization, match: FaultMatch, strike: { nth: number; act: () => void }): void {
  let seen = 0;
  const act = (): void => {
    seen += 1;
    if (seen === strike.nth) strike.act();
  };
  cloud.faults.add({ match, fault: { kind: 'interfere', act } });
}

interface Told {
  readonly verdict: string;
  readonly written: readonly { readonly kind: string }[];
  readonly failed: readonly { readonly kind: string; readonly code: string; readonly detail: string }[];
  readonly left: readonly { readonly kind: string }[];
}

async function applied(organization: Organization): Promise<{ readonly code: number | null; readonly told: Told }> {
  const { code, stdout } = await orgtrail(organization, 'apply', '--yes', '--json');
  return { code, told: JSON.parse(stdout) as Told };
}

const foreignPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [FOREIGN] });

describe('a document that was changed since it was planned', () => {
  test('is not written, nor is anything after it; what was written before it stays, and is told', async () => {
    const organization = await held();
    const act = (): void => void (archiveOf(organization).policy = foreignPolicy);
    atRequest(organization, { operation: 'GetBucketPolicy' }, { nth: 2, act });
    organization.cloud.requests.clear();
    const { code, told } = await applied(organization);
    expect(code).toBe(1);
    expect(told).toMatchObject({
      verdict: 'failed',
      written: [{ kind: 'versioning' }],
      failed: [{ kind: 'bucket-policy', code: 'plan-stale' }],
      left: [{ kind: 'lifecycle' }],
    });
    expect(statementsOf(organization)).toEqual([FOREIGN]);
    expect(mutations(organization).some((call) => call.startsWith('PutBucketPolicy'))).toBe(false);
    expect(recordsIn(organization)).toHaveLength(2);
    organization.cloud.faults.clear();
    expect(await applied(organization)).toMatchObject({ code: 0, told: { verdict: 'applied' } });
    expect(statementsOf(organization)[0]).toEqual(FOREIGN);
  });

  test('is written all the same when AWS has only put it in another order', async () => {
    const organization = await held();
    archiveOf(organization).policy = foreignPolicy;
    const turned = { Statement: [{ ...FOREIGN, Action: ['s3:getobject'] }], Version: '2012-10-17' };
    const act = (): void => void (archiveOf(organization).policy = JSON.stringify(turned));
    atRequest(organization, { operation: 'GetBucketPolicy' }, { nth: 2, act });
    expect(await applied(organization)).toMatchObject({ code: 0 });
  });
});

describe('a write', () => {
  test('that reads back as something else is an error with the difference, and stops the rest', async () => {
    const organization = await held();
    const act = (): void => void (archiveOf(organization).policy = foreignPolicy);
    // After the write: whoever is second in a fight of two controllers.
    let wrote = false;
    atRequest(organization, { operation: 'PutBucketPolicy' }, { nth: 1, act: () => (wrote = true) });
    organization.cloud.faults.add({
      match: { operation: 'GetBucketPolicy' },
      fault: { kind: 'interfere', act: () => wrote && act() },
    });
    const { code, told } = await applied(organization);
    expect(code).toBe(1);
    expect(told.failed).toMatchObject([{ kind: 'bucket-policy', code: 'archive-changed' }]);
    expect(told.failed[0]?.detail).toContain('SomebodyElse');
    expect(told.left).toMatchObject([{ kind: 'lifecycle' }]);
  }, 60_000);

  test('that shows late is waited for: S3 tells every reader only after a while', async () => {
    const organization = await held();
    const bucket = archiveOf(organization);
    let late: string | null = null;
    let reads = 0;
    const act = (): void => {
      if (bucket.policy !== null && late === null && reads === 0) [late, bucket.policy] = [bucket.policy, null];
      else if (late !== null) {
        reads += 1;
        if (reads === 3) bucket.policy = late;
      }
    };
    organization.cloud.faults.add({ match: { operation: 'GetBucketPolicy' }, fault: { kind: 'interfere', act } });
    expect(await applied(organization)).toMatchObject({ code: 0, told: { verdict: 'applied' } });
    expect(reads).toBeGreaterThanOrEqual(3);
  });

  const REFUSED: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };
  const MALFORMED: Fault = { kind: 'status', status: 400, code: 'MalformedPolicy', message: 'Policies must be better' };
  test.each([
    ['refuses', REFUSED, 'blocked-access'],
    ['objects to', MALFORMED, 'document-refused'],
  ])(
    'that AWS %s is told, recorded as not written, and stops the rest (cause: two writes in two seconds stood the other way)',
    async (_what, fault, error) => {
      const organization = await held();
      organization.cloud.faults.add({ match: { operation: 'PutBucketPolicy' }, fault });
      const { code, told } = await applied(organization);
      expect(code).toBe(1);
      expect(told.failed).toMatchObject([{ kind: 'bucket-policy', code: error }]);
      // By kind: the keys put in order only what is a second apart.
      const outcomes = new Map(recordsOf(organization).map(({ note, end }) => [note.ref.kind, end?.outcome]));
      expect(outcomes).toEqual(
        new Map([
          ['versioning', 'written'],
          ['bucket-policy', 'not-written'],
        ]),
      );
      organization.cloud.faults.clear();
      const plan = await orgtrail(organization, 'plan', '--no-preflight', '--json');
      expect(JSON.parse(plan.stdout)).toMatchObject({ interrupted: [] });
    },
  );

  test('whose answer is lost is read back, and told when it had not happened', async () => {
    const organization = await held();
    organization.cloud.faults.add({ match: { operation: 'PutBucketPolicy' }, fault: { kind: 'reset', done: true } });
    expect((await applied(organization)).code).toBe(1);
    organization.cloud.faults.clear();
    const plan = await orgtrail(organization, 'plan', '--no-preflight', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ interrupted: [{ kind: 'bucket-policy', outcome: 'written' }] });
  });
});

test('SIGINT lets the document in hand be ended, writes no other, and ends with 130', async () => {
  const organization = await held();
  const words = ['src/main.ts', 'apply', '--yes', '--json', '--config', organization.configFile];
  const env = childEnv(organization.env);
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  const ended = once(child, 'close');
  atRequest(organization, { operation: 'PutBucketPolicy' }, { nth: 1, act: () => child.kill('SIGINT') });
  organization.cloud.faults.add({ match: { operation: 'PutBucketPolicy' }, fault: { kind: 'latency', ms: 300 } });
  await ended;
  expect(child.exitCode).toBe(130);
  const told = JSON.parse(text) as Told;
  expect(told.verdict).toBe('interrupted');
  expect(told.written.map(({ kind }) => kind)).toEqual(['versioning', 'bucket-policy']);
  expect(told.left.map(({ kind }) => kind)).toEqual(['lifecycle']);
  const records = recordsIn(organization);
  expect(records.filter(({ end }) => end !== null)).toHaveLength(records.length / 2);
});
