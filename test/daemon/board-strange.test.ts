/** What somebody else wrote into the board is left out, whatever it is. */
import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { decodePart, encodePart } from '../../src/daemon/board-part.ts';
import { BOARD_KEYS, chainsKey, judgedKey } from '../../src/daemon/keys.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { boardGround, chain, finding, findings, MEMBER, NOW, part, PAYER } from './board-ground.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const ground = boardGround();

describe.skipIf(missing !== null)('what somebody else wrote', () => {
  test('into the parts is left out and counted, whatever it is', async () => {
    await ground.put(part());
    const good = JSON.parse(encodePart(part())) as unknown[];
    const spoiled = good.flatMap((value, index) =>
      [undefined, null, -1, 1.5, {}, [], '<script>', 'x'.repeat(5000), 9e15, value].flatMap((bad) => {
        const text = JSON.stringify(good.map((own, at) => (at === index ? bad : own)));
        return text === JSON.stringify(good) ? [] : [text];
      }),
    );
    const { hours } = part();
    for (const letters of ['<b>', 'vV', 'v\n', 'v'.repeat(193)])
      expect(decodePart(`${MEMBER}:${MEMBER}`, JSON.stringify(good.with(11, [hours.from, letters])))).toBeNull();
    expect(decodePart(`${MEMBER}:${MEMBER}`, JSON.stringify(good.with(0, 2)))).toBeNull();
    expect(decodePart(`${MEMBER}:${MEMBER}`, JSON.stringify(good))).toEqual(part());
    const texts = [...spoiled, '', '{', '[]', 'null', '"x"', JSON.stringify([...good, 1]), `[${'1,'.repeat(40_000)}1]`];
    let refused = 0;
    for (const [index, text] of texts.entries()) {
      const field = `${String(300_000_000_000 + index)}:${MEMBER}`;
      const told = decodePart(field, text);
      if (told === null) refused += 1;
      // What passes is as harmless as what we write: every field of the right kind, within its bounds.
      else expect(decodePart(field, encodePart(told))).toEqual(told);
      await ground.admin.hset(BOARD_KEYS.parts, field, text);
    }
    expect(refused).toBeGreaterThan(texts.length * 0.8);
    for (const field of ['x', MEMBER, `${MEMBER}:${MEMBER}:1`, `<b>:${MEMBER}`])
      await ground.admin.hset(BOARD_KEYS.parts, field, encodePart(part()));
    const { parts, unreadable } = await ground.reader.parts();
    expect(unreadable).toBe(refused + 4);
    expect(parts.find(({ account }) => account === MEMBER)).toEqual(part());
  });

  test('of chains, findings, facts, preflights and plans is not there', async () => {
    const script = '<script>alert(1)</script>';
    await ground.admin.hset(BOARD_KEYS.chainIds, chain(1).id, script);
    expect(await ground.reader.chain(chain(1).id)).toBeNull();
    await ground.admin.hset(BOARD_KEYS.chainIds, chain(1).id, MEMBER);
    for (const bad of [{ ...chain(1), state: script }, { ...chain(1), account: PAYER }, { ...chain(1), runs: 1 }, 7])
      await ground.admin.hset(chainsKey(MEMBER), `${MEMBER}:${chain(1).id}`, JSON.stringify(bad)).then(async () => {
        expect(await ground.reader.chain(chain(1).id)).toBeNull();
        expect(await ground.reader.chainsOf(MEMBER)).toEqual([]);
      });
    const [field, own] = [`${MEMBER}:${MEMBER}`, findings([finding(1)])];
    await ground.admin.sadd(`{orgtrail}:board:readers:${MEMBER}`, MEMBER, script);
    for (const bad of [
      { ...own, account: PAYER },
      { ...own, findings: [{ ...finding(1), id: script }] },
      { ...own, findings: [{ ...finding(1), from: script }] },
      { ...own, findings: [finding(1, { account: PAYER })] },
      [],
      null,
    ]) {
      await ground.admin.hset(BOARD_KEYS.findings, field, JSON.stringify(bad));
      expect([await ground.reader.findings(), await ground.reader.findingsOf(MEMBER)]).toEqual([[], []]);
    }
    const facts = {
      account: PAYER,
      at: NOW,
      role: null,
      origin: 'organization',
      sources: [],
      problems: [],
      unknowns: [],
    };
    await ground.admin.hset(BOARD_KEYS.facts, MEMBER, JSON.stringify(facts));
    expect(await ground.reader.facts(MEMBER)).toBeNull();
    await ground.admin.hset(BOARD_KEYS.facts, MEMBER, JSON.stringify({ account: MEMBER, at: 'now' }));
    await ground.admin.hset(BOARD_KEYS.preflights, MEMBER, JSON.stringify({ account: PAYER }));
    await ground.admin.hset(
      BOARD_KEYS.single,
      'plan',
      JSON.stringify({ id: script }),
      'applied',
      '{',
      'apply-asked',
      'x',
    );
    expect([await ground.reader.facts(MEMBER), await ground.reader.plan()]).toEqual([null, null]);
    expect(await ground.reader.preflight(MEMBER)).toEqual({ record: null, pending: false });
    expect(await ground.reader.applied()).toEqual({ pending: false, last: null });
    await ground.admin.hset(judgedKey(Math.floor(NOW / MINUTE)), 'digests', 'many', 'files', '-4', script, '5');
    expect((await ground.reader.throughput()).at(-1)).toEqual({ digests: 0, files: 0 });
    expect([...(await ground.store.ratesOf(NOW))]).toEqual([]);
  });
});
