/** What stryker's report says of one module. */

export interface Score {
  /** By a failing test or by a test that never ended. */
  readonly killed: number;
  /** How many of these by a test that never ended: told apart, for a slow machine can look so too. */
  readonly timeouts: number;
  /** All but those that are no program any more. */
  readonly mutants: number;
  /** `key.ts:58: a > b => a >= b`, one each. */
  readonly survivors: readonly string[];
}

interface Place {
  readonly line: number;
  readonly column: number;
}

interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly status: string;
          readonly replacement?: string;
          readonly location: { readonly start: Place; readonly end: Place };
        }[];
      }
    >
  >;
}

const LONGEST = 100;

export function moduleScore(report: string): Score {
  const score = { killed: 0, timeouts: 0, mutants: 0, survivors: [] as string[] };
  for (const [path, { source, mutants }] of Object.entries((JSON.parse(report) as Report).files)) {
    for (const { status, replacement = '', location } of mutants) {
      if (/Error$|^Ignored$/.test(status)) continue;
      score.mutants += 1;
      if (status === 'Timeout') score.timeouts += 1;
      if (status === 'Killed' || status === 'Timeout') score.killed += 1;
      else
        score.survivors.push(
          `${path}:${location.start.line}: ${short(textAt(source, location))} => ${short(replacement)}`,
        );
    }
  }
  return score;
}

function textAt(source: string, { start, end }: { readonly start: Place; readonly end: Place }): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, at) => line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join('\n');
}

function short(code: string): string {
  return code.replaceAll(/\s+/g, ' ').slice(0, LONGEST);
}
