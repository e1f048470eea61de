/** The shapes of the last plan and of the last apply as Redis keeps them, checked on every read. Epoch milliseconds. */
import { z } from 'zod';
import { MOST_DIFF, type PlanRecord } from '../core/board/plan.ts';
import { CHANGE_OUTCOMES } from '../core/plan/change-record.ts';
import { DOCUMENT_KINDS } from '../core/plan/document.ts';
import { LIFECYCLE_AREAS, STORAGE_CLASSES } from '../core/plan/wanted.ts';
import { count, problems, sentence, time, word, words } from './board-records.ts';

const MOST_DOCUMENTS = 5000;

const ref = { kind: z.enum(DOCUMENT_KINDS), account: z.string().max(64), target: z.string().max(2048) };

const document = z.object({
  ...ref,
  state: z.enum(['as-wanted', 'differs', 'refused', 'unknown']),
  // The mark of a cut may follow.
  diff: z.string().max(MOST_DIFF + 1000),
  reasons: words,
  breaks: words,
  refusals: problems,
  findings: problems,
  warnings: problems,
  budget: z.object({ bytes: count, most: count, form: word, givesUp: words }).nullable(),
});

const step = z.object({
  rule: word,
  of: z.enum(LIFECYCLE_AREAS),
  into: z.enum([...STORAGE_CLASSES, 'expired']),
  days: count,
  objects: count,
  bytes: z.number().min(0),
  bytesOf128: z.number().min(0),
  extrapolated: count,
  heldBack: count,
  accounts: count,
});

const cost = z.object({
  currency: word,
  once: z.number().nullable(),
  monthly: z.number().nullable(),
  missing: words,
  text: sentence,
});

export const planShape: z.ZodType<PlanRecord> = z.object({
  at: time,
  configured: z.boolean(),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  accounts: count,
  documents: z.array(document).max(MOST_DOCUMENTS),
  estimate: z.object({ steps: z.array(step).max(10_000), unknown: count, cost: cost.nullable(), at: time }).nullable(),
  interrupted: z
    .array(z.object({ ...ref, who: z.string().max(4096), begun: time, outcome: z.enum(CHANGE_OUTCOMES) }))
    .max(1000),
  problems,
});

export const appliedShape = z.object({ at: time, by: word, ok: z.boolean(), text: sentence });
export type Applied = Readonly<z.infer<typeof appliedShape>>;
