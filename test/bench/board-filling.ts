/** An organization as the daemon keeps it in Redis for show: one account in fifty has a finding, one in a hundred is blocked. */
import { Redis } from 'ioredis';
import { chainId } from '../../src/core/board/ids.ts';
import { HOURS_SHOWN, type ChainCover, type CoverPart } from '../../src/core/board/cover.ts';
import { HOUR } from '../../src/core/time.ts';
import { createBoardStore } from '../../src/daemon/board-store.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import { chainOf, findingOf, partOf } from '../web/fake-accounts.ts';

export interface BoardSize {
  readonly accounts: number;
  /** Each account has one chain in each of them. */
  readonly regions: readonly string[];
}

interface Stores {
  readonly store: ReturnType<typeof createBoardStore>;
  readonly state: ReturnType<typeof createStateStore>;
  readonly regions: readonly string[];
}

const AT_ONCE = 100;

/** Writes it by the daemon's own stores. */
export async function fillBoard(url: string, { accounts, regions }: BoardSize): Promise<void> {
  const client = new Redis(url);
  const stores = { store: createBoardStore(client, Date.now), state: createStateStore(client), regions };
  const ids = Array.from({ length: accounts }, (_, at) => String(100_000_000_000 + at * 7_654_321));
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(ids.slice(at, at + AT_ONCE).map((id, offset) => fillAccount(id, at + offset, stores)));
  }
  await client.quit();
}

async function fillAccount(id: string, at: number, { store, state, regions }: Stores): Promise<void> {
  const now = Date.now();
  const failed = at % 50 === 7;
  const part = movedToNow(partOf(id, failed ? { state: 'failed', reason: 'log-hash-mismatch', open: 1 } : {}), now);
  const problem = { code: 'blocked-access', detail: 'the role may not s3:GetObject', hint: 'allow it' };
  const blocked: Partial<CoverPart> = at % 100 === 3 ? { state: 'blocked', reason: problem.code, problem } : {};
  const findings = failed ? [findingOf(id)] : [];
  const chains = regions.map((region) => chainIn(id, region, now));
  await store.putCover({
    part: { ...part, ...blocked },
    chains,
    findings: { account: id, reader: id, at: now, findings, more: 0 },
  });
  const account = {
    id,
    name: `account ${at}`,
    state: 'ACTIVE',
    origin: 'organization',
    role: null,
    externalId: null,
  } as const;
  await state.surveyed({ account, sources: [], problems: [], unknowns: [] }, [], now);
  await Promise.all(chains.map((chain) => fillChain(chain, state, now)));
}

async function fillChain(chain: ChainCover, state: Stores['state'], now: number): Promise<void> {
  const outcome = {
    digests: [],
    captured: 0,
    pendingLogs: 0,
    unlisted: 0,
    unrecognised: 0,
    newestDigestEnd: now - HOUR,
    problem: null,
  };
  await state.swept({ chain, outcome, depth: 'full', held: 0 }, now);
  await state.proven(chain, now - HOUR);
}

function chainIn(account: string, region: string, at: number): ChainCover {
  const chain = chainOf(account, { at, region });
  return { ...chain, id: chainId(chain) };
}

function movedToNow(part: CoverPart, now: number): CoverPart {
  const from = Math.floor(now / HOUR) * HOUR - (HOURS_SHOWN - 1) * HOUR;
  return { ...part, at: now, fullAt: now, verifiedUntil: now - HOUR, hours: { ...part.hours, from } };
}
