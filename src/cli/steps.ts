/** Where long work is, on stderr: one line redrawn on a terminal, a line every ten seconds elsewhere. */
import type { Clock } from '../ports.ts';
import type { Screen } from './progress.ts';

const REDRAW_MS = 200;
const PLAIN_MS = 10_000;

export interface Steps {
  readonly say: (text: string) => void;
  /** Takes the redrawn line off. */
  readonly end: () => void;
}

/** The first ten seconds of work without a terminal say nothing. */
export function showSteps(screen: Screen, clock: Clock): Steps {
  const terminal = screen.isTTY === true;
  let last = clock.now() - (terminal ? REDRAW_MS : 0);
  return {
    say: (text) => {
      if (clock.now() - last < (terminal ? REDRAW_MS : PLAIN_MS)) return;
      last = clock.now();
      screen.write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
    },
    end: () => void (terminal && screen.write('\r\u001b[K')),
  };
}
