/** The options that say how long what is kept where, and what that costs. */
import * as z from 'zod';
import { LIFECYCLE_AREAS, STORAGE_CLASSES } from '../core/plan/wanted.ts';
import { currency, ruleName } from './grammar.ts';
import { account, orNull, text, requiredWhole, wholeOrNull } from './option.ts';

const MOST_DAYS = 36_500;
const MOST_RULES = 1000; // what S3 takes in one bucket
const MOST_BYTES = 50 * 1024 ** 4; // the largest object of S3
const MOST_PRICE = 1000;

const transitionSchema = z.strictObject({
  days: requiredWhole({ least: 0, most: MOST_DAYS, unit: 'days', sentence: 'After which age an object moves.' }),
  class: z.enum(STORAGE_CLASSES).meta({ description: 'The storage class that it moves to.' }),
});

const ruleSchema = z.strictObject({
  name: text(ruleName).meta({ description: "The rule's name; S3 knows it as orgtrail- and this." }),
  of: z.enum(LIFECYCLE_AREAS).meta({
    description: 'Which part of the archive: proven (logs and digests), logs, digests, pending, quarantine, receipts.',
  }),
  accounts: z
    .array(account())
    .max(MOST_RULES)
    .default([])
    .meta({ description: "Whose files, by account id in quotes; empty: everybody's." }),
  transitions: z
    .array(transitionSchema)
    .max(STORAGE_CLASSES.length)
    .default([])
    .meta({ description: 'When files move to which cheaper storage class.' }),
  expireDays: wholeOrNull({
    least: 1,
    most: MOST_DAYS,
    unit: 'days',
    sentence: 'The age at which files are removed; null keeps them.',
  }),
  noncurrentDays: wholeOrNull({
    least: 1,
    most: MOST_DAYS,
    unit: 'days',
    sentence: 'How long superseded versions are kept; null keeps them.',
  }),
  abortUploadsDays: wholeOrNull({
    least: 1,
    most: MOST_DAYS,
    unit: 'days',
    sentence: 'When incomplete uploads are removed; null keeps them.',
  }),
  largerThanBytes: wholeOrNull({
    least: 0,
    most: MOST_BYTES,
    unit: 'bytes',
    sentence: 'Only files larger than this; null sets no bound.',
  }),
  smallerThanBytes: wholeOrNull({
    least: 1,
    most: MOST_BYTES,
    unit: 'bytes',
    sentence: 'Only files smaller than this; null sets no bound.',
  }),
});

/** Money by storage class: may be empty, but has to be written. A mistyped class would leave a cost out without a word. */
function prices(classes: readonly string[], sentence: string) {
  return z
    .record(z.string(), z.number().min(0).max(MOST_PRICE))
    .check((context) => {
      for (const key of Object.keys(context.value)) {
        if (classes.includes(key)) continue;
        const message = `has a key that is no storage class: one of ${classes.join(', ')} is wanted`;
        context.issues.push({ code: 'custom', message, path: [key], input: context.value });
      }
    })
    .meta({ description: sentence });
}

const pricesSchema = z.strictObject({
  currency: text(currency).meta({ description: 'The currency of every price here: three letters such as USD.' }),
  storage: prices(
    ['STANDARD', ...STORAGE_CLASSES],
    'The price of a gigabyte and month, by storage class. Classes without a price are told as such.',
  ),
  transition: prices(STORAGE_CLASSES, 'The price of a thousand transitions into a class, by storage class.'),
});

const groupSchema = z.strictObject({
  rules: z.array(ruleSchema).max(MOST_RULES).default([]).meta({
    description: "The archive bucket's lifecycle rules that are orgtrail's; others stay as they are.",
  }),
  minimumSize: z.enum(['all-128K', 'varies']).default('all-128K').meta({
    description:
      "Which small files never move: all-128K is S3's default, varies lets them into GLACIER and DEEP_ARCHIVE.",
  }),
  retentionDays: wholeOrNull({
    least: 1,
    most: MOST_DAYS,
    unit: 'days',
    sentence: 'How long everything proven must be kept at least; null sets no such duty.',
  }),
  prices: orNull(pricesSchema, 'What storage costs, for the cost line of the plan; null gives no cost.'),
});

export const lifecycleSchema = orNull(
  groupSchema,
  'How long what is kept where; null leaves every lifecycle rule alone, those of orgtrail too.',
);
