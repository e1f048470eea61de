/** `GET /api/accounts/:account/square`: what lies behind one square, read from the archive when somebody points at it. */
import * as z from 'zod';
import { cellState, chainKey, count, problem, readAt, time } from './shape.ts';

/** Longer than nothing, and at most a day. */
export const squareQuery = z.strictObject({
  from: time,
  to: time,
  /** One chain of the account; all of them by default. */
  chain: chainKey.optional(),
});

export const squarePage = z.object({
  readAt,
  from: time,
  to: time,
  chains: count,
  /** Digests that reach into the time. */
  digests: count,
  /** So many of them are proven with every file that they name, as their receipts' names say. */
  proven: count,
  /** The log files that those digests name, each of them whole; what is `unread` is not among them. */
  files: z.object({ named: count, valid: count, invalid: count, missing: count, blocked: count }),
  /** What is not proven, or was proven from a copy. */
  faults: z.array(z.object({ code: z.string(), proven: z.boolean(), region: z.string(), key: z.string() })),
  moreFaults: count,
  /** False: no digest stands for some part of the time, be it that it is not due yet. */
  covered: z.boolean(),
  /** The parts for which one ought to stand. */
  gaps: z.array(z.object({ region: z.string(), from: time, to: time, state: cellState })),
  moreGaps: count,
  /** Digests whose receipts were too many or too long to open for this. */
  unread: count,
  chainsLeftOut: count,
  problems: z.array(problem),
});

export type SquareQuery = z.infer<typeof squareQuery>;
export type SquarePage = z.infer<typeof squarePage>;
