/** One judged digest as coverage sees it, with what its log files told: the same for a source and for the archive. */
import type { DigestView, LogView } from '../core/coverage.ts';
import { notesOn, type Verified } from '../core/judge.ts';
import type { ListedDigest } from '../core/work-list.ts';
import type { Chain } from '../core/source.ts';
import type { TrailChange } from '../core/trail-change.ts';
import { judgeLogs, type Bench, type Judged } from './judge.ts';

/** What one digest came to. */
export interface Viewed {
  readonly view: DigestView;
  /** `bucket/key` of each log file that it names. */
  readonly named: readonly string[];
  /** Calls that its proven log files tell of. */
  readonly changes: readonly TrailChange[];
  /** Bytes read, the digest's own included. */
  readonly bytes: number;
}

/** Judges the log files of a digest and puts both together. */
export async function viewOf(
  chain: Chain,
  { listed, judged }: { readonly listed: ListedDigest; readonly judged: Judged },
  bench: Bench,
): Promise<Viewed> {
  const named: string[] = [];
  const changes: TrailChange[] = [];
  let bytes = judged.pulled.object.bytes.length;
  const logs = await judgeLogs<LogView>(chain, judged.digest, {
    bench,
    onLog: async ({ named: { bucket, key }, verified, object }) => {
      named.push(`${bucket}/${key}`);
      changes.push(...changesOf(verified));
      bytes += object?.bytes.length ?? 0;
      const { verdict, notes } = verified;
      return { bucket, key, verdict: verdict.code, detail: verdict.detail, notes };
    },
  });
  const { digest, verdict, inspection } = judged.digest;
  const view: DigestView = {
    bucket: listed.bucket,
    key: listed.rawKey,
    end: listed.key.end,
    start: digest?.start ?? null,
    verdict: verdict.code,
    detail: verdict.detail,
    link: judged.link.code,
    linkDetail: judged.link.detail,
    previousKey: digest?.previous?.key ?? null,
    notes: notesOn(inspection),
    logs,
  };
  return { view, named, changes, bytes };
}

/** Only proven bytes tell of a change: anybody may put a log file with a StopLogging into a bucket. */
export function changesOf({ verdict, inspection }: Verified): readonly TrailChange[] {
  return verdict.code === 'valid' && inspection?.ok === true ? inspection.changes : [];
}
