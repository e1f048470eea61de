/** Schedules that fire once a tick, however many replicas run them. A fire only adds a job. */
import {
  createTask,
  validate,
  type Logger as CronLogger,
  type RunCoordinator,
  type ScheduledTask,
  type TaskContext,
} from 'node-cron';
import type { Redis } from 'ioredis';
import { errorText } from '../errors.ts';
import type { Log } from '../ports.ts';
import { COMMAND_TIMEOUT_MS, KEY_PREFIX, within } from './redis.ts';

/** How long a tick stays taken: longer than the clocks of two replicas may differ. */
const TICK_TAKEN_MS = 15 * 60_000;

const UTC = 'Etc/UTC';

export interface Schedule {
  readonly name: string;
  /** Cron with 5 or 6 fields, in UTC. */
  readonly cron: string;
  /** `tick` names this firing, the same in every replica and fit to be a job id. */
  readonly fire: (tick: string) => Promise<void>;
}

export interface RunningSchedules {
  stop(): Promise<void>;
}

/** @param redis where replicas agree on who fires; while it is away nobody does, and the watchdog makes up for it. */
export function startSchedules(schedules: readonly Schedule[], redis: Redis, log: Log): RunningSchedules {
  const coordinator = createCoordinator(redis);
  const tasks = schedules.map((schedule) => startTask(schedule, coordinator, log.child({ schedule: schedule.name })));
  return {
    stop: async () => {
      for (const task of tasks) await task.destroy();
    },
  };
}

/** When the expression fires next by this machine's clock, epoch milliseconds; null: it never does, or is none. */
export function nextRun(cron: string): number | null {
  if (!validate(cron)) return null;
  const task = createTask(cron, () => undefined, { timezone: UTC });
  try {
    return task.getNextRuns(1)[0]?.getTime() ?? null;
  } catch {
    return null; // a day that no year has, such as the 30th of February
  } finally {
    void task.destroy();
  }
}

function startTask(schedule: Schedule, coordinator: RunCoordinator, log: Log): ScheduledTask {
  const task = createTask(schedule.cron, (context) => fire(schedule, context, log), {
    name: schedule.name,
    timezone: UTC,
    distributed: true,
    noOverlap: true,
    runCoordinator: coordinator,
    logger: cronLogger(log),
    suppressMissedWarning: true,
  });
  task.on('execution:skipped', (context) => {
    if (context.reason === 'coordinator-error')
      log.warn({ event: 'tick-skipped' }, 'Redis did not say who fires: nobody did');
  });
  void task.start();
  return task;
}

/** A tick that cannot be queued is lost on purpose: the next one, or the watchdog, derives the same work. */
async function fire(schedule: Schedule, context: TaskContext, log: Log): Promise<void> {
  const tick = tickId(schedule.name, context.date);
  try {
    await schedule.fire(tick);
    log.debug({ event: 'tick', tick }, 'queued');
  } catch (error) {
    log.warn({ event: 'tick-lost', tick, reason: errorText(error) }, 'the tick could not be queued');
  }
}

/** No colons: BullMQ refuses them in job ids. */
function tickId(name: string, date: Date): string {
  return `${name}@${date.toISOString().slice(0, 19).replaceAll(':', '.')}`;
}

function createCoordinator(redis: Redis): RunCoordinator {
  return {
    shouldRun: async (key, ttlMs) => {
      const taken = redis.set(`${KEY_PREFIX}:tick:${key}`, '1', 'PX', Math.max(ttlMs, TICK_TAKEN_MS), 'NX');
      return (await within(taken, COMMAND_TIMEOUT_MS, 'taking a tick')) === 'OK';
    },
  };
}

function cronLogger(log: Log): CronLogger {
  const line = (level: 'debug' | 'warn') => (message: string | Error) =>
    log[level]({ event: 'cron' }, errorText(message));
  return { debug: line('debug'), info: line('debug'), warn: line('warn'), error: line('warn') };
}
