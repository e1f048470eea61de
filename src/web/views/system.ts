/** What orgtrail runs on: processes, Redis, queues, calls to AWS, the configuration in force. */
import type { CallRate, ProcessBeat } from '../../core/board/work.ts';
import type { ArchiveView, JobCounts, Readiness } from '../../core/snapshot.ts';
import type { SystemPage } from '../contract/system.ts';
import { queueLines } from './jobs.ts';
import { unreadableProblems } from './overview.ts';
import { isoOf } from './times.ts';

/** A process says of itself every few seconds. */
const SILENT_MS = 30_000;

export interface SystemRead {
  readonly at: number;
  readonly version: string;
  readonly readiness: Readiness;
  /** INFO of Redis as name and value; null: it refuses. */
  readonly info: ReadonlyMap<string, string> | null;
  readonly counts: JobCounts;
  readonly processes: readonly ProcessBeat[];
  readonly configuration: string;
  readonly archive: ArchiveView | null;
  readonly unreadable: number;
}

export function systemView(read: SystemRead): SystemPage {
  const { at, version, readiness, info, counts, processes, configuration, archive, unreadable } = read;
  return {
    readAt: isoOf(at),
    version,
    readiness: { ok: readiness.ok, reasons: [...readiness.reasons] },
    redis: info === null ? null : redisView(info),
    queues: queueLines(counts),
    processes: processes.map((beat) => processView(beat, at)),
    calls: callsOf(processes.filter((beat) => at - beat.at <= SILENT_MS)),
    configuration,
    archive: archive === null ? null : { at: isoOf(archive.at), problems: [...archive.problems] },
    problems: unreadableProblems(unreadable),
  };
}

function processView(beat: ProcessBeat, now: number): SystemPage['processes'][number] {
  const { id, role, version, node, host, pid, startedAt, at, memory } = beat;
  const silent = now - at > SILENT_MS;
  return { id, role, version, node, host, pid, startedAt: isoOf(startedAt), at: isoOf(at), silent, memory };
}

/** Of all processes together, the most frequent first. */
function callsOf(processes: readonly ProcessBeat[]): SystemPage['calls'] {
  const calls = new Map<string, CallRate>();
  for (const one of processes.flatMap((beat) => beat.calls)) {
    const key = `${one.service} ${one.operation}`;
    const known = calls.get(key);
    calls.set(key, known === undefined ? one : added(known, one));
  }
  return Array.from(calls.values(), ({ service, operation, calls: perMinute, errors, throttled }) => {
    return { service, operation, perMinute, errors, throttled };
  }).toSorted((a, b) => b.perMinute - a.perMinute || (a.service + a.operation < b.service + b.operation ? -1 : 1));
}

function added(a: CallRate, b: CallRate): CallRate {
  return { ...a, calls: a.calls + b.calls, errors: a.errors + b.errors, throttled: a.throttled + b.throttled };
}

function redisView(info: ReadonlyMap<string, string>): NonNullable<SystemPage['redis']> {
  const number = (name: string): number => {
    const value = Number(info.get(name) ?? 0);
    return Number.isSafeInteger(value) && value >= 0 ? value : 0;
  };
  const keeps = info.get('aof_enabled') === '1' || number('rdb_last_save_time') > 0;
  return {
    version: info.get('valkey_version') ?? info.get('redis_version') ?? '',
    usedMemory: number('used_memory'),
    maxMemory: number('maxmemory') === 0 ? null : number('maxmemory'),
    policy: info.get('maxmemory_policy') ?? '',
    clients: number('connected_clients'),
    uptimeSeconds: number('uptime_in_seconds'),
    lastSave: keeps ? isoOf(number('rdb_last_save_time') * 1000) : null,
  };
}
