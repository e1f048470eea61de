/** `GET|POST|DELETE /api/session`, and the events of `GET /api/events`. */
import * as z from 'zod';
import { RIGHTS, ROLES } from '../../core/access.ts';

export const sessionView = z.object({
  /** Null: nobody is signed in. */
  user: z
    .object({
      name: z.string(),
      role: z.enum(ROLES).nullable(),
      via: z.enum(['password', 'oidc', 'token', 'loopback']),
      rights: z.array(z.enum(RIGHTS)),
    })
    .nullable(),
  /** How one may sign in. `oidc` is the name on the button. */
  signIn: z.object({ password: z.boolean(), oidc: z.string().nullable() }),
  version: z.string(),
});

export const credentials = z.strictObject({
  user: z.string().min(1).max(128),
  password: z.string().min(1).max(1024),
});

/** What an event says has changed; the pages read it again. */
export const TOPICS = ['overview', 'accounts', 'findings', 'jobs', 'policy', 'system', 'session'] as const;
export const liveEvent = z.object({
  topics: z.array(z.enum(TOPICS)),
  /** The accounts that changed; empty: any may have. */
  accounts: z.array(z.string()),
});

export type Credentials = z.infer<typeof credentials>;
export type SessionView = z.infer<typeof sessionView>;
export type Topic = (typeof TOPICS)[number];
export type LiveEvent = z.infer<typeof liveEvent>;
