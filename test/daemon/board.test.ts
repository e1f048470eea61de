/** The board in a real Redis: what is written comes back, what is gone goes, and thousands are read quickly. */
import { describe, expect, test } from 'vitest';
import type { AccountFacts, PreflightRecord } from '../../src/core/board/account.ts';
import type { Source } from '../../src/core/source.ts';
import { MINUTE } from '../../src/core/time.ts';
import { encodePart } from '../../src/daemon/board-part.ts';
import { createBoardReader } from '../../src/daemon/board-read.ts';
import { BOARD_KEYS } from '../../src/daemon/keys.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { partOf } from './fake.ts';
import { boardGround, chain, finding, findings, MEMBER, NOW, part, PAYER } from './board-ground.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const ground = boardGround();

const SOURCE: Source = {
  reader: MEMBER,
  trailArn: `arn:aws:cloudtrail:us-east-1:${MEMBER}:trail/main`,
  trail: 'main',
  homeRegion: 'us-east-1',
  bucket: 'logs',
  prefix: '',
  bucketOwner: MEMBER,
  org: null,
  multiRegion: true,
  regions: ['us-east-1'],
  regionsFrom: 'enabled',
  formerBuckets: [{ bucket: 'old', prefix: 'x/' }],
  validation: true,
  status: { logging: true, latestDigestDelivery: 1, latestDigestError: null, startedLogging: 2, stoppedLogging: null },
  selectors: [[{ field: 'eventCategory', any: [{ how: 'is', text: 'Management' }], none: [] }]],
  narrowed: { at: 3, detail: 'less' },
  gone: false,
};

describe.skipIf(missing !== null)('what is stored', () => {
  test('comes back as it was: parts, chains by account and by id, findings, facts, preflight, plan', async () => {
    const problem = { code: 'blocked-access', detail: 's3:GetObject', hint: 'allow it' };
    const one = part({
      state: 'blocked',
      reason: 'blocked-access',
      problem,
      verifiedUntil: null,
      fullAt: null,
      open: 1,
    });
    const found = findings([finding(1, { accepted: { reason: 'known', by: 'ada', at: NOW } })]);
    await ground.put(one, [chain(2), chain(1, { problem })], found);
    expect(await ground.reader.parts()).toEqual({ parts: [one], unreadable: 0 });
    expect(await ground.reader.partsOf(MEMBER)).toEqual([one]);
    expect(await ground.store.part(one)).toEqual(one);
    expect((await ground.reader.chainsOf(MEMBER)).map(({ region }) => region)).toEqual(['us-east-1', 'us-east-2']);
    expect(await ground.reader.chain(chain(1).id)).toEqual(chain(1, { problem }));
    expect(await ground.reader.findings()).toEqual([found]);
    expect(await ground.reader.findingsOf(MEMBER)).toEqual([found]);
    const facts: AccountFacts = {
      account: MEMBER,
      at: NOW,
      role: null,
      origin: 'organization',
      sources: [SOURCE],
      problems: [problem],
      unknowns: [],
    };
    await ground.store.putFacts(facts);
    expect(await ground.reader.facts(MEMBER)).toEqual(facts);
    const check: PreflightRecord = {
      account: MEMBER,
      name: 'payments',
      skipped: null,
      steps: [{ step: 'assume', state: 'failed', note: 'no', problems: [problem] }],
      at: NOW,
      by: 'ada',
    };
    await ground.store.preflightPending(MEMBER, true);
    expect(await ground.reader.preflight(MEMBER)).toEqual({ record: null, pending: true });
    await ground.store.putPreflight(check);
    expect(await ground.reader.preflight(MEMBER)).toEqual({ record: check, pending: false });
    expect(await ground.reader.plan()).toBeNull();
    await ground.store.applyPending(true);
    expect(await ground.reader.applied()).toEqual({ pending: true, last: null });
    const applied = { at: NOW, by: 'ada', ok: true, text: 'done' };
    await ground.store.applied(applied);
    expect(await ground.reader.applied()).toEqual({ pending: false, last: applied });
  });

  test('is cut where it is too long to be read back, and still comes back', async () => {
    const long = 'x'.repeat(100_000);
    const problem = { code: 'blocked-access', detail: long, hint: long };
    await ground.put(
      part({ name: long, reason: long, problem }),
      [chain(1, { trail: long, problem })],
      findings([finding(1, { detail: long, key: long })]),
    );
    expect((await ground.reader.parts()).parts[0]?.problem?.detail).toHaveLength(4096);
    expect((await ground.reader.chainsOf(MEMBER))[0]?.trail).toHaveLength(256);
    expect((await ground.reader.findings())[0]?.findings[0]?.key).toHaveLength(2048);
  });

  test('is pending no longer than an hour: whoever was asked is lost', async () => {
    await ground.store.preflightPending(MEMBER, true);
    await ground.store.applyPending(true);
    ground.now += 61 * MINUTE;
    expect([(await ground.reader.preflight(MEMBER)).pending, (await ground.reader.applied()).pending]).toEqual([
      false,
      false,
    ]);
  });

  test('of a chain that is gone goes with the next look, and by its id too', async () => {
    await ground.put(part(), [chain(1), chain(2)]);
    await ground.put(part(), [chain(2)]);
    expect((await ground.reader.chainsOf(MEMBER)).map(({ id }) => id)).toEqual([chain(2).id]);
    expect(await ground.reader.chain(chain(1).id)).toBeNull();
    expect(await ground.admin.hlen(BOARD_KEYS.chainIds)).toBe(1);
  });

  test('of two readers stays apart; of a chain that both show, whoever can look is believed', async () => {
    const problem = { code: 'blocked-access', detail: 'no', hint: 'do' };
    await ground.put(part(), [chain(1, { problem, at: NOW + 5 })]);
    await ground.put(part({}, { account: MEMBER, reader: PAYER }), [
      chain(1, { reader: PAYER }),
      chain(2, { reader: PAYER }),
    ]);
    expect(await ground.reader.partsOf(MEMBER)).toHaveLength(2);
    expect((await ground.reader.chainsOf(MEMBER)).map(({ id, reader: by }) => [id, by])).toEqual([
      [chain(1).id, PAYER],
      [chain(2).id, PAYER],
    ]);
    await ground.put(part(), [chain(1, { at: NOW + 5 })]);
    expect(await ground.reader.chain(chain(1).id)).toMatchObject({ reader: MEMBER });
    await ground.put(part(), [chain(1, { at: NOW - 5 })]);
    expect(await ground.reader.chain(chain(1).id)).toMatchObject({ reader: PAYER });
    await ground.put(part({}, { account: MEMBER, reader: PAYER }), []);
    expect(await ground.reader.chain(chain(1).id)).toMatchObject({ reader: MEMBER });
    expect(await ground.reader.chain(chain(2).id)).toBeNull();
  });

  test('of an acceptance shows at once, in every reader’s part, and is not open any more', async () => {
    const accepted = { reason: 'planned', by: 'ada', at: NOW };
    await ground.put(part({ open: 2 }), [], findings([finding(1), finding(2)]));
    await ground.put(part({ open: 1 }, { account: MEMBER, reader: PAYER }), [], findings([finding(1)]));
    await ground.store.markAccepted(MEMBER, finding(1).id, accepted);
    const all = (await ground.reader.findingsOf(MEMBER)).flatMap((one) => one.findings);
    expect(all.map(({ id, accepted: by }) => [id, by])).toEqual([
      [finding(1).id, accepted],
      [finding(1).id, accepted],
      [finding(2).id, null],
    ]);
    expect((await ground.reader.partsOf(MEMBER)).map(({ open }) => open)).toEqual([0, 1]);
  });
});

