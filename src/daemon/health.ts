/** Readiness: everything that must be positively known before this daemon may be called ready. */
import type { Redis } from 'ioredis';
import { within, type Connections } from '../adapters/redis.ts';
import type { Readiness, Reason, Snapshot } from '../core/snapshot.ts';
import type { Problem } from '../core/source.ts';
import { isBlockedCode } from '../core/verdict.ts';
import { errorText } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { StateStore } from './state.ts';

export interface HealthParts {
  readonly probe: Redis;
  readonly connections: Connections;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly roundMaxAgeMs: number;
  /** No answer takes longer than this. */
  readonly timeoutMs: number;
}

/** An archive that was not looked at for longer is not known to be fit. The usual schedule is daily. */
const ARCHIVE_MAX_AGE_MS = 26 * 3600_000;
/**
 * A policy or setting that differs is told by the overview and the metrics, and makes nobody restart a daemon that does
 * its work. Trails that cannot deliver are the exception: what they would have delivered is lost meanwhile.
 */
const UNFIT: ReadonlySet<string> = new Set([
  'archive-unfit',
  'identity-mismatch',
  'transport-garbled',
  'drift-delivery-stopped',
]);

/** Calls that come while one is under way share its answer, so that probing cannot load Redis. */
export function createHealth(parts: HealthParts): () => Promise<Readiness> {
  let running: Promise<Readiness> | null = null;
  return () => {
    running ??= check(parts).finally(() => {
      running = null;
    });
    return running;
  };
}

async function check(parts: HealthParts): Promise<Readiness> {
  const reasons = await reasonsOf(parts);
  return { ok: reasons.length === 0, reasons };
}

async function reasonsOf(parts: HealthParts): Promise<readonly Reason[]> {
  try {
    const [policy, snapshot] = await within(
      Promise.all([policyReason(parts.probe), parts.state.read()]),
      parts.timeoutMs,
      'a health check',
    );
    const now = parts.clock.now();
    return [...policy, ...archiveReasons(snapshot, now), ...roundReasons(snapshot, now, parts.roundMaxAgeMs)];
  } catch (error) {
    const detail =
      parts.connections.trouble() ??
      (parts.probe.status === 'ready' ? errorText(error) : 'the connection does not stand yet');
    return [{ code: 'redis', detail: `Redis cannot be used, so nothing else is known: ${detail}` }];
  }
}

/** With any other policy Redis drops jobs when memory runs out. Managed Redis may refuse CONFIG: INFO says the same. */
async function policyReason(probe: Redis): Promise<readonly Reason[]> {
  await probe.ping();
  const policy = (await policyByConfig(probe)) ?? (await policyByInfo(probe));
  if (policy === null)
    return [
      {
        code: 'noeviction',
        detail: 'cannot check maxmemory-policy: this Redis refuses both CONFIG GET and INFO memory',
      },
    ];
  if (policy === 'noeviction') return [];
  return [
    {
      code: 'noeviction',
      detail: `maxmemory-policy is ${policy}: Redis would drop jobs when memory runs out; set it to noeviction`,
    },
  ];
}

async function policyByConfig(probe: Redis): Promise<string | null> {
  try {
    const reply: unknown = await probe.config('GET', 'maxmemory-policy');
    const value = Array.isArray(reply) ? reply.flat()[1] : reply instanceof Map ? reply.get('maxmemory-policy') : null;
    return typeof value === 'string' ? value : null;
  } catch {
    return null; // refused: the other command is asked
  }
}

async function policyByInfo(probe: Redis): Promise<string | null> {
  try {
    return /^maxmemory_policy:(\S+)/m.exec(await probe.info('memory'))?.[1] ?? null;
  } catch {
    return null; // refused as well: said as "cannot check"
  }
}

/** The problems that make an archive unusable; the others are findings of its own posture. */
export function archiveUnfit(archive: NonNullable<Snapshot['archive']>, now: number): readonly Problem[] {
  if (now - archive.at > ARCHIVE_MAX_AGE_MS) {
    return [
      {
        code: 'archive-stale',
        detail: `not looked at since ${new Date(archive.at).toISOString()}`,
        hint: 'is a worker running?',
      },
    ];
  }
  return archive.problems.filter((problem) => isBlockedCode(problem.code) || UNFIT.has(problem.code));
}

function archiveReasons({ archive }: Snapshot, now: number): readonly Reason[] {
  if (archive === null) return [{ code: 'archive', detail: 'the archive bucket was not looked at yet' }];
  return archiveUnfit(archive, now).map((problem) => ({
    code: 'archive',
    detail: `${problem.code}: ${problem.detail} (${problem.hint})`,
  }));
}

function roundReasons(snapshot: Snapshot, now: number, maxAgeMs: number): readonly Reason[] {
  const { roundAt, survey, oldestChain } = snapshot;
  if (survey !== null && survey.chains === 0)
    return [{ code: 'round', detail: `the last survey found no chain in ${survey.accounts} accounts` }];
  if (roundAt === null) {
    return [
      {
        code: 'round',
        detail: survey === null ? 'no survey of all accounts has ended yet' : 'no round over all chains has ended yet',
      },
    ];
  }
  if (now - roundAt <= maxAgeMs) return [];
  const since = new Date(roundAt).toISOString();
  return [
    {
      code: 'round',
      detail: `the last full round ended ${since}; the longest not looked at is ${oldestChain ?? 'the list of accounts'}`,
    },
  ];
}
