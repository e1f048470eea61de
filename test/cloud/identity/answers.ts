/** The answers of the control plane's operations, before a protocol gives them its form. */
import type { CloudResponse, Principal } from '../endpoint.ts';
import type { ControlPlane } from './controlplane.ts';

/** A result's fields, or AWS's error code with its HTTP status. */
export type Answer<Result = Readonly<Record<string, unknown>>> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly status: number };

export function answer<Result>(result: Result): Answer<Result> {
  return { ok: true, result };
}

export function deny(code: string, message: string, status = 400): Extract<Answer, { ok: false }> {
  return { ok: false, code, message, status };
}

/** One authenticated call. `region` is the credential scope's: the endpoint that the client believes to talk to. */
export interface ControlRequest {
  readonly state: ControlPlane;
  readonly principal: Principal;
  readonly region: string;
  readonly input: unknown;
}

/** The response with the headers every AWS service sends. */
export function respond(status: number, contentType: string, text: string): CloudResponse {
  const body = Buffer.from(text, 'utf8');
  const headers = new Map([
    ['content-type', contentType],
    ['content-length', String(body.length)],
    ['x-amzn-requestid', crypto.randomUUID()],
  ]);
  return { status, headers, body };
}
