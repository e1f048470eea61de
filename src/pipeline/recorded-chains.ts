/** The chains of an account that cannot be looked at, from what the archive remembers of its trails. */
import type { Account, Chain } from '../core/source.ts';
import { recordedChains } from '../core/trail-memory.ts';
import { newestRecords, sourceInReceipts, trailsInReceipts, type TrailPorts } from '../stages/trails.ts';
import { archivePlace, type PipelineParts } from './parts.ts';

/** By its trail records, and by its receipts for trails of which there is no record. `complete` false: there may be more. */
export async function rememberedChains(
  account: Pick<Account, 'id'>,
  { archive, clock, config }: PipelineParts,
): Promise<{ readonly chains: readonly Chain[]; readonly complete: boolean }> {
  const ports: TrailPorts = { archive, place: archivePlace(config) };
  const { records, damaged } = await newestRecords(account.id, clock.now(), ports);
  const chains = records.flatMap((record) => recordedChains(record, record.source));
  const known = new Set(records.map(({ source }) => source.trail));
  for (const [trail, regions] of await trailsInReceipts(account.id, ports)) {
    const [first] = regions;
    if (known.has(trail) || first === undefined) continue;
    const source = await sourceInReceipts({ account: account.id, region: first, trail }, ports);
    if (source !== null) chains.push(...regions.map((region) => ({ account: account.id, region, source })));
  }
  return { chains, complete: chains.length > 0 && damaged.length === 0 };
}
