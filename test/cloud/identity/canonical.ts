/** The canonical request of Signature Version 4 (AWS reference, "create a signed AWS API request", step 1), from the bytes on the wire. */
import type { CloudRequest } from '../endpoint.ts';

/** What goes into a canonical request beside the request itself. */
export interface CanonicalParts {
  readonly request: CloudRequest;
  /** Lower-case, in the order the signer stated. */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  /** S3 signs the path as sent; every other service normalises and encodes it once more. */
  readonly service: string;
}

/** Null when the path or query holds a broken percent escape. */
export function canonicalRequest(parts: CanonicalParts): string | null {
  const { request, signedHeaders, payloadHash } = parts;
  const query = canonicalQuery(request.rawQuery);
  if (query === null) return null;
  const path = parts.service === 's3' ? request.rawPath : canonicalPath(request.rawPath);
  const headers = signedHeaders.map((name) => `${name}:${canonicalValue(request.headers.get(name) ?? '')}\n`);
  return [request.method, path, query, headers.join(''), signedHeaders.join(';'), payloadHash].join('\n');
}

function canonicalValue(value: string): string {
  return value.trim().replaceAll(/ +/gu, ' ');
}

function canonicalPath(rawPath: string): string {
  const kept: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(escape(segment));
  }
  const trailing = kept.length > 0 && rawPath.endsWith('/') ? '/' : '';
  return `/${kept.join('/')}${trailing}`;
}

/** Every pair decoded, encoded the one way, sorted by name and then value; the signature itself left out. */
function canonicalQuery(rawQuery: string): string | null {
  const pairs: (readonly [string, string])[] = [];
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = reencode(equals < 0 ? part : part.slice(0, equals));
    const value = reencode(equals < 0 ? '' : part.slice(equals + 1));
    if (name === null || value === null) return null;
    if (name !== 'X-Amz-Signature') pairs.push([name, value]);
  }
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** By code unit: the text is ASCII once encoded, and no locale may move `-` or `_`. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function reencode(text: string): string | null {
  try {
    return escape(decodeURIComponent(text));
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** RFC 3986: only letters, digits and `-._~` stay. */
function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
