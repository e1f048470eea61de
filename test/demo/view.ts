/** What orgtrail itself says of the demo: the report of `orgtrail status` by the demo's clock, and the archive's keys. */
import { openParts } from '../../src/cli/open.ts';
import type { Request } from '../../src/cli/request.ts';
import { statusReport, type StatusReport } from '../../src/cli/status.ts';
import type { Config } from '../../src/config.ts';
import { newestReceipts, parseReceiptKey, provenKey } from '../../src/core/layout.ts';
import { parseKey } from '../../src/core/key.ts';
import type { Clock } from '../../src/ports.ts';
import type { Insider } from './insider.ts';

export interface View {
  report(): Promise<StatusReport>;
  close(): Promise<void>;
}

/** `from`: the time since which the report asks for proof, epoch milliseconds. */
export function openView(config: Config, clock: Clock, from: number): View {
  const open = openParts(config, clock);
  const request: Request = {
    config,
    clock,
    screen: process.stderr,
    json: true,
    from,
    to: null,
    accounts: [],
    regions: [],
    trails: [],
    signal: new AbortController().signal,
  };
  return { report: () => statusReport(request, open.parts), close: () => open.close() };
}

const PROVEN: ReadonlySet<string> = new Set(['linked', 'start', 'defended']);

/** What lies in the archive, counted by its keys. */
export interface Archived {
  /** Newest receipts: both links and every log proven, or not. */
  readonly proven: number;
  readonly failed: number;
  readonly logs: number;
  readonly pending: number;
  readonly quarantined: number;
}

export function countArchive(keys: readonly string[]): Archived {
  const held = new Set(keys);
  const receipts = newestReceipts(keys.map((key) => parseReceiptKey('', key)).filter((name) => name !== null));
  const proven = receipts.filter(({ state }) => PROVEN.has(state)).length;
  const captured = keys.filter((key) => key.startsWith('orgtrail/pending/')).map(originalOf);
  return {
    proven,
    failed: receipts.filter(({ state }) => state === 'failed').length,
    logs: keys.filter((key) => key.startsWith('AWSLogs/') && parseKey(key)?.type === 'log').length,
    pending: captured.filter((key) => !held.has(provenKey('', key))).length,
    quarantined: keys.filter((key) => /^orgtrail\/quarantine\/.*\/bytes-[^/]+$/.test(key)).length,
  };
}

/** The member's own key behind `orgtrail/pending/{bucket}/`. */
function originalOf(key: string): string {
  return key.split('/').slice(3).join('/');
}

/** `5 verified, 1 failed` */
export function statesText(report: StatusReport): string {
  const counts = new Map<string, number>();
  for (const { state } of report.accounts) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

/** True when the report names the forged file as changed. */
export function showsForgery(report: StatusReport, insider: Insider): boolean {
  const forged = insider.forged();
  return report.findings.some((one) => one.code === 'log-hash-mismatch' && one.key !== null && one.key === forged?.key);
}

/** True when the file that was deleted at the member is proven in the archive. */
export function provesDeleted(insider: Insider, keys: readonly string[]): boolean {
  const deleted = insider.deleted();
  return deleted !== null && keys.includes(provenKey('', deleted.key));
}

/** True for what is said of the deleted file: the archive proves it, and its source has lost it. */
function tellsDeletion({ code, key }: StatusReport['findings'][number], insider: Insider): boolean {
  return code === 'log-missing' && key !== null && key === insider.deleted()?.key;
}

/** What is not as it ought to be at the end; empty when all is well. */
export function complaints(report: StatusReport, insider: Insider, keys: readonly string[]): readonly string[] {
  const told: string[] = [];
  for (const { account, state, reason } of report.accounts) {
    const wanted = account === insider.forges ? 'failed' : 'verified';
    if (state !== wanted) told.push(`account ${account} is ${state} (${reason ?? 'no reason'}), not ${wanted}`);
  }
  if (!showsForgery(report, insider)) told.push('the forged log file is not shown as log-hash-mismatch');
  const strange = report.findings.filter((one) => one.account !== insider.forges && !tellsDeletion(one, insider));
  told.push(...strange.map(({ code, account }) => `${code} in account ${account}, where nothing was done`));
  if (!provesDeleted(insider, keys)) told.push('the deleted log file is not proven in the archive');
  if (!report.findings.some((one) => tellsDeletion(one, insider)))
    told.push('nothing says that the source has lost the deleted log file');
  return told;
}
