/** Who calls: the daemon itself or a role, how the role is assumed, and proof of the account it lives in. */
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { OperatingError } from '../errors.ts';
import type { AwsTransport, CredentialProvider } from './aws-client.ts';
import { awsError, garbledError, OWN_ACCOUNT, type CallContext } from './aws-errors.ts';
import { regionForRole } from './aws-partition.ts';
import { sharedCredentials } from './aws-shared-credentials.ts';

const SESSION_NAME = 'orgtrail';

/** Under which identity calls are made. `account` null: not known beforehand, so it cannot be checked. */
export interface AwsIdentity {
  readonly account: string | null;
  readonly role: string | null;
  readonly externalId: string | null;
}

/** For messages. */
export function principalOf(identity: AwsIdentity): string {
  return identity.role === null ? "the daemon's own credentials" : `the role ${identity.role}`;
}

/** For messages and metrics. */
export function accountLabel(identity: AwsIdentity): string {
  return identity.account ?? OWN_ACCOUNT;
}

/** Credentials of the identity: the SDK assumes the role and refreshes in time; failures say what to change. */
export function credentialsFor(transport: AwsTransport, identity: AwsIdentity): CredentialProvider {
  const own = transport.ownCredentials.current();
  if (identity.role === null) return own;
  const { role, externalId } = identity;
  const assume = fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: role,
      RoleSessionName: SESSION_NAME,
      ...(externalId === null ? {} : { ExternalId: externalId }),
    },
    // Few attempts: the call that needs the credentials has attempts of its own.
    clientConfig: { ...transport.clientOptions(regionForRole(role, transport.settings.region)), maxAttempts: 3 },
  });
  return sharedCredentials(async (properties) => {
    try {
      return await assume(properties);
    } catch (error) {
      throw assumeError(error, identity);
    }
  });
}

function assumeError(error: unknown, identity: AwsIdentity): OperatingError {
  const role = identity.role ?? '';
  const mapped = awsError(error, {
    doing: `assume the role ${role}`,
    account: accountLabel(identity),
    principal: "the daemon's own credentials",
    permission: 'sts:AssumeRole',
    resource: role,
  });
  if (mapped.code !== 'blocked-access' || mapped.retryable) return mapped;
  const condition =
    identity.externalId === null
      ? 'no external id is configured, so the trust policy must not ask for one'
      : 'its sts:ExternalId condition must equal the configured external id';
  const hint = `AWS answers alike for a missing role and a refused one. Check that the role exists, that its trust policy names the daemon's identity (${condition}), and that the daemon may sts:AssumeRole on ${role}.`;
  return new OperatingError({ code: mapped.code, message: mapped.message, hint, cause: error });
}

/**
 * Refuses an identity in another account than the configuration says: a wrong role ARN or a confused deputy
 * would have us file one account's evidence under another's name (reliability.md row 76).
 */
export async function checkIdentity(
  client: STSClient,
  identity: AwsIdentity,
  options: { readonly abortSignal: AbortSignal },
): Promise<void> {
  const { account } = identity;
  if (account === null) return;
  const context: CallContext = {
    doing: 'ask STS who we are',
    account,
    principal: principalOf(identity),
    permission: 'sts:GetCallerIdentity',
    resource: '*',
  };
  const answer = await client.send(new GetCallerIdentityCommand({}), options).catch((error: unknown) => {
    throw awsError(error, context);
  });
  if (answer.Account === undefined) throw garbledError(context, 'STS named no account');
  if (answer.Account === account) return;
  throw new OperatingError({
    code: 'identity-mismatch',
    message: `account ${account}: ${principalOf(identity)} is an identity of account ${answer.Account}`,
    hint: `Correct the id or the role of account ${account} in the configuration: a role's ARN carries its account (arn:aws:iam::${account}:role/…).`,
  });
}
