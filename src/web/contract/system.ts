/** `GET /api/system`. */
import * as z from 'zod';
import { count, problem, readAt, time } from './shape.ts';
import { queueLine } from './jobs.ts';

export const systemPage = z.object({
  readAt,
  version: z.string(),
  readiness: z.object({ ok: z.boolean(), reasons: z.array(z.object({ code: z.string(), detail: z.string() })) }),
  redis: z
    .object({
      version: z.string(),
      usedMemory: count,
      /** Null: no limit is set. */
      maxMemory: count.nullable(),
      policy: z.string(),
      clients: count,
      uptimeSeconds: count,
      /** Null: this Redis keeps nothing on disk. */
      lastSave: time.nullable(),
    })
    .nullable(),
  queues: z.array(queueLine),
  processes: z.array(
    z.object({
      id: z.string(),
      role: z.enum(['all', 'worker', 'scheduler', 'web']),
      version: z.string(),
      node: z.string(),
      host: z.string(),
      pid: count,
      startedAt: time,
      at: time,
      /** It has said nothing for longer than it ought to. */
      silent: z.boolean(),
      memory: count,
    }),
  ),
  /** Calls to AWS within the last minute, of all processes together. */
  calls: z.array(
    z.object({ service: z.string(), operation: z.string(), perMinute: count, errors: count, throttled: count }),
  ),
  /** The configuration in force as YAML, without secrets. */
  configuration: z.string(),
  archive: z.object({ at: time, problems: z.array(problem) }).nullable(),
  problems: z.array(problem),
});

export type SystemPage = z.infer<typeof systemPage>;
