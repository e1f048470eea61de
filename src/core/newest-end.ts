/** The newest end of a chain, where nothing that comes after tells that something is missing (reliability.md V1, V2). */
import type { Expectation, Finding, Part, Say } from './coverage.ts';
import type { Chain } from './source.ts';
import { formatIso, HOUR } from './time.ts';
import type { CellState } from './verdict.ts';

/**
 * AWS writes a digest every hour, empty ones too, so silence past the grace is a finding.
 * @param newest digestEndTime of the newest digest, epoch milliseconds; null when there is none
 */
export function judgeNewestEnd(
  chain: Chain,
  { newest, expected }: { readonly newest: number | null; readonly expected: Expectation },
  say: Say,
): Part {
  const { status, validation } = chain.source;
  // A digest covers an hour and may take the grace to arrive: up to here one must be there.
  const due = Math.min(expected.to ?? expected.now, expected.now - expected.grace - HOUR);
  if (!validation)
    return one(
      'unverifiable',
      say('validation-off', 'the trail writes no digests, so its log files cannot be proven', {
        from: newest,
        to: null,
      }),
      newest ?? due,
    );
  if (status !== null && !status.logging) {
    const stopped = status.stoppedLogging ?? newest ?? due;
    if (newest === null || stopped <= newest + HOUR)
      return one(
        'unverifiable',
        say('logging-stopped', 'the trail is switched off', { from: newest ?? stopped, to: null }),
        newest ?? stopped,
      );
  }
  // Digests that lie in the source and have no receipt yet: the collector is behind, which is no fault of the chain.
  if (expected.waiting === true && (newest === null || newest < due)) {
    const from = newest ?? status?.startedLogging ?? due;
    return { cells: [{ from: Math.min(from, due), to: due, state: 'late' }], findings: [] };
  }
  if (newest === null) return emptyChain(chain, { expected, due }, say);
  if (newest >= due) return { cells: [], findings: [] };
  const delivered = status?.latestDigestDelivery ?? null;
  const known = delivered !== null && delivered > newest + 1.5 * HOUR;
  const detail = known
    ? `AWS says that it delivered a digest at ${formatIso(delivered)}`
    : `no digest since, and the next was due at ${formatIso(newest + HOUR)}`;
  const late = say('chain-truncated', detail, { from: newest, to: due });
  return {
    cells: [{ from: newest, to: due, state: known || expected.to !== null ? 'failed' : 'late' }],
    findings: [late],
  };
}

function emptyChain(chain: Chain, { expected, due }: { expected: Expectation; due: number }, say: Say): Part {
  const started = chain.source.status?.startedLogging ?? null;
  const from = expected.from ?? started;
  // Logging, or the window itself, begins so late that no digest is due yet: nothing is known, and nothing is missing.
  const begins = Math.max(started ?? Number.NEGATIVE_INFINITY, from ?? Number.NEGATIVE_INFINITY);
  if (begins >= due)
    return { cells: [{ from: begins, to: Math.max(begins, expected.now), state: 'unknown' }], findings: [] };
  const finding = say('chain-empty', 'validation is on, and no digest is there', { from, to: due });
  return { cells: [{ from: from ?? due, to: due, state: 'failed' }], findings: [finding] };
}

function one(state: CellState, finding: Finding, at: number): Part {
  return { cells: [{ from: at, to: at, state }], findings: [finding] };
}
