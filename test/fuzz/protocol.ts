/** What the program and its worker threads tell each other. */
import type { Plan } from './run.ts';

export interface Task extends Plan {
  readonly target: string;
  /** One number, counted up before each case: it shows a case that never ends. */
  readonly begun: SharedArrayBuffer;
}
