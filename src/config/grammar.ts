/**
 * The grammars of the words a configuration may hold. A grammar returns null for a good value, otherwise what is
 * wrong with it as the end of a sentence that starts with the value. No grammar repeats the value: it may be secret.
 */
import { validateDetailed } from 'node-cron';

export type Grammar = (value: string) => string | null;

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** True for text with line breaks, NUL or other control characters: they forge log lines and cut file names. */
export function hasControl(value: string): boolean {
  return CONTROL.test(value);
}

/** A grammar from a pattern; `rule` says what the value has to be. */
function matching(pattern: RegExp, rule: string): Grammar {
  return (value) => (pattern.test(value) ? null : rule);
}

const ACCOUNT_ID = /^\d{12}$/;

/** Twelve digits, leading zeros kept (reliability.md row 168). */
export function accountId(value: string): string | null {
  if (ACCOUNT_ID.test(value)) return null;
  if (/^\d+$/.test(value)) return `is no account id: it has ${value.length} digits, 12 are wanted`;
  return 'is no account id: 12 digits are wanted and nothing else';
}

/** As it stands in CloudTrail's keys (cloudtrail.md 1.1). */
export const region = matching(/^[a-z]{2,4}(?:-[a-z]+)+-\d$/, 'is no region: something like "us-east-1" is wanted');

/** STS ExternalId. */
export const externalId = matching(
  /^[A-Za-z0-9_+=,.@:/-]{2,1224}$/,
  'is no external id: 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / - are wanted',
);

/** A role's name, with its path when it has one. An ARN would name one account, and this is used in each. */
export function roleName(value: string): string | null {
  if (value.startsWith('arn:'))
    return 'is an ARN: the name of the role alone is wanted, it is the same in every member account';
  if (/^(?:[\w+=,.@-]{1,64}\/){0,8}[\w+=,.@-]{1,64}$/.test(value)) return null;
  return 'is no role name: up to 64 of A-Z a-z 0-9 _ + = , . @ - are wanted';
}

/** Organizations: a root `r-…` or a unit `ou-…-…`. */
export const unit = matching(
  /^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/,
  'is no organizational unit: an id like "ou-ab12-11111111" or "r-ab12" is wanted',
);

/** Organizations: the organization itself. */
export const organizationId = matching(
  /^o-[a-z0-9]{10,32}$/,
  'is no organization id: something like "o-abcdefghij" is wanted',
);

/** A trail's name (CreateTrail): it becomes the last part of an ARN. */
export const trailName = matching(
  /^(?=.{3,128}$)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/,
  'is no trail name: 3 to 128 of A-Z a-z 0-9 . _ - are wanted, first and last a letter or digit, no two of . _ - side by side',
);

/** A name of ours for a lifecycle rule: it becomes part of the rule's id. */
export const ruleName = matching(
  /^(?=.{1,40}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/,
  'is no rule name: up to 40 of A-Z a-z 0-9 - are wanted, first and last a letter or digit',
);

/** CloudTrail as the principal of a policy. Another service in this place would be let into the archive. */
export const cloudtrailPrincipal = matching(
  /^cloudtrail(?:\.[a-z0-9-]{1,63}){2,5}$/,
  'is no service principal of CloudTrail: something like "cloudtrail.amazonaws.com" is wanted',
);

/** ISO 4217. */
export const currency = matching(/^[A-Z]{3}$/, 'is no currency: three capital letters like "USD" are wanted');

/** A name of ours for an organization: it becomes a label of metrics and a word in messages. */
export const label = matching(
  /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?$/,
  'is no name: up to 64 of A-Z a-z 0-9 space . _ - are wanted, first and last a letter or digit',
);

/** One line of text. */
export function line(value: string): string | null {
  if (value.trim() === '') return 'is empty';
  if (hasControl(value)) return 'has control characters or line breaks in it';
  return value.length > 128 ? `is ${value.length} characters long, at most 128 are wanted` : null;
}

/** A path on this machine. */
export function filePath(value: string): string | null {
  if (value.trim() === '') return 'is empty';
  if (hasControl(value)) return 'has control characters or line breaks in it';
  return value.length > 4096 ? `is ${value.length} characters long, at most 4096 are wanted` : null;
}

/** RFC 7617: a colon ends the user name. */
export const userName = matching(
  /^[\x21-\x39\x3b-\x7e]{1,64}$/,
  'is no user name: up to 64 visible ASCII characters without ":" are wanted',
);

/** The name of a claim in an id token. */
export const claimName = matching(
  /^[\x21-\x7e]{1,128}$/,
  'is no name of a claim: up to 128 visible ASCII characters are wanted',
);

/** What a provider is asked for; without `openid` it says nothing about who signed in. */
export function scopes(value: string): string | null {
  const words = value.split(' ');
  const wellFormed = value.length <= 512 && words.every((word) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word));
  if (!wellFormed) return 'is no list of scopes: words with one space between are wanted';
  return words.includes('openid') ? null : 'does not name the scope "openid", which a sign-in needs';
}

const FIELD_NAMES: ReadonlyMap<string, string> = new Map([
  ['second', 'second'],
  ['minute', 'minute'],
  ['hour', 'hour'],
  ['dayOfMonth', 'day of month'],
  ['month', 'month'],
  ['dayOfWeek', 'day of week'],
]);

/** A cron expression, judged by the scheduler that will run it. */
export function cron(value: string): string | null {
  if (hasControl(value)) return 'is no cron expression: it has control characters or line breaks in it';
  const { valid, errors } = validateDetailed(value);
  if (valid) return null;
  const parts = errors.map((error) => {
    const field = FIELD_NAMES.get(error.field);
    return field === undefined ? error.message : `${field} ${JSON.stringify(error.value)} is not possible`;
  });
  return `is no cron expression: ${parts.join(', ')} (minute hour day month weekday, in UTC)`;
}
