/** What a signature says of the body, checked against the body: else a signed request could carry another's bytes. */
import { hash } from 'node:crypto';
import type { CloudRequest } from '../endpoint.ts';
import { refusal, type Refusal, type Signed } from './signature.ts';

export type PayloadHash = { readonly ok: true; readonly payloadHash: string } | Refusal;

/** Bodies that S3 lets go unsigned; the trailer's checksum is S3's own affair. */
const UNSIGNED: ReadonlySet<string> = new Set(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']);

/** The hash that goes into the canonical request. */
export function payloadHashOf(request: CloudRequest, signed: Signed): PayloadHash {
  const declared = request.headers.get('x-amz-content-sha256') ?? request.query.get('X-Amz-Content-Sha256');
  const actual = hash('sha256', request.body);
  if (signed.service !== 's3')
    return declared === undefined || declared === actual ? { ok: true, payloadHash: actual } : mismatch();
  if (declared === undefined) {
    if (signed.presigned) return { ok: true, payloadHash: 'UNSIGNED-PAYLOAD' };
    return refusal('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  if (UNSIGNED.has(declared)) return { ok: true, payloadHash: declared };
  if (declared.startsWith('STREAMING-'))
    return refusal('NotImplemented', `x-amz-content-sha256 ${declared} is not implemented`);
  return declared === actual ? { ok: true, payloadHash: actual } : mismatch();
}

function mismatch(): Refusal {
  return refusal(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}
