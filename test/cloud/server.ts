/** The front: one loopback port for every service, so that a plain `AWS_ENDPOINT_URL` is all a client needs. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { CloudRequest, CloudResponse, Endpoint, Identities, Principal } from './endpoint.ts';
import type { Faults } from './faults.ts';
import { readRequest, sendDelivery } from './http.ts';
import { createJournal, type Journal, journalEntry, nameRequest, serviceOf, type ServiceName } from './journal.ts';
import { deliver, type Delivery, refusal } from './sabotage.ts';
import { type Encryption, type S3State, type StoredVersion, storeObject } from './s3/bucket.ts';
import type { CloudObject } from './types.ts';

const MAX_HEADER_BYTES = 64 * 1024;
const JOURNAL_LIMIT = 200_000;
/** Shared by all objects that have none: a forge puts hundreds of thousands. Never changed, only replaced. */
const NONE: ReadonlyMap<string, string> = new Map();

export interface CloudSettings {
  readonly endpoints: ReadonlyMap<ServiceName, Endpoint>;
  /** The same that the endpoints use, wrapped by `remembering` so that nothing is checked twice. */
  readonly identities: Identities;
  readonly state: S3State;
  readonly faults: Faults;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Entries kept in the journal; 200,000 when absent. */
  readonly journalLimit?: number;
}

/** How an object lands that is not an ordinary one. */
export interface Placement {
  readonly encryption?: Encryption;
  readonly storageClass?: string;
  readonly tags?: ReadonlyMap<string, string>;
  /** Epoch milliseconds; the cloud's clock when absent. */
  readonly at?: number;
}

export interface Cloud {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly state: S3State;
  readonly requests: Journal;
  readonly faults: Faults;
  /** Delivery without HTTP and without asking the bucket's policy, as CloudTrail's own; the bucket must be there. */
  put(object: CloudObject, placement?: Placement): StoredVersion;
  /** Ends all connections. Throws when an endpoint broke while serving: that is a bug here, and no test may pass on it. */
  close(): Promise<void>;
}

export async function startCloud(settings: CloudSettings): Promise<Cloud> {
  const journal = createJournal(settings.journalLimit ?? JOURNAL_LIMIT);
  const bugs: unknown[] = [];
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 30_000 }, (message, to) => {
    serve({ settings, journal, bugs }, message, to).catch((error: unknown) => {
      bugs.push(error);
      to.destroy();
    });
  });
  const port = await listen(server, settings.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    state: settings.state,
    requests: journal,
    faults: settings.faults,
    put: (object, placement = {}) => place(settings, object, placement),
    close: async () => {
      await closeServer(server);
      if (bugs.length > 0)
        throw new AggregateError(bugs, `the cloud broke ${bugs.length} time(s); first: ${String(bugs[0])}`);
    },
  };
}

interface Front {
  readonly settings: CloudSettings;
  readonly journal: Journal;
  readonly bugs: unknown[];
}

async function serve(front: Front, message: IncomingMessage, to: ServerResponse): Promise<void> {
  const { settings, journal } = front;
  const request = await readRequest(message);
  if (request === null) {
    to.destroy();
    return;
  }
  const service = serviceOf(request);
  const named = nameRequest(request, service, principalOf(settings, request, service));
  const { delay, fault } = settings.faults.strike(named);
  if (delay > 0) await wait(delay);
  const delivery = await deliver({ request, service, fault, serve: () => answer(front, request, service) });
  const status = 'response' in delivery ? delivery.response.status : 0;
  journal.add(journalEntry(named, request, { at: settings.clock(), status, fault: fault?.kind ?? null }));
  sendDelivery(dated(delivery, settings.clock()), request, to);
}

/** Null when the signature does not hold: the endpoint says so itself. */
function principalOf(settings: CloudSettings, request: CloudRequest, service: ServiceName): Principal | null {
  const authentication = settings.identities.authenticate(request, signingService(request, service));
  return authentication.ok ? authentication.principal : null;
}

/** The service name that clients sign for. */
function signingService(request: CloudRequest, service: ServiceName): string {
  if (service !== 'json') return service;
  if (!request.headers.has('x-amz-target')) return 'account';
  const target = request.headers.get('x-amz-target') ?? '';
  if (target.startsWith('TrentService')) return 'kms';
  return /organizations/i.test(target) ? 'organizations' : 'cloudtrail';
}

async function answer(front: Front, request: CloudRequest, service: ServiceName): Promise<CloudResponse> {
  const endpoint = front.settings.endpoints.get(service);
  if (endpoint === undefined)
    return refusal(service, { status: 501, code: 'NotImplemented', message: `no ${service} endpoint here` });
  try {
    return await endpoint(request);
  } catch (error) {
    front.bugs.push(error);
    return refusal(service, { status: 500, code: 'InternalError', message: String(error) });
  }
}

/** Every answer carries the cloud's time: clients correct their clock by it. */
function dated(delivery: Delivery, now: number): Delivery {
  if (!('response' in delivery) || delivery.response.headers.has('date')) return delivery;
  const headers = new Map([...delivery.response.headers, ['date', new Date(now).toUTCString()]]);
  return { ...delivery, response: { ...delivery.response, headers } };
}

function place(settings: CloudSettings, object: CloudObject, placement: Placement): StoredVersion {
  const bucket = settings.state.buckets.get(object.bucket);
  if (bucket === undefined) throw new Error(`bucket ${object.bucket} is not there; create it first`);
  const { bucket: _, ...content } = object;
  const rest = { checksums: NONE, encryption: placement.encryption ?? null, retention: null };
  const version = {
    ...content,
    ...rest,
    tags: placement.tags ?? NONE,
    storageClass: placement.storageClass ?? 'STANDARD',
  };
  return storeObject(bucket, version, placement.at ?? settings.clock());
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
