/** Adapters built from the configuration, for every command alike. */
import { createOrganizations } from '../adapters/aws-accounts.ts';
import { createArchive } from '../adapters/aws-archive.ts';
import { callerArn } from '../adapters/aws-caller.ts';
import type { AwsCall } from '../ports.ts';
import { createTransport } from '../adapters/aws-client.ts';
import { createDocuments } from '../adapters/aws-documents.ts';
import { createSessions } from '../adapters/aws-sessions.ts';
import { createInspector } from '../adapters/inspector.ts';
import type { Config } from '../config.ts';
import { readingDelivered } from '../pipeline/delivered.ts';
import type { PipelineParts } from '../pipeline/parts.ts';
import type { Clock } from '../ports.ts';

export interface OpenParts {
  readonly parts: PipelineParts;
  close(): Promise<void>;
}

/** Parts that stand on AWS. */
export interface OpenAws extends OpenParts {
  /** The ARN of our own credentials. Throws OperatingError where AWS does not say. */
  caller(): Promise<string>;
}

/** Builds everything; nothing is contacted before the first call. */
export function openParts(config: Config, clock: Clock, onCall?: (call: AwsCall) => void): OpenAws {
  const { aws, limits, archive } = config;
  const transport = createTransport({
    region: aws.region,
    forcePathStyle: aws.forcePathStyle,
    endpoint: aws.endpoint,
    timeouts: { connectMs: limits.connectTimeoutMs, requestMs: limits.requestTimeoutMs, readMs: limits.readTimeoutMs },
    // Per host: transfers in slots, plus listings and control calls of as many accounts and digests as run at once.
    maxSockets: limits.objectConcurrency + 4 * (limits.digestConcurrency + limits.accountConcurrency),
    ...(onCall === undefined ? {} : { onCall }),
  });
  const inspector = createInspector({ threads: limits.hashThreads });
  const store = createArchive(transport, { owner: archive.owner, region: archive.region, kmsKey: archive.kmsKey });
  return {
    parts: {
      config,
      clock,
      inspector,
      sessions: readingDelivered(createSessions(transport), config, store),
      organizations: createOrganizations(transport),
      archive: store,
      documents: createDocuments(transport, { region: archive.region }),
    },
    caller: () => callerArn(transport),
    close: async () => {
      await inspector.close();
      transport.close();
    },
  };
}
