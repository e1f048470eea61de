/** The policy of an SNS topic, one of the topic's attributes. */
import { GetTopicAttributesCommand, SetTopicAttributesCommand } from '@aws-sdk/client-sns';
import type { Json } from '../core/json.ts';
import type { DocumentRef, DocumentState } from '../core/plan/document.ts';
import type { AwsClients } from './aws-clients.ts';
import { controlled } from './aws-control.ts';
import { arnState, arnWriteError } from './aws-documents-errors.ts';
import { cannotRemove, policyState } from './aws-documents-json.ts';
import { arnContext } from './aws-documents-key.ts';
import { garbledError } from './aws-errors.ts';
import { regionOfArn } from './aws-partition.ts';

export async function readTopicPolicy(clients: AwsClients, ref: DocumentRef): Promise<DocumentState> {
  const context = arnContext(clients, ref, { verb: 'read the policy of', permission: 'sns:GetTopicAttributes' });
  const command = new GetTopicAttributesCommand({ TopicArn: ref.target });
  return arnState(context, () =>
    controlled(context, async () => {
      const { Attributes } = await clients.onTopic(regionOfArn(ref.target), (client, options) =>
        client.send(command, options),
      );
      // Every topic has an owner and an ARN; an answer without any attribute is none.
      if (Attributes?.['TopicArn'] === undefined) throw garbledError(context, 'the answer names no topic');
      const policy = Attributes['Policy'];
      return policy === undefined || policy === '' ? { state: 'absent' } : policyState(policy, context);
    }),
  );
}

export async function writeTopicPolicy(clients: AwsClients, ref: DocumentRef, value: Json | null): Promise<void> {
  const context = arnContext(clients, ref, { verb: 'write the policy of', permission: 'sns:SetTopicAttributes' });
  if (value === null) throw cannotRemove(context, 'a topic always has a policy');
  const command = new SetTopicAttributesCommand({
    TopicArn: ref.target,
    AttributeName: 'Policy',
    AttributeValue: JSON.stringify(value),
  });
  try {
    await clients.onTopic(regionOfArn(ref.target), (client, options) => client.send(command, options));
  } catch (error) {
    throw arnWriteError(error, context);
  }
}
