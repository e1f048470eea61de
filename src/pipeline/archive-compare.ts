/**
 * What was judged anew from the archive, held against what was recorded. The bytes decide; the record tells what they
 * were, so that a change since then is named as one, and keeps what only the collector could see.
 */
import type { DigestView, Finding, LogView } from '../core/coverage.ts';
import type { Digest } from '../core/digest.ts';
import { namedOnce } from '../core/judge.ts';
import { publicKeyKey } from '../core/layout.ts';
import type { LogReceipt, Receipt } from '../core/receipt.ts';
import { formatIso } from '../core/time.ts';
import { nameOf, conflict, type ChainIndex, type Filed, type Shelf } from './archive-index.ts';
import type { Reading, Served } from './archive-reader.ts';

export interface Compared {
  readonly view: DigestView;
  /** What is wrong with the archive and leaves every proof standing. */
  readonly findings: readonly Finding[];
  /** Verdicts that the bytes make better than the record: it is older than what came later. */
  readonly better: number;
}

interface Stand {
  readonly filed: Filed;
  readonly receipt: Receipt;
  readonly reading: Reading;
  readonly index: ChainIndex;
  readonly shelf: Shelf;
}

/**
 * Joins the two.
 * @param digest the content as judged; null when it could not be read
 */
export function heldAgainst(view: DigestView, digest: Digest | null, stand: Stand): Compared {
  const { receipt } = stand;
  const lines = new Map(receipt.logs.map((line) => [nameOf(line.origin), line]));
  const logs = view.logs.map((log) => comparedLog(log, lines.get(nameOf(log)) ?? null, stand));
  const findings = [...contradictions(view, digest, stand), ...logs.flatMap((one) => one.findings)];
  const joined = { ...joinedDigest(view, stand), logs: logs.map((one) => one.log) };
  const better = Number(receipt.digest.verdict !== 'valid' && joined.verdict === 'valid');
  return { view: joined, findings, better: logs.reduce((sum, one) => sum + Number(one.better), better) };
}

function joinedDigest(view: DigestView, stand: Stand): DigestView {
  const { receipt, reading, filed, shelf } = stand;
  const { digest, link } = receipt;
  // Only whoever saw both contents under one key can say so: the archive keeps the first and this one apart.
  if (digest.verdict === 'digest-replaced') return { ...view, verdict: digest.verdict, detail: digest.detail };
  if (digest.verdict !== 'valid') return view;
  if (view.verdict === 'key-unknown' || view.verdict === 'blocked-keys') {
    // With the right key the receipt was written: it was kept then.
    const key = publicKeyKey(shelf.place.prefix, filed.key.region, digest.fingerprint ?? '');
    const detail = `${view.detail}; its receipt says valid: the kept key ${key} is gone or altered`;
    return { ...view, verdict: 'key-unknown', detail };
  }
  if (view.verdict !== 'valid') {
    const damaged = damage(reading.served.get(nameOf(view)), digest.storedSha256);
    return { ...view, detail: `${view.detail}; ${damaged}` };
  }
  const held = link.verdict === 'linked' || link.verdict === 'chain-start';
  if (!held || view.link === 'linked' || view.link === 'chain-start') return view;
  return { ...view, linkDetail: `${view.linkDetail}; its receipt says ${link.verdict}` };
}

type ComparedLog = { readonly log: LogView; readonly findings: readonly Finding[]; readonly better: boolean };

function comparedLog(log: LogView, line: LogReceipt | null, stand: Stand): ComparedLog {
  const as = (told: LogView, better = false): ComparedLog => ({ log: told, findings: [], better });
  if (line === null) return as(log);
  if (line.verdict === 'archive-conflict') return as({ ...log, verdict: line.verdict, detail: line.detail });
  if (line.verdict !== 'valid') return as(log, log.verdict === 'valid');
  const served = stand.reading.served.get(nameOf(log));
  if (log.verdict !== 'valid') return as({ ...log, detail: `${log.detail}; ${damage(served, line.storedSha256)}` });
  const told = {
    ...log,
    source: line.source === null ? null : { code: line.source.verdict, detail: line.source.detail },
  };
  const { index, shelf } = stand;
  const overwritten = overwriting(served, line, stand);
  if (overwritten === null) return as(told);
  const finding = conflict(index.chain, { shelf, key: served?.archiveKey ?? '' }, overwritten);
  return { log: told, findings: [finding], better: false };
}

/** Other bytes of the same content, newer than the receipt that recorded them: nothing is ever overwritten by orgtrail. */
function overwriting(served: Served | undefined, line: LogReceipt, { filed }: Stand): string | null {
  const object = served?.object ?? null;
  const recorded = filed.receipt?.listed.lastModified ?? Number.POSITIVE_INFINITY;
  if (object === null || object.storedSha256 === line.storedSha256 || object.lastModified <= recorded) return null;
  return `it was overwritten after its receipt was written: the content is the same, the stored bytes had the SHA-256 ${line.storedSha256} and have ${object.storedSha256}`;
}

function damage(served: Served | undefined, recorded: string | null): string {
  if (served === undefined) return 'its receipt says valid';
  const { archiveKey, object } = served;
  if (object === null)
    return `the archive's object ${archiveKey} is gone, which its receipt recorded as proven with the stored SHA-256 ${recorded}`;
  if (object.storedSha256 !== recorded)
    return `the archive's object ${archiveKey} was changed since its receipt: it had the stored SHA-256 ${recorded} and has ${object.storedSha256}`;
  return `the archive's object ${archiveKey} is as its receipt recorded it, so the receipt's own verdict (valid) is wrong`;
}

/** A receipt that says something else of a digest than the digest itself was rewritten. */
function contradictions(view: DigestView, digest: Digest | null, stand: Stand): readonly Finding[] {
  const { receipt, index, shelf, filed } = stand;
  if (digest === null || view.verdict !== 'valid' || receipt.digest.verdict !== 'valid') return [];
  const named = new Map(namedOnce(digest).logs.map((log) => [nameOf(log), log.sha256]));
  const told = receipt.digest;
  const claims: readonly (readonly [string, unknown, unknown])[] = [
    ['start', told.start, formatIso(digest.start)],
    ['fingerprint', told.fingerprint, digest.fingerprint],
    ['predecessor', ordered(told.previous), ordered(digest.previous)],
    ['number of log files', receipt.logs.length, named.size],
    ...receipt.logs.map((line) => [line.origin.key, line.expectedSha256, named.get(nameOf(line.origin))] as const),
  ];
  const wrong = claims.find(([, one, other]) => one !== other);
  if (wrong === undefined) return [];
  const key = filed.receipt?.listed.key ?? '';
  const detail = `the receipt is not what was recorded: its ${wrong[0]} is ${String(wrong[1])}, the signed digest says ${String(wrong[2])}`;
  return [conflict(index.chain, { shelf, key }, detail)];
}

function ordered(previous: Receipt['digest']['previous']): string {
  if (previous === null || typeof previous !== 'object') return String(previous);
  return JSON.stringify([previous.bucket, previous.key, previous.sha256, previous.signature]);
}
