/**
 * The shapes of the board's records in Redis, checked on every read: whoever can write to Redis can write anything, and
 * what is read here is shown to people. Lengths and numbers are bounded; times are epoch milliseconds.
 */
import { z } from 'zod';
import type { AccountFacts, PreflightRecord } from '../core/board/account.ts';
import { DAYS_SHOWN, type ChainCover } from '../core/board/cover.ts';
import { MOST_FINDINGS, type FindingsPart } from '../core/board/finding.ts';
import { LETTERS_ONLY } from '../core/board/letters.ts';
import { MOST_RUNS } from '../core/board/merge-days.ts';
import { PREFLIGHT_STEPS } from '../core/plan/reader-permissions.ts';
import { CELL_STATES, type FindingCode } from '../core/verdict.ts';
import { MOST_COUNT } from './board-part.ts';

/** The last moment that a Date can hold: a page that formats a later one would fail. */
const LAST_TIME = 8_640_000_000_000_000;
const MOST_LISTED = 2000;

export const time = z.int().min(0).max(LAST_TIME);
export const count = z.int().min(0);
const account = z.string().regex(/^\d{12}$/);
export const word = z.string().max(256);
export const sentence = z.string().max(8192);
const iso = z.iso.datetime().nullable();
const state = z.enum(CELL_STATES);
const problem = z.object({ code: z.string().max(64), detail: sentence, hint: sentence });
export const problems = z.array(problem).max(MOST_LISTED);
export const words = z.array(z.string().max(1024)).max(MOST_LISTED);
const chainKey = z.string().regex(/^[0-9a-f]{16}$/);

export const chainRecord: z.ZodType<ChainCover> = z.object({
  id: chainKey,
  reader: account,
  account,
  region: z.string().max(64),
  trailArn: z.string().max(512),
  trail: word,
  homeRegion: z.string().max(64),
  bucket: word,
  prefix: z.string().max(1024),
  at: time,
  state,
  reason: word.nullable(),
  problem: problem.nullable(),
  verifiedUntil: time.nullable(),
  lastDigest: time.nullable(),
  receipts: count,
  waiting: count,
  runs: z.array(z.object({ from: time, to: time, state })).max(MOST_RUNS),
  days: z.object({ from: time, letters: z.string().max(DAYS_SHOWN).regex(LETTERS_ONLY) }),
  kinds: z.array(z.enum(['standard', 'backfill'])).max(2),
});

const accepted = z.object({ reason: sentence, by: word, at: time });

const finding = z.object({
  // Codes are a closed list of ours; one of a newer program is shown as it stands.
  code: z.custom<FindingCode>((value) => typeof value === 'string' && /^[a-z-]{1,40}$/.test(value)),
  account,
  region: z.string().max(64),
  trail: word,
  bucket: word,
  key: z.string().max(2048).nullable(),
  from: iso,
  to: iso,
  detail: sentence,
  hint: sentence,
  id: z.string().regex(/^[0-9a-f]{32}$/),
  chain: chainKey.nullable(),
  firstSeen: time,
  accepted: accepted.nullable(),
  goneAt: time.nullable(),
});

export const findingsRecord: z.ZodType<FindingsPart> = z.object({
  account,
  reader: account,
  at: time,
  findings: z.array(finding).max(MOST_FINDINGS),
  more: count.max(MOST_COUNT),
});

const place = { bucket: word, prefix: z.string().max(1024) };

const pattern = z.object({ how: z.enum(['is', 'starts', 'ends']), text: z.string().max(4096) });
const condition = z.object({
  field: word,
  any: z.array(pattern).max(MOST_LISTED),
  none: z.array(pattern).max(MOST_LISTED),
});

const trailStatus = z.object({
  logging: z.boolean(),
  latestDigestDelivery: time.nullable(),
  latestDigestError: sentence.nullable(),
  startedLogging: time.nullable(),
  stoppedLogging: time.nullable(),
});

const source = z.object({
  ...place,
  reader: account,
  trailArn: z.string().max(512),
  trail: word,
  homeRegion: z.string().max(64),
  bucketOwner: z.string().max(64),
  org: z.string().max(64).nullable(),
  multiRegion: z.boolean(),
  regions: z.array(z.string().max(64)).max(256).nullable(),
  regionsFrom: z.enum(['configured', 'enabled', 'seen']),
  formerBuckets: z.array(z.object(place)).max(256),
  validation: z.boolean(),
  status: trailStatus.nullable(),
  selectors: z.array(z.array(condition).max(MOST_LISTED)).max(MOST_LISTED).nullable(),
  narrowed: z.object({ at: time, detail: sentence }).nullable(),
  gone: z.boolean(),
});

export const factsRecord: z.ZodType<AccountFacts> = z.object({
  account,
  at: time,
  role: z.string().max(2048).nullable(),
  origin: z.enum(['organization', 'configuration', 'history']),
  sources: z.array(source).max(MOST_LISTED),
  problems,
  unknowns: problems,
});

export const preflightRecord: z.ZodType<PreflightRecord> = z.object({
  account,
  name: word,
  skipped: sentence.nullable(),
  steps: z
    .array(
      z.object({
        step: z.enum(PREFLIGHT_STEPS),
        state: z.enum(['ok', 'failed', 'untried']),
        note: sentence,
        problems,
      }),
    )
    .max(PREFLIGHT_STEPS.length),
  at: time,
  by: word,
});
