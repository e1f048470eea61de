/** The SNS endpoint: a topic's attributes, its policy among them. */
import type { CloudRequest, Endpoint, Principal } from '../endpoint.ts';
import { answer, deny, type Answer } from './answers.ts';
import type { ControlPlane } from './controlplane.ts';
import { parsePolicy } from './policy.ts';
import { queryAuthenticationError, queryParameters, renderQuery, type XmlFields } from './query-protocol.ts';
import { claimedScope } from './signature.ts';

export const SNS_ACTIONS: ReadonlySet<string> = new Set(['GetTopicAttributes', 'SetTopicAttributes']);
const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** What SNS gives a new topic: the owner's account may do everything (SNS guide, "default policy"). */
export function defaultTopicPolicy(arn: string): string {
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['SNS:GetTopicAttributes', 'SNS:SetTopicAttributes', 'SNS:Publish'],
    Resource: arn,
    Condition: { StringEquals: { 'AWS:SourceOwner': arn.split(':')[4] } },
  };
  return JSON.stringify({ Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] });
}

/** Answers GetTopicAttributes and SetTopicAttributes from the live state. */
export function snsEndpoint(state: ControlPlane): Endpoint {
  return (request) => {
    const parameters = queryParameters(request);
    const action = parameters.get('Action') ?? '';
    return renderQuery(action, handle(state, request, parameters), NAMESPACE);
  };
}

function handle(
  state: ControlPlane,
  request: CloudRequest,
  parameters: ReadonlyMap<string, string>,
): Answer<XmlFields> {
  const action = parameters.get('Action') ?? '';
  const arn = parameters.get('TopicArn') ?? '';
  if (!SNS_ACTIONS.has(action)) return deny('InvalidAction', `SNS has no operation ${action}`);
  const identity = state.identities.authenticate(request, 'sns');
  if (!identity.ok) return queryAuthenticationError(identity.code, identity.message);
  const region = claimedScope(request)?.region ?? '';
  const { principal } = identity;
  const { account } = principal;
  const fault = state.strike({
    service: 'sns',
    operation: action,
    account,
    arn: principal.arn,
    region,
    at: state.now(),
  });
  if (fault?.outcome.type === 'error')
    return deny(fault.outcome.code, fault.outcome.message ?? 'Fault on demand', fault.outcome.status ?? 400);
  const policy = arn.split(':')[3] === region ? state.topicPolicies.get(arn) : undefined;
  if (!mayUse(state, principal, { action, arn, policy: policy ?? null })) {
    const sentence = `User: ${principal.arn} is not authorized to perform: SNS:${action} on resource: ${arn}`;
    return deny(
      'AuthorizationError',
      `${sentence} because no resource-based policy allows the SNS:${action} action`,
      403,
    );
  }
  if (policy === undefined) return deny('NotFound', 'Topic does not exist', 404);
  return action === 'GetTopicAttributes' ? answer(attributes(arn, policy)) : set(state, arn, parameters);
}

function mayUse(
  { identities }: ControlPlane,
  principal: Principal,
  asked: { readonly action: string; readonly arn: string; readonly policy: string | null },
): boolean {
  return identities.allowed({
    principal,
    action: `sns:${asked.action}`,
    resource: asked.arn,
    owner: asked.arn.split(':')[4] ?? '',
    resourcePolicy: asked.policy,
    context: new Map([['aws:SourceOwner', principal.account]]),
  });
}

function attributes(arn: string, policy: string): XmlFields {
  const pairs = [
    ['TopicArn', arn],
    ['Owner', arn.split(':')[4] ?? ''],
    ['Policy', policy],
    ['DisplayName', ''],
    ['SubscriptionsConfirmed', '0'],
  ] as const;
  const entries = pairs.map(([key, value]): readonly [string, XmlFields] => [
    'entry',
    [
      ['key', key],
      ['value', value],
    ],
  ]);
  return [['Attributes', entries]];
}

function set(state: ControlPlane, arn: string, parameters: ReadonlyMap<string, string>): Answer<XmlFields> {
  if (parameters.get('AttributeName') !== 'Policy') return deny('InvalidParameter', 'Invalid parameter: AttributeName');
  const text = parameters.get('AttributeValue') ?? '';
  const parsed = parsePolicy(text, 'resource');
  if (!parsed.ok) return deny('InvalidParameter', `Invalid parameter: Policy Error: ${parsed.problem}`);
  const strange = parsed.statements.flatMap((one) => one.actions.patterns).find((one) => !/^sns:/i.test(one));
  if (strange !== undefined)
    return deny('InvalidParameter', 'Invalid parameter: Policy statement action out of service scope!');
  state.topicPolicies.set(arn, text);
  return answer([]);
}
