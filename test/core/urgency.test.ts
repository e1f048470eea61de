/** Findings in the order in which a person should look at them, those of one kind together. */
import { describe, expect, test } from 'vitest';
import { speaker, type Finding } from '../../src/core/finding.ts';
import { hintFor } from '../../src/core/hint.ts';
import { byUrgency } from '../../src/core/urgency.ts';
import type { FindingCode } from '../../src/core/verdict.ts';
import { CHAIN } from './handmade-digest.ts';

const HOUR = 3_600_000;
const at = (hour: number): number => Date.UTC(2026, 4, 1) + hour * HOUR;
const iso = (hour: number): string => `2026-05-01T${String(hour).padStart(2, '0')}:00:00Z`;
const say = speaker(CHAIN);

describe('a finding', () => {
  test('speaks of its chain, in the source’s bucket unless it says otherwise', () => {
    expect(say('log-missing', 'gone', { key: 'k', bucket: 'b', from: at(1), to: at(2) })).toEqual({
      code: 'log-missing',
      account: '111122223333',
      region: 'eu-west-1',
      trail: 'main',
      bucket: 'b',
      key: 'k',
      from: iso(1),
      to: iso(2),
      detail: 'gone',
      hint: hintFor('log-missing'),
    });
    expect(say('chain-empty', '', {})).toMatchObject({ bucket: 'member-logs', key: null, from: null, to: null });
    expect(say('chain-empty', '', { key: null, from: null, to: 0 })).toMatchObject({
      key: null,
      from: null,
      to: '1970-01-01T00:00:00Z',
    });
  });
});

describe('the order', () => {
  test('is what goes on being lost, whole chains, digests, links, log files, unlisted ones, then blocks', () => {
    const order: readonly FindingCode[] = [
      'logging-stopped',
      'validation-off',
      'selectors-narrowed',
      'chain-empty',
      'chain-truncated',
      'digest-replaced',
      'digest-missing',
      'digest-malformed',
      'digest-identity',
      'link-hash-mismatch',
      'chain-restarted',
      'log-missing',
      'log-foreign',
      'archive-conflict',
      'log-unlisted',
      'blocked-access',
      'blocked-unreachable',
    ];
    const said = order.toReversed().map((code) => say(code, '', {}));
    expect(byUrgency(said).map(({ first }) => first.code)).toEqual(order);
  });
  test('puts last what it does not know', () => {
    const unknown: Finding = { ...say('log-missing', '', {}), code: 'of later' as FindingCode };
    expect(byUrgency([unknown, say('blocked-unreachable', '', {})]).map(({ first }) => first.code)).toEqual([
      'blocked-unreachable',
      'of later',
    ]);
  });
  test('is by account, region and trail within one kind', () => {
    const of = (account: string, region: string, trail: string): Finding =>
      speaker({ ...CHAIN, account, region, source: { ...CHAIN.source, trail } })('log-missing', '', {});
    const wanted = [of('1', 'a', 'x'), of('1', 'a', 'y'), of('1', 'b', 'x'), of('2', 'a', 'x')];
    expect(byUrgency(wanted.toReversed()).map(({ first }) => first)).toEqual(wanted);
    expect(byUrgency(wanted).map(({ first }) => first)).toEqual(wanted);
  });
});

describe('findings of one kind on one chain', () => {
  test('are one, counted, from the earliest to the latest', () => {
    const findings = [
      say('log-missing', 'second', { from: at(5), to: at(6) }),
      say('log-missing', 'without a time', {}),
      say('log-missing', 'first', { from: at(1), to: at(9) }),
    ];
    findings.push(say('log-missing', 'last', { from: at(7), to: at(8) }));
    expect(byUrgency(findings)).toEqual([{ first: findings[0], count: 4, from: iso(1), to: iso(9) }]);
  });
  test('without any time have none, and nothing is nothing', () => {
    expect(byUrgency([say('chain-empty', '', {})])).toMatchObject([{ count: 1, from: null, to: null }]);
    expect(byUrgency([])).toEqual([]);
  });
});
