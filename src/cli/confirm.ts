/** Asking a person before something is written. */
import { createInterface } from 'node:readline/promises';

/** True when there is somebody to ask: keyboard and screen are a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** True for `yes` alone. Throws an AbortError when the signal comes before the answer. */
export async function isConfirmed(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} [yes/no] `, { signal })).trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}
