/** Progress of long work on stderr: one line redrawn on a terminal, a plain line every ten seconds elsewhere. */
import type { Clock } from '../ports.ts';

export interface Progress {
  /** More work became known. */
  plan(digests: number): void;
  done(step: { readonly digests: number; readonly logs: number; readonly bytes: number }): void;
  end(): void;
}

export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const REDRAW_MS = 200;
const PLAIN_MS = 10_000;

/** Counts and says how far the work is, how fast it goes and how long it will take. */
export function showProgress(what: string, screen: Screen, clock: Clock): Progress {
  const started = clock.now();
  const total = { planned: 0, digests: 0, logs: 0, bytes: 0 };
  const terminal = screen.isTTY === true;
  let last = started;
  const say = (): void => {
    const text = describe(what, total, clock.now() - started);
    screen.write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
  };
  const tick = (): void => {
    if (clock.now() - last < (terminal ? REDRAW_MS : PLAIN_MS)) return;
    last = clock.now();
    say();
  };
  return {
    plan: (digests) => {
      total.planned += digests;
      tick();
    },
    done: ({ digests, logs, bytes }) => {
      total.digests += digests;
      total.logs += logs;
      total.bytes += bytes;
      tick();
    },
    end: () => {
      say();
      if (terminal) screen.write('\n');
    },
  };
}

function describe(
  what: string,
  total: { planned: number; digests: number; logs: number; bytes: number },
  elapsed: number,
): string {
  const seconds = Math.max(elapsed, 1) / 1000;
  const rate = total.digests / seconds;
  const left = total.planned - total.digests;
  const eta = left > 0 && rate > 0 ? `, about ${span(left / rate)} left` : '';
  const files = `${total.logs} log files, ${(total.bytes / 1e6).toFixed(1)} MB`;
  return `${what}: ${total.digests}/${total.planned} digests, ${files}, ${(total.logs / seconds).toFixed(0)} files/s${eta}`;
}

function span(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
