/** Pull and verify one digest with everything it names. Used with consolidation (collect) and without (verify). */
import { namedOnce, type Judgement } from '../core/judge.ts';
import type { Chain } from '../core/source.ts';
import { isBlockedCode, type LinkCode, type NoteCode } from '../core/verdict.ts';
import type { AccountSession } from '../ports.ts';
import { findKey, type KeyStore, type KnownKeys } from '../stages/keys.ts';
import { pullDigest, pullLog, pullPredecessor, type PulledDigest, type PullPorts } from '../stages/pull.ts';
import {
  MOST_READINGS,
  verifyDigest,
  verifyLink,
  verifyLog,
  type JudgedDigest,
  type JudgedLog,
  type VerifyPorts,
} from '../stages/verify.ts';
import { verifyLimits, type PipelineParts, type Slot } from './parts.ts';

/** Everything one judgement needs besides the digest itself. */
export interface Bench {
  readonly parts: PipelineParts;
  readonly session: AccountSession;
  readonly known: KnownKeys;
  /** Where keys are kept and lost files are looked for; null: the source is judged alone. */
  readonly store: KeyStore | null;
  readonly slot: Slot;
  readonly signal: AbortSignal;
}

export interface Judged {
  readonly pulled: PulledDigest;
  readonly digest: JudgedDigest;
  readonly link: Judgement<LinkCode>;
}

/** The verdict on one log file handed on as soon as it stands, so that bytes are not kept for the whole digest. */
export type OnLog<Result> = (log: JudgedLog, notes: readonly NoteCode[]) => Promise<Result>;

/** The digest and its link; null when the digest is gone from the source. */
export async function judgeOne(
  chain: Chain,
  where: { readonly bucket: string; readonly key: string },
  bench: Bench,
): Promise<Judged | null> {
  const ports = portsOf(bench);
  const read = await readDigest(chain, where, bench);
  if (read === null) return null;
  const { pulled, digest } = read;
  if (digest.digest === null || digest.verdict.code !== 'valid') {
    // What an unproven digest says of its predecessor is hearsay; the verdict on the digest is the finding.
    return { pulled, digest, link: { code: 'digest-missing', detail: 'not judged: the digest itself is not valid' } };
  }
  const places = digest.digest.previous === null ? [] : pullPredecessor(chain, digest.digest.previous, ports.pull);
  const link = await bench.slot(() =>
    verifyLink({ chain, digest: digest.digest ?? never(), kind: pulled.key.kind }, places, ports.verify),
  );
  return { pulled, digest, link };
}

/** The digest with its own verdict. One that fails is read again: a bit that flipped on the way is no finding. */
async function readDigest(
  chain: Chain,
  where: { readonly bucket: string; readonly key: string },
  bench: Bench,
): Promise<Pick<Judged, 'pulled' | 'digest'> | null> {
  const ports = portsOf(bench);
  let last: Pick<Judged, 'pulled' | 'digest'> | null = null;
  for (let readings = 0; readings < MOST_READINGS; readings += 1) {
    const pulled = await bench.slot(() => pullDigest(chain, where, ports.pull));
    if (pulled === null) break;
    bench.signal.throwIfAborted();
    last = { pulled, digest: await verifyDigest(pulled, ports.verify) };
    const { code } = last.digest.verdict;
    if (code === 'valid' || isBlockedCode(code)) break;
  }
  return last;
}

/** The log files of a valid digest, each read, judged and handed on within one slot. */
export async function judgeLogs<Result>(
  chain: Chain,
  judged: JudgedDigest,
  { bench, onLog }: { readonly bench: Bench; readonly onLog: OnLog<Result> },
): Promise<readonly Result[]> {
  if (judged.digest === null || judged.verdict.code !== 'valid') return [];
  const ports = portsOf(bench);
  const { logs, twice, contradicted } = namedOnce(judged.digest);
  return Promise.all(
    logs.map((named) =>
      bench.slot(async () => {
        bench.signal.throwIfAborted();
        const name = `${named.bucket}/${named.key}`;
        const log = await verifyLog(chain, named, { places: pullLog(chain, named, ports.pull), ports: ports.verify });
        const notes: readonly NoteCode[] = twice.has(name) ? ['log-listed-twice'] : [];
        return onLog(contradicted.has(name) ? contradiction(log) : log, notes);
      }),
    ),
  );
}

/** Two hashes for one file: whichever the bytes match, the digest contradicts itself. */
function contradiction(log: JudgedLog): JudgedLog {
  const verdict = { code: 'log-hash-mismatch', detail: 'the digest names it twice with different hashes' } as const;
  return { ...log, verified: { ...log.verified, verdict } };
}

/** What pulling and verifying need of the bench. */
export function portsOf(bench: Bench): { readonly pull: PullPorts; readonly verify: VerifyPorts } {
  const { parts, session, known, store } = bench;
  const limits = verifyLimits(parts.config);
  const now = parts.clock.now();
  return {
    pull: { objects: session.objects, fallback: store, maxBytes: limits.maxBytes },
    verify: {
      ...limits,
      inspector: parts.inspector,
      now,
      findKey: ({ chain, fingerprint, at }) =>
        findKey({ region: chain.region, fingerprint, at, session, now }, known, store),
    },
  };
}

function never(): never {
  throw new Error('a valid digest has content');
}
