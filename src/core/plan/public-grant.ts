/** Grants to everybody. S3 takes a policy for public unless a fixed value narrows it (S3 guide, 'The meaning of "public"'). */
import type { Json } from '../json.ts';
import type { Statement } from './policy.ts';
import { isRecord, listOf } from './policy-element.ts';
import { isEverybodyNamed } from './principal.ts';

/** Keys that tell callers apart and that no caller chooses: a referer or user agent is whatever it is said to be. */
const NARROWING: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  'kms:calleraccount',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);

/** Paths of an organization may end in a wildcard: their first part is the organization itself. */
const PATHS: ReadonlySet<string> = new Set(['aws:principalorgpaths', 'aws:sourceorgpaths']);

/** IfExists holds without the key, ForAllValues of nothing, and negated operators for almost everybody: none narrows. */
const NARROWING_OPERATOR = /^(?:foranyvalue:)?(?:stringequals|stringequalsignorecase|stringlike|arnequals|arnlike)$/;
const RANGE_OPERATOR = /^(?:foranyvalue:)?ipaddress$/;

/** Whether the statement grants something to everybody, with no fixed value that narrows it. Unreadable counts as so. */
export function isPublicGrant(statement: Statement): boolean {
  if (statement['Effect'] === 'Deny') return false;
  return isEverybodyNamed(statement) && !isNarrowedBy(statement, NARROWING);
}

/** Whether one of the keys (lower case) narrows the statement to fixed values. */
export function isNarrowedBy(statement: Statement, keys: ReadonlySet<string>): boolean {
  const block = statement['Condition'];
  if (!isRecord(block)) return false;
  return Object.entries(block).some(([operator, tested]) => {
    if (!isRecord(tested)) return false;
    return Object.entries(tested).some(
      ([key, values]) => keys.has(key.toLowerCase()) && isFixed(operator.toLowerCase(), key.toLowerCase(), values),
    );
  });
}

function isFixed(operator: string, key: string, values: Json): boolean {
  const list = listOf(values);
  if (list.length === 0 || !list.every((one) => typeof one === 'string')) return false;
  if (RANGE_OPERATOR.test(operator)) return key === 'aws:sourceip' && list.every(isNarrowRange);
  if (!NARROWING_OPERATOR.test(operator) || key === 'aws:sourceip') return false;
  return list.every((value) => (PATHS.has(key) ? /^o-[a-z0-9]{10,32}\//.test(value) : isFixedText(value)));
}

/** A wildcard, a variable, or nothing at all is no fixed value. */
function isFixedText(value: string): boolean {
  return value !== '' && !/[*?]|\$\{/.test(value);
}

/** 0.0.0.0/0 is everybody; S3 draws the line at /8, and at /32 for IPv6. */
function isNarrowRange(range: string): boolean {
  const [address = '', length] = range.split('/');
  if (length === undefined) return isFixedText(address);
  return isFixedText(address) && /^\d{1,3}$/.test(length) && Number(length) >= (address.includes(':') ? 32 : 8);
}
