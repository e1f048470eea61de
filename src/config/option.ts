/** How one option is declared: its type, default, bounds, unit and sentence, all in one expression. */
import * as z from 'zod';
import type { Grammar } from './grammar.ts';
import { accountId } from './grammar.ts';
import { prefix, withSlash } from './place.ts';

/** Text that keeps a grammar. */
export function text(grammar: Grammar): z.ZodString {
  return z.string().check((context) => {
    const what = grammar(context.value);
    if (what !== null) context.issues.push({ code: 'custom', message: what, input: context.value });
  });
}

/** An account id. YAML reads an unquoted one as a number and drops its leading zeros. */
export function account(): z.ZodString {
  const unquoted = 'is read as a number by YAML, and leading zeros get lost: quote the id';
  return z
    .string({ error: (issue) => (typeof issue.input === 'number' ? unquoted : undefined) })
    .check((context) => {
      const what = accountId(context.value);
      if (what !== null) context.issues.push({ code: 'custom', message: what, input: context.value });
    })
    .meta({ pattern: '^(?:[0-9]{12}|\\$\\{.*\\})$' });
}

/** A prefix, given out as `''` or ending in one `/`. */
export function prefixOption(sentence: string) {
  return text(prefix).overwrite(withSlash).default('').meta({ description: sentence });
}

/** An option that may be absent: null then. */
export function orNull<T extends z.ZodType>(schema: T, sentence: string) {
  return schema.nullable().default(null).meta({ description: sentence });
}

/** A whole number with its bounds. */
export function whole(fields: {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly unit: string;
  readonly sentence: string;
}): z.ZodDefault<z.ZodInt> {
  const description = `${fields.sentence} Unit: ${fields.unit}, ${fields.least} to ${fields.most}.`;
  return z.int().min(fields.least).max(fields.most).default(fields.usual).meta({ description });
}

/** A yes or no. */
export function flag(usual: boolean, sentence: string): z.ZodDefault<z.ZodBoolean> {
  return z.boolean().default(usual).meta({ description: sentence });
}
