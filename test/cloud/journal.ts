/** What was asked of the cloud and by whom: the list that tests count mutating calls and missing owners in. */
import type { CloudRequest, Principal } from './endpoint.ts';
import { jsonOperationOf } from './identity/json-protocol.ts';
import { SNS_ACTIONS } from './identity/sns.ts';
import { mutates, operationOf } from './s3/operation.ts';

export type ServiceName = 's3' | 'sts' | 'sns' | 'json';

/** One request as far as it can be named before it is answered. */
export interface NamedRequest {
  readonly service: ServiceName;
  /** AWS's name of the operation; empty when there is none. */
  readonly operation: string;
  readonly bucket: string | null;
  /** The object's key; for AssumeRole the role's ARN, for KMS the key's id or ARN, for SNS the topic's ARN. */
  readonly key: string | null;
  /** Null when the signature was refused. */
  readonly principal: Principal | null;
}

/** One line of the journal. */
export interface JournalEntry extends NamedRequest {
  /** Epoch milliseconds of the cloud's clock. */
  readonly at: number;
  readonly method: string;
  /** As answered; 0 when the connection ended or stalled instead. */
  readonly status: number;
  readonly mutating: boolean;
  readonly expectedOwner: string | null;
  readonly sourceExpectedOwner: string | null;
  /** `If-None-Match` or `If-Match` of the request itself, with its name. */
  readonly condition: string | null;
  readonly copySource: string | null;
  readonly userAgent: string;
  /** The kind of the fault that was put in; null for none. */
  readonly fault: string | null;
}

export interface Journal {
  /** Oldest first, at most the limit; read `dropped` before concluding anything from an absence. */
  readonly entries: readonly JournalEntry[];
  /** How many entries the limit has cost. */
  readonly dropped: number;
  add(entry: JournalEntry): void;
  clear(): void;
}

export function createJournal(limit: number): Journal {
  const entries: JournalEntry[] = [];
  let dropped = 0;
  return {
    entries,
    get dropped() {
      return dropped;
    },
    add(entry) {
      entries.push(entry);
      if (entries.length <= limit) return;
      const excess = Math.ceil(limit / 10);
      entries.splice(0, excess);
      dropped += excess;
    },
    clear() {
      entries.length = 0;
      dropped = 0;
    },
  };
}

/** Which service a request is for, all of them living on one port. */
export function serviceOf(request: CloudRequest): ServiceName {
  if (request.headers.has('x-amz-target') || jsonOperationOf(request) !== '') return 'json';
  const form = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (request.method === 'POST' && request.rawPath === '/' && form)
    return SNS_ACTIONS.has(formOf(request).get('Action') ?? '') ? 'sns' : 'sts';
  return 's3';
}

function formOf(request: CloudRequest): URLSearchParams {
  return new URLSearchParams(Buffer.from(request.body).toString('utf8'));
}

/** The key that a KMS call is about; other JSON services name nothing that faults would choose by. */
function keyIdOf(request: CloudRequest): string | null {
  if (request.headers.get('x-amz-target')?.startsWith('TrentService') !== true) return null;
  return /"KeyId"\s*:\s*"([^"]{1,2048})"/.exec(Buffer.from(request.body).toString('utf8'))?.[1] ?? null;
}

/** Names a request for journal and faults. */
export function nameRequest(request: CloudRequest, service: ServiceName, principal: Principal | null): NamedRequest {
  switch (service) {
    case 'json':
      return { service, operation: jsonOperationOf(request), bucket: null, key: keyIdOf(request), principal };
    case 'sts':
    case 'sns': {
      const form = formOf(request);
      const key = form.get(service === 'sts' ? 'RoleArn' : 'TopicArn');
      return { service, operation: form.get('Action') ?? '', bucket: null, key, principal };
    }
    case 's3': {
      const named = operationOf(request);
      const { bucket = '', key = '', name: operation = '' } = named ?? {};
      return { service, operation, bucket: bucket === '' ? null : bucket, key: key === '' ? null : key, principal };
    }
  }
}

/** Completes a named request to a line of the journal. */
export function journalEntry(
  named: NamedRequest,
  request: CloudRequest,
  outcome: { readonly at: number; readonly status: number; readonly fault: string | null },
): JournalEntry {
  const header = (name: string): string | null => request.headers.get(name) ?? null;
  const condition = ['if-none-match', 'if-match'].find((name) => request.headers.has(name));
  return {
    ...named,
    ...outcome,
    method: request.method,
    mutating: mutates(named.operation),
    expectedOwner: header('x-amz-expected-bucket-owner'),
    sourceExpectedOwner: header('x-amz-source-expected-bucket-owner'),
    condition: condition === undefined ? null : `${condition}: ${request.headers.get(condition)}`,
    copySource: header('x-amz-copy-source'),
    userAgent: header('user-agent') ?? '',
  };
}
