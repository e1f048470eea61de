/**
 * The types of a receipt read back. Its name binds who and when; this holds the rest, so that no reader meets a verdict
 * outside the closed lists or a number where it prints a text: either would end the program as a bug.
 */
import { BLOCKED_CODES, DIGEST_CODES, LINK_CODES, LOG_CODES } from './verdict.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTextOrNull: Check = (value) => value === null || isText(value);
const isTextIfThere: Check = (value) => value === undefined || isTextOrNull(value);
const isSize: Check = (value) => value === null || (typeof value === 'number' && Number.isSafeInteger(value));
const isTexts: Check = (value) => Array.isArray(value) && value.every((one) => isText(one));
const isTextsIfThere: Check = (value) => value === undefined || isTexts(value);
const isVia: Check = (value) => value === null || value === 'source' || value === 'pending' || value === 'archive';
const isPrevious: Check = (value) => value === null || faultIn(value, PREVIOUS) === null;

function oneOf(...codes: readonly string[]): Check {
  return (value) => typeof value === 'string' && codes.includes(value);
}

const PREVIOUS = { bucket: isText, key: isText, sha256: isText, signature: isText };
const LINK = { verdict: oneOf(...LINK_CODES, 'digest-missing', ...BLOCKED_CODES), detail: isText };
const DIGEST = {
  verdict: oneOf(...DIGEST_CODES, ...BLOCKED_CODES),
  detail: isText,
  place: isTextOrNull,
  previous: isPrevious,
  fingerprint: isTextOrNull,
  signature: isTextOrNull,
  contentSha256: isTextOrNull,
  storedSha256: isTextOrNull,
  size: isSize,
  generated: isTextIfThere,
  notes: isTextsIfThere,
};
const LOG = {
  verdict: oneOf(...LOG_CODES, ...BLOCKED_CODES),
  detail: isText,
  via: isVia,
  place: isTextOrNull,
  expectedSha256: isText,
  contentSha256: isTextOrNull,
  storedSha256: isTextOrNull,
  size: isSize,
  notes: isTexts,
};

/** The first field that is not of its type, in words; null when every one is. */
export function typeFault(receipt: {
  readonly digest: unknown;
  readonly link: unknown;
  readonly logs: readonly unknown[];
}): string | null {
  const parts = [
    ['digest', receipt.digest, DIGEST] as const,
    ['link', receipt.link, LINK] as const,
    ...receipt.logs.map((log) => ['log file', log, LOG] as const),
  ];
  for (const [what, part, fields] of parts) {
    const field = faultIn(part, fields);
    if (field !== null) return `the ${field} of its ${what} is not of its type`;
  }
  return null;
}

function faultIn(part: unknown, fields: Readonly<Record<string, Check>>): string | null {
  const held = new Map(Object.entries(part ?? {}));
  return Object.keys(fields).find((name) => fields[name]?.(held.get(name)) !== true) ?? null;
}
