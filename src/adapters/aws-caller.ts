/** Who the process is for AWS: what a person did by it is recorded under that name. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsTransport } from './aws-client.ts';
import { awsError, garbledError, OWN_ACCOUNT, type CallContext } from './aws-errors.ts';

const CONTEXT: CallContext = {
  doing: 'ask STS who we are',
  account: OWN_ACCOUNT,
  principal: "the caller's own credentials",
  permission: 'sts:GetCallerIdentity',
  resource: '*',
};

/** The ARN of the process's own credentials. Throws OperatingError where STS does not say. */
export async function callerArn(transport: AwsTransport): Promise<string> {
  const { region, timeouts } = transport.settings;
  const credentials = transport.ownCredentials.current();
  const client = new STSClient({ ...transport.clientOptions(region), credentials });
  try {
    const answer = await client.send(new GetCallerIdentityCommand({}), {
      abortSignal: AbortSignal.timeout(timeouts.readMs),
    });
    if (answer.Arn === undefined || answer.Arn === '') throw garbledError(CONTEXT, 'STS named no ARN');
    return answer.Arn;
  } catch (error) {
    throw awsError(error, CONTEXT);
  } finally {
    client.destroy();
  }
}
