/** How one option is declared: its type, default, bounds, unit and sentence, all in one expression. */
import * as z from 'zod';
import type { Grammar } from './grammar.ts';
import { readerPrincipal } from './arn.ts';
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
  return quoted(accountId).meta({ pattern: '^(?:[0-9]{12}|\\$\\{.*\\})$' });
}

/** An account id or the ARN of a principal. */
export function accountOrPrincipal(): z.ZodString {
  return quoted(readerPrincipal).meta({ pattern: '^(?:[0-9]{12}|arn:.*|\\$\\{.*\\})$' });
}

function quoted(grammar: Grammar): z.ZodString {
  const unquoted = 'is read as a number by YAML, and leading zeros get lost: quote the id';
  return z.string({ error: (issue) => (typeof issue.input === 'number' ? unquoted : undefined) }).check((context) => {
    const what = grammar(context.value);
    if (what !== null) context.issues.push({ code: 'custom', message: what, input: context.value });
  });
}

/** A prefix, given out as `''` or ending in one `/`. */
export function prefixOption(sentence: string) {
  return text(prefix).overwrite(withSlash).default('').meta({ description: sentence });
}

/** A prefix that has to be written, also where it is empty. */
export function requiredPrefix(sentence: string): z.ZodString {
  return text(prefix).overwrite(withSlash).meta({ description: sentence });
}

/** An option that may be absent: null then. */
export function orNull<T extends z.ZodType>(schema: T, sentence: string) {
  return schema.nullable().default(null).meta({ description: sentence });
}

/** What a whole number counts and how far it may go. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly unit: string;
  readonly sentence: string;
}

/** A whole number with its bounds. */
export function whole(fields: Bounds & { readonly usual: number }): z.ZodDefault<z.ZodInt> {
  return z
    .int()
    .min(fields.least)
    .max(fields.most)
    .default(fields.usual)
    .meta({ description: withUnit(fields) });
}

/** A whole number that has no default. */
export function requiredWhole(fields: Bounds): z.ZodInt {
  return z
    .int()
    .min(fields.least)
    .max(fields.most)
    .meta({ description: withUnit(fields) });
}

/** A whole number that may be absent: null then. */
export function wholeOrNull(fields: Bounds) {
  return orNull(z.int().min(fields.least).max(fields.most), withUnit(fields));
}

function withUnit(fields: Bounds): string {
  return `${fields.sentence} Unit: ${fields.unit}, ${fields.least} to ${fields.most}.`;
}

/** A yes or no. */
export function flag(usual: boolean, sentence: string): z.ZodDefault<z.ZodBoolean> {
  return z.boolean().default(usual).meta({ description: sentence });
}
