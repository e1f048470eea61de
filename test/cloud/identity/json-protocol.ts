/**
 * AWS JSON 1.1: the protocol of Organizations, CloudTrail and KMS. The operation stands in X-Amz-Target, the error in `__type`.
 * Account Management is REST with JSON bodies: there the path names the operation.
 */
import type { ZodType } from 'zod';
import type { CloudRequest, CloudResponse, Endpoint } from '../endpoint.ts';
import { answer, deny, respond, type Answer, type ControlRequest } from './answers.ts';
import type { ControlPlane, ControlService } from './controlplane.ts';
import { claimedScope } from './signature.ts';

export type Operation = (call: ControlRequest) => Answer;

/** An operation whose input is checked first, as AWS refuses unreadable input before anything else. */
export function operation<Input>(
  schema: ZodType<Input>,
  run: (call: ControlRequest, input: Input) => Answer,
): Operation {
  return (call) => {
    const input = schema.safeParse(call.input);
    if (input.success) return run(call, input.data);
    return deny(
      'SerializationException',
      input.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  };
}

export interface JsonService {
  readonly service: ControlService;
  readonly state: ControlPlane;
  readonly operations: ReadonlyMap<string, Operation>;
  /** What an operation answers when its list is told to be empty. */
  readonly empty: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

const PATHS: ReadonlyMap<string, string> = new Map([['/listRegions', 'ListRegions']]);

/** The operation by target, else by path; empty for none. No bucket is called as a path is: they have capital letters. */
export function jsonOperationOf(request: CloudRequest): string {
  // Clients write the target with and without the service's package name; the last part is the operation.
  const target = request.headers.get('x-amz-target')?.split('.').at(-1);
  return target ?? (request.method === 'POST' ? PATHS.get(request.rawPath) : undefined) ?? '';
}

/** Authenticates, counts, strikes with faults, runs. */
export function jsonEndpoint(service: JsonService): Endpoint {
  return (request) => render(handle(service, request));
}

function handle({ service, state, operations, empty }: JsonService, request: CloudRequest): Answer {
  const name = jsonOperationOf(request);
  const run = operations.get(name);
  if (request.method !== 'POST' || run === undefined)
    return deny('UnknownOperationException', `${service} has no operation ${name}`);
  const identity = state.identities.authenticate(request, service);
  if (!identity.ok) return authenticationError(identity.code, identity.message);
  const { principal } = identity;
  const region = claimedScope(request)?.region ?? '';
  const fault = state.strike({
    service,
    operation: name,
    account: principal.account,
    arn: principal.arn,
    region,
    at: state.now(),
  });
  if (fault?.outcome.type === 'error')
    return deny(fault.outcome.code, fault.outcome.message ?? 'Fault on demand', fault.outcome.status);
  const input = readInput(request.body);
  if (!input.ok) return input;
  const outcome = run({ state, principal, region, input: input.result });
  const none = empty.get(name);
  return fault !== null && outcome.ok && none !== undefined ? answer(none) : outcome;
}

/** The same refusals under the names that JSON services use for them (AWS reference, "common errors"). */
function authenticationError(code: string, message: string): Answer {
  switch (code) {
    case 'InvalidAccessKeyId':
    case 'InvalidToken':
      return deny('UnrecognizedClientException', 'The security token included in the request is invalid.');
    case 'ExpiredToken':
      return deny('ExpiredTokenException', 'The security token included in the request is expired');
    case 'SignatureDoesNotMatch':
    case 'XAmzContentSHA256Mismatch':
      return deny('InvalidSignatureException', message);
    case 'RequestTimeTooSkewed':
      return deny('InvalidSignatureException', 'Signature expired: the request time is too far from the current time');
    case 'AuthorizationHeaderMalformed':
      return deny('IncompleteSignatureException', message);
    default:
      return deny('MissingAuthenticationTokenException', message, 403);
  }
}

function readInput(body: Uint8Array): Answer<unknown> {
  if (body.length === 0) return answer({});
  try {
    return answer(JSON.parse(Buffer.from(body).toString('utf8')) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) return deny('SerializationException', error.message);
    throw error;
  }
}

function render(outcome: Answer): CloudResponse {
  const type = 'application/x-amz-json-1.1';
  if (outcome.ok) return respond(200, type, JSON.stringify(outcome.result));
  return respond(
    outcome.status,
    type,
    JSON.stringify({ __type: outcome.code, message: outcome.message, Message: outcome.message }),
  );
}
