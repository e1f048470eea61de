/** What is wrong with a configuration: always all of it at once, each with its place. */
import { OperatingError } from '../errors.ts';

/** The keys and list places that lead to an option. */
export type OptionPath = readonly (string | number)[];

/** Line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One problem. `position` null: the trouble is with the whole file, or with a variable of the environment. */
export interface ConfigProblem {
  readonly file: string;
  readonly position: Position | null;
  readonly path: string;
  readonly what: string;
  /** The second place, where two options contradict each other. */
  readonly other: { readonly path: string; readonly position: Position | null } | null;
}

/** Two options that contradict each other. `what` is the end of a sentence that starts with the value at `path`. */
export interface Conflict {
  readonly path: OptionPath;
  readonly what: string;
  readonly other: OptionPath | null;
}

/** A configuration that cannot be used. The message has one line for each problem. */
export class ConfigError extends OperatingError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super({
      code: 'config-invalid',
      message: problems.map(printProblem).join('\n'),
      hint:
        options.hint ??
        'Correct every line named above. config/example.yaml shows every option; `orgtrail config schema` prints the rules for an editor.',
      cause: options.cause,
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** A problem with a file or variable as a whole. */
export function wholeProblem(file: string, what: string): ConfigProblem {
  return { file, position: null, path: '', what, other: null };
}

/** `file:line:col path: what`, and the second place where there is one. */
function printProblem(problem: ConfigProblem): string {
  const place = at(problem.file, problem.position);
  const head = problem.path === '' ? place : `${place} ${problem.path}`;
  const { other } = problem;
  const second = other === null ? '' : ` (the other one: ${at(problem.file, other.position)} ${other.path})`;
  return `${head}: ${problem.what}${second}`;
}

/** `accounts[1].id`. */
export function printPath(path: OptionPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`))
    .join('');
}

function at(file: string, position: Position | null): string {
  return position === null ? file : `${file}:${position.line}:${position.column}`;
}
