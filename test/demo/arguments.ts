/** The few words that the demo takes. */
import { parseArgs } from 'node:util';

export const USAGE = `npm run demo [-- --seconds N] [--hour-seconds N] [--port N]
  --seconds N       end by itself after N seconds: 0 when everything is as it ought to be, 1 when not
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
    return {
      seconds: values.seconds === undefined ? null : whole('seconds', values.seconds, 86_400),
      hourSeconds: whole('hour-seconds', values['hour-seconds'] ?? '20', 3600),
      port: whole('port', values.port ?? '8080', 65_000),
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new RangeError(`--${name} takes a whole number from 1 to ${most}, not ${text}`);
  return value;
}
