/** What people ask for on the pages, over an archive in memory: what was done is told in the order in which it was. */
import { parseConfig } from '../../src/config.ts';
import type { Queues } from '../../src/adapters/queue.ts';
import { parseAuditKey } from '../../src/core/layout-acts.ts';
import { createActs, type ActsBoard } from '../../src/daemon/acts.ts';
import { OperatingError } from '../../src/errors.ts';
import type { Actor, News } from '../../src/web/sources.ts';
import { memoryArchive } from '../stages/memory-archive.ts';
import { keptLog } from './fake.ts';

export const ACCOUNT = '222222222222';
export const AT = Date.UTC(2026, 2, 1, 5, 6, 7, 800);
export const ALICE: Actor = { name: 'alice', role: 'operator', via: 'password', address: '10.0.0.1' };
const config = parseConfig(
  `archive: { bucket: archive, prefix: p/, region: us-east-1, owner: "999999999999" }\naccounts: [{ id: "${ACCOUNT}" }]\n`,
  'test.yaml',
  {},
);

/** The acts over these queues and an archive in memory, and all that they did, in order. */
export function actsOver(queues: Queues, over: Partial<ActsBoard> = {}) {
  const memory = memoryArchive();
  const done: string[] = [];
  const news: News[] = [];
  const archive = {
    ...memory.archive,
    putIfAbsent: (...args: Parameters<typeof memory.archive.putIfAbsent>) => {
      done.push(`put ${args[0].key.replace(/^p\/orgtrail\//, '').replace(/\/.*/, '')}`);
      return memory.archive.putIfAbsent(...args);
    },
  };
  const board: ActsBoard = {
    markAccepted: async (account, finding, accepted) => void done.push(`mark ${account} ${finding} ${accepted.by}`),
    preflightPending: async (account, pending) => void done.push(`preflight ${account} ${pending}`),
    applyPending: async (pending) => void done.push(`apply ${pending}`),
    ...over,
  };
  const { log, lines } = keptLog();
  const acts = createActs({
    parts: { archive, config, clock: { now: () => AT } },
    queues,
    board,
    news: { publish: (one) => void news.push(one) },
    log,
  });
  return { ...memory, acts, done, news, lines, archive };
}

/** What is on record of who asked for what. */
export const audited = (objects: ReadonlyMap<string, Uint8Array>): readonly Record<string, unknown>[] =>
  [...objects].flatMap(([key, bytes]) =>
    parseAuditKey('p/', key) === null
      ? []
      : [JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>],
  );

/** What an archive says to whoever may not write to it. */
export function denied(): OperatingError {
  return new OperatingError({ code: 'blocked-access', message: 'no', hint: 'add s3:PutObject' });
}
