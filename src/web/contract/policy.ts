/** `GET /api/policy`, `GET /api/policy/history`, `POST /api/policy/apply`. */
import * as z from 'zod';
import { count, next, pageQuery, problem, readAt, time } from './shape.ts';

const ref = { kind: z.string(), account: z.string(), target: z.string() };

export const documentView = z.object({
  ...ref,
  state: z.enum(['as-wanted', 'differs', 'refused', 'unknown']),
  /** Unified diff, actual against wanted. */
  diff: z.string(),
  reasons: z.array(z.string()),
  breaks: z.array(z.string()),
  refusals: z.array(problem),
  findings: z.array(problem),
  warnings: z.array(problem),
  /** The 20 KB meter of a bucket policy, and its like. */
  budget: z.object({ bytes: count, most: count, form: z.string(), givesUp: z.array(z.string()) }).nullable(),
});

export const policyPage = z.object({
  readAt,
  /** When the plan was made; null: none has been. */
  at: time.nullable(),
  configured: z.boolean(),
  id: z.string().nullable(),
  accounts: count,
  documents: z.array(documentView),
  estimate: z
    .object({
      at: time,
      steps: z.array(
        z.object({
          rule: z.string(),
          of: z.string(),
          into: z.string(),
          days: count,
          accounts: count,
          objects: z.number(),
          bytes: z.number(),
          extrapolated: z.number(),
          heldBack: z.number(),
        }),
      ),
      unknown: count,
      cost: z.object({ currency: z.string(), text: z.string() }).nullable(),
    })
    .nullable(),
  interrupted: z.array(z.object({ ...ref, who: z.string(), begun: time, outcome: z.string() })),
  problems: z.array(problem),
  /** What the pages may do: `command-line` says that apply is left to `orgtrail apply`. */
  apply: z.enum(['command-line', 'enabled']),
  /** An apply that was asked for here and is not through. */
  applying: z.boolean(),
  /** How the last apply that was asked for here ended; null: none was. */
  lastApply: z.object({ at: time, by: z.string(), ok: z.boolean(), text: z.string() }).nullable(),
});

export const historyQuery = z.strictObject({ ...pageQuery });

const driftEntry = z.object({
  ...ref,
  at: time,
  who: z.string(),
  by: z.enum(['apply', 'reconcile']),
  outcome: z.string().nullable(),
  reasons: z.array(z.string()),
  diff: z.string(),
});

export const driftPage = z.object({ readAt, entries: z.array(driftEntry), next, problems: z.array(problem) });

export const applyRequest = z.strictObject({
  /** `id` of the plan that was looked at: another one is refused. */
  plan: z.string().regex(/^[0-9a-f]{16}$/),
  reason: z.string().trim().min(8).max(1000),
});

export type ApplyRequest = z.infer<typeof applyRequest>;
export type PolicyPage = z.infer<typeof policyPage>;
export type DocumentView = z.infer<typeof documentView>;
export type DriftPage = z.infer<typeof driftPage>;
