/** Calls to AWS within the last minute, by service and operation: a ring of seconds, fed where the metrics are. */
import type { CallRate } from '../core/board/work.ts';
import type { AwsCall, Clock } from '../ports.ts';

const SECONDS = 60;
/** An SDK client knows some dozens of operations; what is not one of them cannot fill the memory either. */
const MOST_NAMES = 500;
/** Answers to a question, and no trouble: there is no such object, it is there already, it has not changed. */
const ANSWERS: ReadonlySet<number> = new Set([304, 404, 412]);

export interface CallRates {
  /** One call has ended. */
  onCall(call: Pick<AwsCall, 'service' | 'operation' | 'status' | 'throttled'>): void;
  /** Of the last 60 seconds, most calls first. */
  read(): readonly CallRate[];
}

interface Second {
  /** Whole seconds since 1970. */
  at: number;
  readonly counts: Map<string, CallRate>;
}

export function createCallRates(clock: Clock): CallRates {
  const ring = Array.from({ length: SECONDS }, (): Second => ({ at: Number.NEGATIVE_INFINITY, counts: new Map() }));
  const now = (): number => Math.floor(clock.now() / 1000);
  return {
    onCall: (call) => {
      const at = now();
      const second = ring[((at % SECONDS) + SECONDS) % SECONDS];
      if (second === undefined) return;
      if (second.at !== at) second.counts.clear();
      second.at = at;
      add(second.counts, rateOf(call));
    },
    read: () => {
      const since = now() - SECONDS;
      const sum = new Map<string, CallRate>();
      for (const { at, counts } of ring)
        if (at > since && at <= now()) for (const one of counts.values()) add(sum, one);
      return [...sum.values()].toSorted((a, b) => b.calls - a.calls);
    },
  };
}

function rateOf({ service, operation, status, throttled }: Parameters<CallRates['onCall']>[0]): CallRate {
  const failed = status === null || (status >= 400 && !ANSWERS.has(status));
  return { service, operation, calls: 1, errors: failed ? 1 : 0, throttled };
}

function add(counts: Map<string, CallRate>, one: CallRate): void {
  const name = `${one.service} ${one.operation}`;
  const known = counts.get(name);
  if (known === undefined && counts.size >= MOST_NAMES) return;
  counts.set(name, known === undefined ? one : summed(known, one));
}

function summed(a: CallRate, b: CallRate): CallRate {
  return { ...a, calls: a.calls + b.calls, errors: a.errors + b.errors, throttled: a.throttled + b.throttled };
}
