/** Buckets and prefixes: their grammar, their one spelling, and whether two places overlap. */
import type { Place } from '../core/source.ts';
import { hasControl } from './grammar.ts';

/** General purpose bucket names as S3 gives them out. */
export function bucketName(value: string): string | null {
  const shape = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value);
  if (!shape) return 'is no bucket name: 3 to 63 of a-z 0-9 . - are wanted, first and last a letter or digit';
  if (value.includes('..')) return 'is no bucket name: it has two dots side by side';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return 'is no bucket name: it looks like an IP address';
  if (/^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|--x-s3|\.mrap)$/.test(value)) {
    return 'is no bucket name: S3 keeps this beginning or ending for itself';
  }
  return null;
}

/**
 * A prefix decides which keys are read and written, so anything that could leave it or match more than itself is
 * refused (reliability.md row 173). `AWSLogs/` inside would let one source's keys pass for another's (cloudtrail.md 1.1).
 */
export function prefix(value: string): string | null {
  if (value === '') return null;
  if (hasControl(value)) return 'is no prefix: it has control characters or line breaks in it';
  if (value.startsWith('/')) return 'is no prefix: it starts with "/"';
  if (value.includes('..')) return 'is no prefix: it has ".." in it';
  if (/[*?\\]/.test(value)) return 'is no prefix: it has "*", "?" or "\\" in it';
  if (value.includes('//')) return 'is no prefix: it has an empty part ("//")';
  if (value.split('/').includes('.')) return 'is no prefix: it has the part "." in it';
  if (`${value}/`.includes('AWSLogs/'))
    return 'is no prefix: it contains "AWSLogs/"; give only what stands before AWSLogs';
  return value.length > 200 ? `is ${value.length} characters long, at most 200 are wanted` : null;
}

/** The one spelling of a prefix: empty, or ending in one `/`. */
export function withSlash(value: string): string {
  return value === '' || value.endsWith('/') ? value : `${value}/`;
}

/** `bucket` or `bucket/prefix`. */
export function formerBucket(value: string): string | null {
  const cut = value.indexOf('/');
  if (cut < 0) return bucketName(value);
  return bucketName(value.slice(0, cut)) ?? prefix(value.slice(cut + 1));
}

/** The one spelling of a former bucket: no `/` at the end. */
export function withoutSlash(value: string): string {
  return value.endsWith('/') ? value.slice(0, -1) : value;
}

/** What `bucket` or `bucket/prefix` names. */
export function formerPlace(value: string): Place {
  const cut = value.indexOf('/');
  if (cut < 0) return { bucket: value, prefix: '' };
  return { bucket: value.slice(0, cut), prefix: withSlash(value.slice(cut + 1)) };
}

/** True when one place lies inside the other. An empty prefix is the whole bucket. */
export function overlap(a: Place, b: Place): boolean {
  return a.bucket === b.bucket && (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix));
}
