/** What the pages are given, put together: the board and the queues in Redis, the archive, and what people may ask for. */
import { OperatingError } from '../errors.ts';
import { createEvidence } from '../pipeline/evidence.ts';
import type { Acts, EvidenceReader, PageSources } from '../web/sources.ts';
import { createActs } from './acts.ts';
import { createBoardReader } from './board-read.ts';
import { createHealth } from './health.ts';
import { createJobsReader } from './jobs-reader.ts';
import type { DaemonOptions, Stage } from './stage.ts';
import type { StateStore } from './state.ts';
import { createSystemReader } from './system-reader.ts';

/** Opens nothing: everything stands on the stage's connections. */
export function createPageSources(options: DaemonOptions, stage: Stage, version: string): PageSources {
  const { config, clock, log, parts = null } = options;
  const { queues, board, news, connections, redis, timing } = stage;
  const state = sharing(stage.state);
  const maxAgeMs = config.limits.sweepMaxAgeMinutes * 60_000;
  const reader = createBoardReader(redis, state, () => clock.now());
  const health = { probe: redis, connections, state, clock, roundMaxAgeMs: maxAgeMs, timeoutMs: timing.probeMs };
  const readiness = createHealth(health);
  const jobs = createJobsReader(queues, { parts: () => reader.parts(), ratesOf: (now) => board.ratesOf(now) }, clock);
  return {
    now: () => clock.now(),
    queues: queues.all,
    redisTrouble: () => connections.trouble(),
    board: reader,
    evidence: parts === null ? noEvidence(config.archive) : createEvidence(parts),
    jobs,
    acts: parts === null ? noActs() : createActs({ parts, queues, board, news, log }),
    system: createSystemReader({ config, redis, readiness, clock, version }),
    subscribe: (listener) => news.subscribe(listener),
    maxAgeMs,
    applyEnabled: config.http.apply,
  };
}

/** Who reads the whole state while somebody reads it already gets the same: one page asks for it twice. */
function sharing(state: StateStore): StateStore {
  let running: ReturnType<StateStore['read']> | null = null;
  return {
    ...state,
    read: () => {
      running ??= state.read().finally(() => {
        running = null;
      });
      return running;
    },
  };
}

function unavailable(): OperatingError {
  const hint = 'start it as `orgtrail run`';
  return new OperatingError({ code: 'archive-unfit', message: 'this process was given no archive', hint });
}

const never = async (): Promise<never> => {
  throw unavailable();
};

function noEvidence({ bucket, prefix }: EvidenceReader['archive']): EvidenceReader {
  return {
    archive: { bucket, prefix },
    digests: never,
    square: never,
    digest: never,
    raw: never,
    history: never,
    quarantine: never,
    drift: never,
  };
}

/** Nothing may be done that cannot be put on record. */
function noActs(): Acts {
  return { retry: never, accept: never, preflight: never, apply: never };
}
