/** What receipts tell of trails that nothing is recorded of yet: an archive of before, on its first survey. */
import pLimit from 'p-limit';
import type { Source } from '../core/source.ts';
import {
  accountsInReceipts,
  hasReceipt,
  sourceInReceipts,
  trailsInReceipts,
  type TrailPorts,
} from '../stages/trails.ts';

const AT_ONCE = 8;

/** An account's own trails that have receipts and are not described, with the regions of their receipts. */
export async function lostTrails(
  account: string,
  described: ReadonlySet<string>,
  ports: TrailPorts,
): Promise<readonly { readonly source: Source; readonly regions: readonly string[] }[]> {
  const names = new Set(
    [...described].filter((arn) => arn.split(':')[4] === account).map((arn) => arn.split('/').at(-1)),
  );
  const lost: { source: Source; regions: readonly string[] }[] = [];
  for (const [trail, regions] of await trailsInReceipts(account, ports)) {
    const [region] = regions;
    if (names.has(trail) || region === undefined) continue;
    const source = await sourceInReceipts({ account, region, trail }, ports);
    if (source !== null) lost.push({ source, regions });
  }
  return lost;
}

/** The regions that a source has receipts from, by account: for an organization trail all accounts are asked for. */
export async function receiptChains(
  source: Source,
  ports: TrailPorts,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { trail, homeRegion } = source;
  const accounts = source.org === null ? [source.reader] : await accountsInReceipts(ports);
  const limit = pLimit(AT_ONCE);
  const regionsOf = async (account: string): Promise<readonly string[]> => {
    const regions = (await trailsInReceipts(account, ports)).get(trail) ?? [];
    const held: string[] = [];
    for (const region of regions)
      if (await hasReceipt({ account, region, trail, homeRegion }, ports)) held.push(region);
    return held;
  };
  const lists = await Promise.all(
    accounts.map((account) => limit(async () => [account, await regionsOf(account)] as const)),
  );
  return new Map(lists.filter(([, regions]) => regions.length > 0));
}