describe.skipIf(missing !== null)('what is removed', () => {
  const PAIR = { account: MEMBER, reader: PAYER };

  test('of a reader are the accounts that its chains hold no longer, and nobody else’s', async () => {
    await ground.put(part({}, { account: PAYER, reader: PAYER }));
    await ground.put(part({}, PAIR), [chain(1, { reader: PAYER })], findings([finding(1)]));
    await ground.put(part(), [chain(1)]);
    expect(await ground.store.keepOf(PAYER, new Set([PAYER]))).toBe(1);
    expect((await ground.reader.parts()).parts.map((one) => `${one.account}:${one.reader}`).toSorted()).toEqual([
      `${PAYER}:${PAYER}`,
      `${MEMBER}:${MEMBER}`,
    ]);
    expect(await ground.reader.findings()).toEqual([]);
    expect(await ground.reader.chain(chain(1).id)).toMatchObject({ reader: MEMBER });
    expect(await ground.store.notCoveredSince([PAIR], 0)).toEqual([PAIR]);
  });

  test('are accounts that no survey knows: their parts, facts and records, and those whom only they read', async () => {
    const state = createStateStore(ground.admin);
    for (const id of [PAYER, MEMBER]) {
      const account = { id, name: id, state: 'ACTIVE', origin: 'organization', role: null, externalId: null } as const;
      await state.surveyed({ account, sources: [], problems: [], unknowns: [] }, [], NOW);
      await ground.store.putFacts({
        account: id,
        at: NOW,
        role: null,
        origin: 'organization',
        sources: [],
        problems: [],
        unknowns: [],
      });
      await ground.store.preflightPending(id, true);
    }
    await ground.put(part({}, { account: PAYER, reader: PAYER }));
    await ground.put(part({}, PAIR), [chain(1, { reader: PAYER })]);
    await ground.put(part());
    expect(await ground.store.keepOnly(new Set([MEMBER]))).toBe(2);
    expect((await ground.reader.parts()).parts.map((one) => one.reader)).toEqual([MEMBER]);
    expect([await ground.reader.facts(PAYER), (await ground.reader.facts(MEMBER))?.account]).toEqual([null, MEMBER]);
    expect((await ground.reader.snapshot()).accounts.map(({ id }) => id)).toEqual([MEMBER]);
    expect(await ground.reader.preflight(PAYER)).toEqual({ record: null, pending: false });
  });
});

describe.skipIf(missing !== null)('5,000 accounts', () => {
  test('are read within a fraction of the 300 ms that an answer may take', async () => {
    const batch = ground.admin.pipeline();
    for (let index = 0; index < 5000; index += 1) {
      const account = String(100_000_000_000 + index);
      const one = partOf({ account, reader: account }, { at: NOW });
      batch.hset(BOARD_KEYS.parts, `${account}:${account}`, encodePart(one));
    }
    await batch.exec();
    const spent: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const began = process.cpuUsage();
      const { parts, unreadable } = await createBoardReader(ground.admin, createStateStore(ground.admin)).parts();
      const { user, system } = process.cpuUsage(began);
      spent.push((user + system) / 1000);
      expect([parts.length, unreadable]).toEqual([5000, 0]);
    }
    const bytes = await ground.admin.memory('USAGE', BOARD_KEYS.parts, 'SAMPLES', '0');
    expect(bytes).toBeLessThan(5000 * 1024);
    // Time of this process's own: other tests may have the cores meanwhile. Redis takes a few milliseconds beside it.
    expect(Math.min(...spent)).toBeLessThan(100);
  });
});
