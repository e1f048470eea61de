/** The parts that answers of the API share. Field names are stable; times are ISO 8601 in UTC. */
import * as z from 'zod';
import { CELL_STATES } from '../../core/verdict.ts';

export const accountId = z.string().regex(/^\d{12}$/);
/** `chainId`: 16 hex digits. */
export const chainKey = z.string().regex(/^[0-9a-f]{16}$/);
export const findingKey = z.string().regex(/^[0-9a-f]{32}$/);
export const time = z.iso.datetime({ precision: null });
export const count = z.int().nonnegative();
export const cellState = z.enum(CELL_STATES);

export const problem = z.object({ code: z.string(), detail: z.string(), hint: z.string() });

/** One letter a step; which letter is which state: `GET /api/overview`, `letters`. */
export const squares = z.object({ from: time, letters: z.string() });

/** A cursor says where the next page begins; null: this is the last. It is opaque, and may hold an account's whole name. */
const cursor = z.string().max(2560);
export const next = z.string().nullable();

/** The usual query of a list. */
export const pageQuery = {
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

/** A number of the wrong age is no number: every answer says when what it holds was read. */
export const readAt = z.iso.datetime({ precision: null });

/** The state is being rebuilt from receipts, as after a flush of Redis: `known` of `of` accounts are there again. */
export const rebuilding = z.object({ known: count, of: count, since: time }).nullable();

/** RFC 9457, `application/problem+json`. */
export const problemAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** The next step. */
  hint: z.string(),
  /** Names the line in the daemon's log. */
  request: z.string(),
});

export type CellStateName = z.infer<typeof cellState>;
export type ProblemView = z.infer<typeof problem>;
export type SquaresView = z.infer<typeof squares>;
export type ProblemAnswer = z.infer<typeof problemAnswer>;
