/** One HTTP request as it came over the wire: the raw path is kept, since `new URL()` would turn `/../x` into `/x`. */
export interface CloudRequest {
  readonly method: string;
  readonly rawPath: string /* before '?' , undecoded */;
  readonly query: ReadonlyMap<string, string> /* decoded */;
  readonly rawQuery: string;
  readonly headers: ReadonlyMap<string, string> /* lower-case */;
  readonly body: Uint8Array;
}
export interface CloudResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}
/** Who signed a request. */
export interface Principal {
  readonly account: string;
  readonly arn: string /* user ARN or assumed-role ARN */;
  readonly policies: readonly string[] | null /* null: full rights in its own account */;
}
export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly code: string; readonly message: string }; // codes: SignatureDoesNotMatch, InvalidAccessKeyId, ExpiredToken, AccessDenied, RequestTimeTooSkewed
export interface Identities {
  authenticate(request: CloudRequest, service: string): Authentication;
  /** may this principal do this, given the resource's owner account and its resource policy (JSON text or null)? */ allowed(question: {
    principal: Principal;
    action: string;
    resource: string;
    owner: string;
    resourcePolicy: string | null;
    context: ReadonlyMap<string, string>;
    /** Keys: even within the account nobody is let in whom the resource's own policy does not name. */
    resourcePolicyMustAllow?: boolean;
  }): boolean;
}
/** A handler for one service; the front picks it by host/headers. */
export type Endpoint = (request: CloudRequest) => Promise<CloudResponse> | CloudResponse;
