/**
 * What all SDK clients share: one request handler with limits, the endpoint, the daemon's own credentials.
 * Every timeout is set here because the SDK has none by default: a stalled answer would hang for ever
 * (reliability.md 1.3).
 */
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCall } from '../ports.ts';

/** How AWS is reached. All times in milliseconds. */
export interface AwsSettings {
  readonly region: string;
  readonly forcePathStyle: boolean;
  /** For all services, and before the SDK's own AWS_ENDPOINT_URL*; null leaves it to those. */
  readonly endpoint: string | null;
  readonly timeouts: {
    readonly connectMs: number;
    /** Until an answer begins, and the longest silence while it is read. */
    readonly requestMs: number;
    /** A whole call or a whole object, retries of the SDK included. */
    readonly readMs: number;
  };
  /** Open connections to one host. A request that waits for one spends its `requestMs`. */
  readonly maxSockets: number;
  /** Attempts of the SDK for one call; 5 unless set. */
  readonly maxAttempts?: number;
  readonly onCall?: ((call: AwsCall) => void) | undefined;
}

/** AWS as this process reaches it. One for the whole process; `close` ends its connections. */
export interface AwsTransport {
  readonly settings: AwsSettings;
  /** What every client is constructed with, besides its credentials. */
  clientOptions(region: string): ClientOptions;
  /** The daemon's own credentials, looked up once for all clients. */
  readonly ownCredentials: CredentialSource;
  close(): void;
}

export interface ClientOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly requestHandler: NodeHttpHandler;
  readonly maxAttempts: number;
}

export type CredentialProvider = ReturnType<typeof fromNodeProviderChain>;

/** Credentials that can be looked up anew when a service says that they are no longer good. */
export interface CredentialSource {
  current(): CredentialProvider;
  renew(): void;
}

/** Builds the shared part of all clients. Opens nothing by itself. */
export function createTransport(settings: AwsSettings): AwsTransport {
  const handler = createHandler(settings);
  return {
    settings,
    clientOptions: (region) => ({
      region,
      requestHandler: handler,
      maxAttempts: settings.maxAttempts ?? 5,
      ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
    }),
    ownCredentials: createOwnCredentials(settings.region, handler),
    close: () => handler.destroy(),
  };
}

function createHandler({ timeouts, maxSockets }: AwsSettings): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets };
  return new NodeHttpHandler({
    connectionTimeout: timeouts.connectMs,
    requestTimeout: timeouts.requestMs,
    socketTimeout: timeouts.requestMs,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  });
}

function createOwnCredentials(region: string, requestHandler: NodeHttpHandler): CredentialSource {
  const lookUp = (): CredentialProvider => fromNodeProviderChain({ clientConfig: { region, requestHandler } });
  let provider = lookUp();
  return {
    current: () => provider,
    renew: () => {
      provider = lookUp();
    },
  };
}
