/** What a scrape saw, made up, and the lines that are told of it. */
import type { BoardFinding, FindingsPart } from '../../src/core/board/finding.ts';
import { createMetrics, type Seen } from '../../src/web/metrics.ts';
import type { BoardSeen, Standing } from '../../src/web/metrics-board.ts';

export const [ONE, TWO, THREE] = ['222222222222', '333333333333', '444444444444'];
export const CHAIN = {
  reader: ONE,
  account: ONE,
  trailArn: 'arn:aws:cloudtrail:us-east-1:222222222222:trail/main',
  lookedAt: 5000,
};
export const ACCOUNT = {
  id: ONE,
  name: 'payments',
  state: 'ACTIVE',
  surveyedAt: 9000,
  sources: 1,
  seenAt: 1000,
  problems: [],
};
const EMPTY = {
  accounts: [],
  chains: [],
  survey: null,
  archive: null,
  roundAt: null,
  oldestChain: null,
  unreadable: 0,
};
export const NOW = 10_000;

export function seen(parts: Partial<Seen['snapshot']>, board?: Partial<BoardSeen>): Seen {
  const none = { standings: [], findings: [], rebuilding: false, unreadable: 0 };
  const snapshot = { ...EMPTY, ...parts };
  return { counts: new Map(), snapshot, now: NOW, ...(board === undefined ? {} : { board: { ...none, ...board } }) };
}

export function standing(account: string, parts: Partial<Standing> = {}): Standing {
  const usual = { state: 'verified', open: 0, organizationState: 'ACTIVE', chains: 1 } as const;
  return { account, ...usual, lastDigest: 7000, verifiedUntil: 6000, ...parts };
}

/** No two findings have one id unless it is given. */
let made = 0;

export function findings(codes: readonly Partial<BoardFinding>[], more = 0): FindingsPart {
  const all = codes.map((one, at) => ({ id: `${made}-${at}`, accepted: null, goneAt: null, ...one }) as BoardFinding);
  made += 1;
  return { account: ONE, reader: ONE, at: 0, findings: all, more };
}

/** The lines about one metric, or about all of ours, without the comments. */
export async function lines(observed: Seen | null, name = ''): Promise<readonly string[]> {
  const metrics = createMetrics();
  metrics.observe(observed);
  return linesOf(await metrics.text(), name);
}

export function linesOf(text: string, name = ''): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(`orgtrail_${name}`));
}
