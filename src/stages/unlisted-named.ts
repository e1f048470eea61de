/** Which files of a folder the receipts around them name, and for which time the digests of its trails account. */
import { newestReceipts, parseReceiptKey, receiptFolder, type ReceiptName } from '../core/layout.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Chain, ChainKind, Problem, Source } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { accountedSpans, type Span } from '../core/unlisted.ts';
import { OperatingError } from '../errors.ts';
import type { UnlistedPorts } from './unlisted-walk.ts';

/** A file whose digest is looked for, by `bucket/key`. `time`: the minute in its name, epoch ms. */
export interface Sought {
  readonly name: string;
  readonly time: number;
}

/** Receipts that one look may open: a week of four trails, and far more than a healthy folder ever needs. */
const MOST_RECEIPTS = 5000;
const OPENED_AT_ONCE = 8;

/** The newest receipt of every digest of all trails, those gone included, that ever delivered for this account and region. */
export async function receiptNames(chain: Chain, { archive, place }: UnlistedPorts): Promise<readonly ReceiptName[]> {
  const { account, region } = chain;
  const probe = receiptFolder(place.prefix, { account, region, trail: '-', kind: 'standard' });
  const root = probe.slice(0, probe.indexOf('-/standard/'));
  const trails = await archive.folders({ bucket: place.bucket, owner: place.owner, prefix: root });
  const names: ReceiptName[] = [];
  for (const folder of trails) {
    for (const kind of ['standard', 'backfill'] as const satisfies readonly ChainKind[]) {
      const prefix = receiptFolder(place.prefix, { account, region, trail: folder.slice(0, -1), kind });
      const found: ReceiptName[] = [];
      for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix })) {
        const name = parseReceiptKey(place.prefix, key);
        if (name !== null) found.push(name);
      }
      names.push(...newestReceipts(found));
    }
  }
  return names;
}

/** What the receipts around the files say. */
export interface Named {
  /** By file: the receipt of a valid digest that names it, or null where none was found. */
  readonly by: ReadonlyMap<string, { readonly receipt: Receipt; readonly proven: boolean } | null>;
  /** What each trail that delivers to the folder accounts for. */
  readonly spans: readonly (readonly Span[])[];
  readonly problem: Problem | null;
}

/**
 * Opens the receipts near the files: those that end from an hour before a file's minute until the grace after it, and
 * every backfill digest since. A file near a receipt that cannot be read is left out: what it names nobody knows.
 * @param sharers the trails that deliver to the folder
 */
export async function namedNear(
  files: readonly Sought[],
  { names, sharers }: { readonly names: readonly ReceiptName[]; readonly sharers: readonly Source[] },
  ports: UnlistedPorts,
): Promise<Named> {
  const { sought, near } = withinBudget(files, names, ports.grace);
  const by = new Map<string, { readonly receipt: Receipt; readonly proven: boolean } | null>(
    sought.map(({ name }) => [name, null]),
  );
  const valid = new Set<ReceiptName>();
  let problem: Problem | null = null;
  for (let at = 0; at < near.length; at += OPENED_AT_ONCE) {
    ports.signal.throwIfAborted();
    const opened = await Promise.all(near.slice(at, at + OPENED_AT_ONCE).map((name) => open(name, ports)));
    for (const { name, receipt } of opened) {
      if (receipt instanceof OperatingError) {
        problem ??= { code: receipt.code, detail: receipt.message, hint: receipt.hint };
        for (const { name: file } of sought.filter(({ time }) => isNear(name, time, ports.grace))) by.delete(file);
        continue;
      }
      if (receipt.digest.verdict === 'valid') valid.add(name);
      for (const { origin, verdict } of receipt.logs) {
        const file = `${origin.bucket}/${origin.key}`;
        const known = by.get(file);
        if (known === null || known?.proven === false) by.set(file, { receipt, proven: verdict === 'valid' });
      }
    }
  }
  return { by, spans: sharers.map((source) => spansOf(source, names, (name) => valid.has(name))), problem };
}

async function open(
  name: ReceiptName,
  ports: UnlistedPorts,
): Promise<{ readonly name: ReceiptName; readonly receipt: Receipt | OperatingError }> {
  try {
    return { name, receipt: await ports.readReceipt(name) };
  } catch (error) {
    if (error instanceof OperatingError && !error.retryable) return { name, receipt: error };
    throw error;
  }
}

/** The oldest files first, as many as the receipts allow: the others' turn comes with the next sweep. */
function withinBudget(
  files: readonly Sought[],
  names: readonly ReceiptName[],
  grace: number,
): { readonly sought: readonly Sought[]; readonly near: readonly ReceiptName[] } {
  let sought = files.toSorted((a, b) => a.time - b.time);
  for (;;) {
    const windows = windowsOf(sought, grace);
    const first = sought[0]?.time ?? Infinity;
    const near = names.filter(({ kind, end }) =>
      kind === 'backfill' ? end >= first - HOUR : windows.some(({ from, to }) => end >= from && end <= to),
    );
    if (near.length <= MOST_RECEIPTS || sought.length <= 1) return { sought, near };
    sought = sought.slice(0, Math.ceil(sought.length / 2));
  }
}

function windowsOf(
  sought: readonly Sought[],
  grace: number,
): readonly { readonly from: number; readonly to: number }[] {
  const windows: { from: number; to: number }[] = [];
  for (const { time } of sought) {
    const last = windows.at(-1);
    if (last !== undefined && time - HOUR <= last.to) last.to = time + grace;
    else windows.push({ from: time - HOUR, to: time + grace });
  }
  return windows;
}

function isNear({ kind, end }: ReceiptName, time: number, grace: number): boolean {
  return end >= time - HOUR && (kind === 'backfill' || end <= time + grace);
}

const PROVEN_BY_NAME: ReadonlySet<string> = new Set(['linked', 'start', 'defended', 'unlinked']);

/**
 * What a trail accounts for, told from the names of its receipts.
 * @param opened true for those of which more is known than the name: their digest is valid
 */
export function spansOf(
  source: Source,
  names: readonly ReceiptName[],
  opened: (name: ReceiptName) => boolean,
): readonly Span[] {
  const own = names.filter(({ trail, homeRegion }) => trail === source.trail && homeRegion === source.homeRegion);
  const views = (kind: ChainKind) =>
    own
      .filter((name) => name.kind === kind)
      .map((name) => ({
        verdict: PROVEN_BY_NAME.has(name.state) || opened(name) ? ('valid' as const) : ('digest-missing' as const),
        start: name.start,
        end: name.end,
        link: name.state === 'start' ? ('chain-start' as const) : ('linked' as const),
      }));
  return accountedSpans({ standard: views('standard'), backfill: views('backfill'), silent: [] });
}
