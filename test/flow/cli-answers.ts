/** How `aws cloudtrail validate-logs` ended on the 25 published manipulations (reliability.md 1.2), version by version. */

/** 1.45.55 ends with 1 on these, and with 0 on the others. */
const REFUSED: ReadonlySet<string> = new Set(['V3', 'V5', 'V6', 'V10', 'V13', 'V23']);
/** What versions before it pass over as well. */
const REFUSED_SINCE: ReadonlySet<string> = new Set(['V5', 'V6']);
const OLDER = /^aws-cli\/(?:1\.45\.(?:\d|[1-4]\d)|2\.9\.\d+)$/;

/** What it prints where it passes over a row and says anything at all. */
export const PRINTED: ReadonlyMap<string, string> = new Map([
  ['V2', 'No digests found'],
  ['V17', 'No log files were delivered'],
]);

/** The exit status of 1.45.55. */
export function recordedExit(id: string): 0 | 1 {
  return REFUSED.has(id) ? 1 : 0;
}

/** Those of another version, as `aws --version` begins. 2.9.19 ends with an error of its own where a folder is empty (V2). */
export function exitsOf(id: string, version: string): readonly number[] {
  const older = OLDER.test(version);
  if (id === 'V2' && older) return [0, 255];
  return older && REFUSED_SINCE.has(id) ? [0] : [recordedExit(id)];
}
