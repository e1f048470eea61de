/**
 * What we say that `aws cloudtrail validate-logs` says, held against what it said: its recorded exit statuses over the 25
 * published manipulations (which tampering-table.test.ts holds against the one on this machine) and over the scenarios.
 */
import { describe, expect, test } from 'vitest';
import { peerOf } from '../../src/core/board/peer.ts';
import { TAMPERINGS } from '../cloud/forge/damage/tampering.ts';
import { HOUR } from '../cloud/forge/times.ts';
import { PRINTED, recordedExit } from './cli-answers.ts';
import { openChain } from './one-chain.ts';
import { readScenarios } from './oracle-scenario.ts';
import { EXPECTED } from './oracle-table.ts';
import { verifyHere } from './verify-here.ts';

/** In V18 the link leads past the digests that are gone. */
const SKIPPED: ReadonlySet<string> = new Set(['V18']);
const PHASE = 13 * 60_000 + 52_000;

type Said = { readonly code: string; readonly detail: string };

/** It ends with 0 exactly where it passes over everything that we find. */
function exitOf(said: readonly Said[], id: string): 0 | 1 {
  const passed = said.every(({ code, detail }) => {
    const answer = peerOf(code, { detail, skipped: SKIPPED.has(id) });
    return answer !== null && answer.says.endsWith('exit status 0');
  });
  return passed ? 0 : 1;
}

describe('the published manipulations', () => {
  test.for(TAMPERINGS)('$id $name', { timeout: 60_000 }, async ({ id, apply }) => {
    const world = await openChain({ start: Math.floor(Date.now() / HOUR - 48) * HOUR + PHASE, hours: 12 });
    try {
      apply(world);
      world.publish();
      const { report } = await verifyHere(world, { from: world.start, to: world.end() });
      expect(report.findings.length > 0).toBe(id !== 'V9');
      expect(exitOf(report.findings, id)).toBe(recordedExit(id));
      const words = PRINTED.get(id);
      const says = report.findings.flatMap(({ code, detail }) => peerOf(code, { detail })?.says ?? []).join('\n');
      if (words !== undefined) expect(says).toContain(words);
    } finally {
      await world.close();
    }
  });
});

describe('the recorded scenarios', () => {
  const scenarios = readScenarios();
  test.skipIf(scenarios.size === 0).for([...EXPECTED])('%s', ([name, { findings, cli }]) => {
    expect(scenarios.get(name)?.cli['1.45.55']?.rc).toBe(cli[1]);
    const said = Object.keys(findings).map((code) => ({ code, detail: '' }));
    // Where we find nothing there is nothing to differ in: that older key encodings are refused is no verdict of ours.
    if (said.length > 0) expect(exitOf(said, name)).toBe(cli[1]);
  });
});

describe('a file that was proven from a copy', () => {
  test('is to it what the source holds', () => {
    const from = (verdict: string, detail = '') => peerOf('valid', { source: { verdict, detail } })?.says ?? null;
    expect(from('log-missing')).toBe('"INVALID: not found"; exit status 1');
    expect(from('log-hash-mismatch')).toContain("hash value doesn't match");
    expect(from('log-malformed', 'gzip CRC-32 does not match')).toContain('INVALID');
    expect(from('log-malformed', 'gzip trailer cut: 4 of 8 bytes')).toBeNull();
    expect(from('blocked-access')).toBeNull();
  });
});

test('where it agrees, and where nobody measured, nothing is claimed', () => {
  for (const code of ['valid', 'linked', 'chain-start', 'log-missing', 'log-hash-mismatch', 'digest-missing'])
    expect(peerOf(code)).toBeNull();
  for (const code of ['digest-replaced', 'blocked-access', 'logging-stopped', 'archive-conflict', 'constructor'])
    expect(peerOf(code)).toBeNull();
  expect(peerOf('digest-malformed', { detail: 'not JSON: x' })).toBeNull();
  expect(peerOf('digest-impossible-time', { detail: 'it ends in the future' })).toBeNull();
  expect(peerOf('digest-identity', { detail: 'trail in the key is x, expected y' })).toBeNull();
  expect(peerOf('log-malformed', { detail: 'gzip CRC-32 does not match' })).toBeNull();
  expect(peerOf('valid', { notes: ['log-recompressed'] })).toBeNull();
  expect(peerOf('valid', { notes: ['gzip-header-data'] })?.says).toContain('valid');
});
