/** Between the SDK's objects and the JSON that plans compare: dates become ISO text, absent fields are left out. */
import type { DocumentState } from '../core/plan/document.ts';
import { parseStrictJson, type Json } from '../core/json.ts';
import { OperatingError } from '../errors.ts';
import { failedTo, garbledError, type CallContext } from './aws-errors.ts';

/** JSON of an SDK output's part. */
export function jsonOf(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value as Json;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]): [string, Json] => [name, jsonOf(field)]));
}

/** The SDK's object for a setting: what stands under `Date` becomes a date again. */
export function sdkOf(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(sdkOf);
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      name === 'Date' && typeof field === 'string' ? new Date(field) : sdkOf(field),
    ]),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Nothing in it, and nothing in its parts. */
export function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/**
 * A policy's text, parsed. What is no JSON at all is no answer of AWS, which stores only what it could read itself; a
 * name that stands twice is one that two readers read differently, so it is unreadable and never halved.
 */
export function policyState(text: string, context: CallContext): DocumentState {
  const parsed = parseStrictJson(Buffer.from(text, 'utf8'));
  if ('value' in parsed) return { state: 'present', value: parsed.value };
  if (!isJson(text)) throw garbledError(context, `the policy is ${parsed.problem}`);
  const problem = {
    code: 'policy-unreadable',
    detail: `${failedTo(context)}: in the policy, ${parsed.problem}`,
    hint: 'Write the policy anew so that it can be read in one way only; nothing is changed before.',
  };
  return { state: 'unreadable', problem };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What cannot be unset. */
export function cannotRemove(context: CallContext, why: string): OperatingError {
  return new OperatingError({
    code: 'document-refused',
    message: `${failedTo(context)}: ${why}`,
    hint: 'Leave it as it is, or set it to another value.',
  });
}
