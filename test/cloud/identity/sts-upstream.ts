/**
 * AssumeRole through another STS (Ceph's). The client signed for our host, so the call is signed again with the
 * caller's own key. The external id stays here: Ceph refuses even the right one.
 */
import { AssumeRoleCommand, STSClient, STSServiceException, type AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { answer, deny, type Answer } from './answers.ts';
import type { AssumeRole } from './assume-role.ts';
import type { CloudSession, Secrets } from './identities.ts';
import { sessionArn } from './trust.ts';

export interface Upstream {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly region: string;
}

const TIMEOUT_MS = 10_000;

/** One attempt: whoever called us has its own idea of retrying. */
export async function assumeUpstream(
  upstream: Upstream,
  caller: Secrets,
  wish: AssumeRole,
): Promise<Answer<CloudSession>> {
  const { accessKeyId, secretAccessKey, sessionToken } = caller;
  const client = new STSClient({
    endpoint: upstream.endpoint,
    region: upstream.region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === null ? {} : { sessionToken }) },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });
  const { roleArn: RoleArn, sessionName: RoleSessionName, durationSeconds: DurationSeconds } = wish;
  try {
    return sessionFrom(await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName, DurationSeconds })), wish);
  } catch (error) {
    return refusalFrom(error);
  } finally {
    client.destroy();
  }
}

function sessionFrom({ Credentials: issued }: AssumeRoleCommandOutput, wish: AssumeRole): Answer<CloudSession> {
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiration,
  } = issued ?? {};
  if (
    accessKeyId === undefined ||
    secretAccessKey === undefined ||
    sessionToken === undefined ||
    expiration === undefined
  ) {
    return deny('ServiceUnavailable', 'the upstream STS answered without credentials', 503);
  }
  const { roleArn, sessionName } = wish;
  return answer({
    accessKeyId,
    secretAccessKey,
    sessionToken,
    expiresAt: expiration.getTime(),
    roleArn,
    arn: sessionArn(roleArn, sessionName),
  });
}

/**
 * Ceph answers 404 for a missing role, in an error that the SDK cannot read; AWS says AccessDenied. Its request id
 * tells it from a 404 of something that is no STS: that, and no answer at all, is a 503.
 */
function refusalFrom(error: unknown): Answer<never> {
  const status = error instanceof STSServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
  if (error instanceof STSServiceException && status >= 400) {
    const noRole = status === 404 && error.$metadata.requestId !== undefined;
    if (status === 403 || noRole) return deny('AccessDenied', error.message, 403);
    if (status === 404) return deny('ServiceUnavailable', 'the upstream is no STS: it answers 404', 503);
    return deny(error.name, error.message || 'refused by the upstream STS', status);
  }
  return deny(
    'ServiceUnavailable',
    `the upstream STS cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
    503,
  );
}
