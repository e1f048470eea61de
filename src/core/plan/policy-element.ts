/** The parts that policies are made of, and answers that may be missing: nothing is believed that could not be judged. */
import type { Json } from '../json.ts';

/** Whether something holds. `unsure` is an answer: whoever asks for safety takes it for the worse one. */
export type Truth = 'yes' | 'no' | 'unsure';

export function truth(holds: boolean): Truth {
  return holds ? 'yes' : 'no';
}

export function not(value: Truth): Truth {
  if (value === 'unsure') return 'unsure';
  return value === 'yes' ? 'no' : 'yes';
}

/** All of them: one that does not hold settles it, whatever the others would have said. */
export function allOf(values: readonly Truth[]): Truth {
  if (values.includes('no')) return 'no';
  return values.includes('unsure') ? 'unsure' : 'yes';
}

/** Any of them: one that holds settles it. */
export function anyOf(values: readonly Truth[]): Truth {
  if (values.includes('yes')) return 'yes';
  return values.includes('unsure') ? 'unsure' : 'no';
}

export function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A scalar or a list, as a list: AWS takes and gives both for one element. */
export function listOf(value: Json): readonly Json[] {
  return isList(value) ? value : [value];
}

/** The texts of an element that holds one or several; null when it holds anything else, or nothing. */
export function textsOf(value: Json): readonly string[] | null {
  const list = listOf(value);
  return list.length > 0 && list.every((one) => typeof one === 'string') ? list : null;
}
