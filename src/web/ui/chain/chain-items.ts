/** The digests of one window as a line: what stands between two of them is as telling as they are. */
import type { DigestLine, DigestsPage } from '../../contract/chains.ts';
import type { FindingView } from '../../contract/findings.ts';
import type { CellStateName } from '../../contract/shape.ts';

/**
 * How a digest is joined to the one before it. `held`: it names the hash and signature of its predecessor, and they
 * match. `untold`: it failed or could not be read, and a listing alone does not tell whether its link did.
 */
export type LinkState = 'held' | 'begins' | 'restarted' | 'missing' | 'broken' | 'blocked' | 'untold';

export interface LinkItem {
  readonly type: 'link';
  readonly id: string;
  readonly state: LinkState;
  /** The finding that says so; null where none does. */
  readonly code: string | null;
}

export interface DigestItem {
  readonly type: 'digest';
  readonly id: string;
  readonly digest: DigestLine;
  /** Codes of what was found in it, each once. */
  readonly codes: readonly string[];
}

export interface GapItem {
  readonly type: 'gap';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly state: CellStateName;
}

export type ChainItem = LinkItem | DigestItem | GapItem;

const LINK_CODES: ReadonlySet<string> = new Set([
  'link-hash-mismatch',
  'link-signature-mismatch',
  'time-gap',
  'chain-fork',
]);

/** Newest first, as somebody reads it at night: each digest, then its link to the one before, then a gap if there is one. */
export function chainItems(page: DigestsPage, findings: readonly FindingView[]): readonly ChainItem[] {
  const items: ChainItem[] = [];
  const gaps = page.gaps.toSorted((a, b) => b.from.localeCompare(a.from));
  const digests = page.digests.toReversed();
  for (const [index, digest] of digests.entries()) {
    while (gaps[0] !== undefined && gaps[0].from >= digest.end) pushGap(items, gaps.shift());
    const own = findings.filter((one) => one.to === digest.end && one.goneAt === null);
    items.push({ type: 'digest', id: digest.id, digest, codes: [...new Set(own.map(({ code }) => code))] });
    items.push(linkOf(digest, own, digests.slice(index + 1)));
  }
  while (gaps.length > 0) pushGap(items, gaps.shift());
  return items;
}

function pushGap(items: ChainItem[], gap: DigestsPage['gaps'][number] | undefined): void {
  if (gap !== undefined) items.push({ type: 'gap', id: `gap-${gap.from}`, ...gap });
}

function linkOf(digest: DigestLine, own: readonly FindingView[], before: readonly DigestLine[]): LinkItem {
  const code = own.find((one) => LINK_CODES.has(one.code))?.code ?? null;
  const restart = own.find((one) => one.code === 'chain-restarted')?.code ?? null;
  const link = (state: LinkState, said: string | null = null): LinkItem => ({
    type: 'link',
    id: `link-${digest.id}`,
    state,
    code: said,
  });
  if (code !== null) return link('broken', code);
  switch (digest.state) {
    case 'linked':
      return link('held');
    case 'defended':
      return link(restart === null ? 'held' : 'restarted', restart);
    case 'start':
      return before.some((one) => one.kind === digest.kind) || restart !== null
        ? link('restarted', restart ?? 'chain-restarted')
        : link('begins', 'chain-start');
    case 'unlinked':
      return link('missing', 'digest-missing');
    case 'failed':
      return link('untold');
    case 'blocked':
      return link('blocked');
  }
}
