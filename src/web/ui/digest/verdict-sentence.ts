/** What a digest's receipt says, in one sentence. */
import type { DigestPage, LogView } from '../../contract/chains.ts';

type Said = Pick<DigestPage, 'line' | 'verdict' | 'link' | 'counts' | 'logs'>;

/** True for what a person should look at in a list of log files, though it may be proven. */
export function isWorthALook(log: LogView): boolean {
  return log.verdict !== 'valid' || log.source !== null || log.peer !== null || log.notes.includes('gzip-header-data');
}

/** Only a receipt of a proven digest is said to prove anything. */
export function verdictSentence(said: Said): string {
  const { line, link } = said;
  switch (line.state) {
    case 'linked':
      return `Proven: CloudTrail signed it, it is linked to the digest before it, and ${filesFound(said)}.`;
    case 'start':
      return `Proven: CloudTrail signed it as the beginning of a chain, and ${filesFound(said)}.`;
    case 'defended':
      return `Proven, by what the archive holds: ${filesFound(said)}, ${defence(said)}.`;
    case 'unlinked':
      return `Not proven yet: it is valid by itself and ${filesFound(said)}, but the digest before it is not there.`;
    case 'blocked':
      return `Could not be looked at: ${blockedBy(said)}.`;
    case 'failed':
      return `Failed: ${faults(said).join(', and ')}.${link.verdict === 'linked' ? ' Its link to the digest before it holds.' : ''}`;
  }
}

function filesFound({ counts }: Said): string {
  if (counts.named === 0) return 'it names no log file';
  if (counts.named === counts.valid)
    return counts.named === 1
      ? 'its one log file has the right hash'
      : `all ${counts.named} log files have the right hash`;
  return `${counts.valid} of ${counts.named} log files have the right hash`;
}

function defence({ logs }: Said): string {
  const gone = logs.filter((log) => log.source !== null).length;
  if (gone === 0) return 'with bytes beside the content that nobody signed';
  return `${gone} of them only in the copy taken before the source lost or changed ${gone === 1 ? 'it' : 'them'}`;
}

function blockedBy({ verdict, link, logs }: Said): string {
  if (verdict.startsWith('blocked-')) return verdict;
  if (link.verdict.startsWith('blocked-')) return `the digest before it (${link.verdict})`;
  const codes = [...new Set(logs.map((log) => log.verdict).filter((code) => code.startsWith('blocked-')))];
  return codes.length === 0 ? 'part of it' : codes.join(', ');
}

function faults({ verdict, link, counts }: Said): readonly string[] {
  const told: string[] = [];
  if (verdict !== 'valid') told.push(`the digest itself is not what CloudTrail wrote (${verdict})`);
  if (!['linked', 'chain-start', 'digest-missing'].includes(link.verdict))
    told.push(`its link to the digest before it does not hold (${link.verdict})`);
  if (counts.invalid > 0)
    told.push(`${counts.invalid} of ${counts.named} log files ${are(counts.invalid)} not what was delivered`);
  if (counts.missing > 0) told.push(`${counts.missing} of ${counts.named} log files ${are(counts.missing)} gone`);
  if (counts.blocked > 0) told.push(`${counts.blocked} of ${counts.named} log files could not be read`);
  return told.length === 0 ? ['the receipt says so and names no reason'] : told;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}
