/** The few words that the demo takes. */
import { parseArgs } from 'node:util';

export const USAGE = `npm run demo [-- --seconds N] [--hour-seconds N] [--port N]
  --seconds N       end by itself after N seconds (50 or more at the usual pace): 0 when everything is as it ought to
                    be, 1 when not
  --hour-seconds N  how many seconds one hour of the demo takes (default 20)
  --port N          where the dashboard is looked for first (default 8080; the next free one is taken)
`;

export interface DemoArguments {
  /** Null: until Ctrl-C. */
  readonly seconds: number | null;
  readonly hourSeconds: number;
  readonly port: number;
}

/** The arguments, or what is wrong with them. */
export function readArguments(words: readonly string[]): DemoArguments | { readonly problem: string } {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...words],
      options: { seconds: text, 'hour-seconds': text, port: text },
      strict: true,
    });
    const seconds = values.seconds === undefined ? null : whole('seconds', values.seconds, 86_400);
    const hourSeconds = whole('hour-seconds', values['hour-seconds'] ?? '20', 3600);
    const least = leastSeconds(hourSeconds);
    if (seconds !== null && seconds < least)
      return { problem: `--seconds must be ${least} or more: the forged file's digest comes up to 1.5 hours after it` };
    return { seconds, hourSeconds, port: whole('port', values.port ?? '8080', 65_000) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A fifth of the time passes before the tampering; then its digest must come, and be judged and shown. */
function leastSeconds(hourSeconds: number): number {
  return Math.ceil((1.5 * hourSeconds + 10) / 0.8);
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new RangeError(`--${name} takes a whole number from 1 to ${most}, not ${text}`);
  return value;
}
