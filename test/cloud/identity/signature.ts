/** Signature Version 4: what a request says of its signer, and whether the signature is the one the secret makes. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { CloudRequest } from '../endpoint.ts';
import { canonicalRequest } from './canonical.ts';

/** The credential scope: which key, for which day, region and service. */
export interface Scope {
  readonly accessKeyId: string;
  /** YYYYMMDD. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** A signature as the request carries it, in its header or (presigned) in its query. */
export interface Signed extends Scope {
  readonly presigned: boolean;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  /** Epoch milliseconds of `timestamp`. */
  readonly signedAt: number;
  /** Seconds that a presigned request holds; null for the header form. */
  readonly expires: number | null;
  readonly token: string | null;
}

export type Refusal = { readonly ok: false; readonly code: string; readonly message: string };
export type ReadSignature = { readonly ok: true; readonly signed: Signed } | Refusal;

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_PRESIGNED_SECONDS = 604_800;

export function refusal(code: string, message: string): Refusal {
  return { ok: false, code, message };
}

/** The scope a request claims, unchecked; null when it is not signed. The front may pick the service by it. */
export function claimedScope(request: CloudRequest): Scope | null {
  const read = readSignature(request);
  return read.ok ? read.signed : null;
}

/** Reads either form. Both at once is refused, as S3 does: which one counted would be anybody's guess. */
export function readSignature(request: CloudRequest): ReadSignature {
  const header = request.headers.get('authorization');
  const presigned = request.query.has('X-Amz-Algorithm') || request.query.has('X-Amz-Signature');
  if (header !== undefined && presigned) return refusal('InvalidArgument', 'Only one auth mechanism allowed');
  if (header === undefined && !presigned) return refusal('AccessDenied', 'Access Denied: the request is not signed');
  const fields = header === undefined ? queryFields(request) : headerFields(request, header);
  return fields === null
    ? refusal('AuthorizationHeaderMalformed', 'The authorization information is malformed')
    : signedFrom(fields);
}

interface Fields {
  readonly presigned: boolean;
  readonly algorithm: string;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly expires: string | null;
  readonly token: string | null;
}

function headerFields(request: CloudRequest, header: string): Fields | null {
  const space = header.indexOf(' ');
  const parts = new Map<string, string>();
  for (const part of header.slice(space + 1).split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) parts.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    parts.get(name),
  );
  const timestamp = request.headers.get('x-amz-date');
  if (
    space < 0 ||
    credential === undefined ||
    signedHeaders === undefined ||
    signature === undefined ||
    timestamp === undefined
  )
    return null;
  const token = request.headers.get('x-amz-security-token') ?? null;
  return {
    presigned: false,
    algorithm: header.slice(0, space),
    credential,
    signedHeaders,
    signature,
    timestamp,
    expires: null,
    token,
  };
}

function queryFields(request: CloudRequest): Fields | null {
  const read = (name: string): string | undefined => request.query.get(`X-Amz-${name}`);
  const [algorithm, credential, signedHeaders] = [read('Algorithm'), read('Credential'), read('SignedHeaders')];
  const [signature, timestamp, expires] = [read('Signature'), read('Date'), read('Expires')];
  if (algorithm === undefined || credential === undefined || signedHeaders === undefined) return null;
  if (signature === undefined || timestamp === undefined || expires === undefined) return null;
  return {
    presigned: true,
    algorithm,
    credential,
    signedHeaders,
    signature,
    timestamp,
    expires,
    token: read('Security-Token') ?? null,
  };
}

function signedFrom(fields: Fields): ReadSignature {
  const malformed = refusal('AuthorizationHeaderMalformed', 'The authorization information is malformed');
  const scope = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/u.exec(fields.credential);
  const signedAt = instantOf(fields.timestamp);
  if (fields.algorithm !== ALGORITHM || scope === null || Number.isNaN(signedAt)) return malformed;
  if (!/^[0-9a-f]{64}$/u.test(fields.signature)) return malformed;
  const [, accessKeyId = '', date = '', region = '', service = ''] = scope;
  if (!fields.timestamp.startsWith(date))
    return refusal('SignatureDoesNotMatch', 'Date in Credential scope does not match the date of the request');
  const expires = fields.expires === null ? null : Number(fields.expires);
  if (expires !== null && !(Number.isInteger(expires) && expires >= 1 && expires <= MAX_PRESIGNED_SECONDS)) {
    return refusal('AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds');
  }
  const { presigned, signature, timestamp, token } = fields;
  const signedHeaders = fields.signedHeaders.split(';');
  return {
    ok: true,
    signed: {
      accessKeyId,
      date,
      region,
      service,
      presigned,
      signedHeaders,
      signature,
      timestamp,
      signedAt,
      expires,
      token,
    },
  };
}

function instantOf(timestamp: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(timestamp);
  if (found === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = found;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Whether the signature is the one that `secret` makes over this request. */
export function signatureMatches(
  request: CloudRequest,
  signed: Signed,
  proof: { readonly secret: string; readonly payloadHash: string },
): boolean {
  const { signedHeaders, service } = signed;
  const canonical = canonicalRequest({ request, signedHeaders, payloadHash: proof.payloadHash, service });
  if (canonical === null) return false;
  const scope = `${signed.date}/${signed.region}/${service}/aws4_request`;
  const expected = hmac(
    signingKey(proof.secret, signed),
    [ALGORITHM, signed.timestamp, scope, hash('sha256', canonical)].join('\n'),
  );
  return timingSafeEqual(expected, Buffer.from(signed.signature, 'hex'));
}

function signingKey(secret: string, scope: Scope): Buffer {
  return [scope.date, scope.region, scope.service, 'aws4_request'].reduce<Buffer>(
    hmac,
    Buffer.from(`AWS4${secret}`, 'utf8'),
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
