/** `config/member-role.yaml`: the reader role as a CloudFormation template, fit for StackSets with automatic deployment. */
import { stringify } from 'yaml';
import type { Json } from '../core/json.ts';
import { patternPolicy, trustPolicy } from '../core/plan/reader-role.ts';
import { PARAMETERS, type MemberParameter } from './member-parameters.ts';

const HEAD = `# The role through which orgtrail reads a member account: it reads the trail's bucket and asks CloudTrail, no more.
# Made by \`orgtrail config member-role --format cloudformation\`; change it there, not here.
#
# For every member, and for those that join later, once in the management account (a delegated administrator adds
# --call-as DELEGATED_ADMIN to both):
#
#   aws cloudformation create-stack-set --stack-set-name orgtrail-reader \\
#     --template-body file://config/member-role.yaml --capabilities CAPABILITY_NAMED_IAM \\
#     --permission-model SERVICE_MANAGED \\
#     --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false \\
#     --parameters ParameterKey=OrgtrailPrincipalArn,ParameterValue=arn:aws:iam::111111111111:role/orgtrail \\
#       ParameterKey=ExternalId,ParameterValue=example-external-id
#   aws cloudformation create-stack-instances --stack-set-name orgtrail-reader \\
#     --deployment-targets OrganizationalUnitIds=r-ab12 --regions us-east-1
#
# IAM is the same in all regions, so one region is enough. StackSets do not reach the management account: there, and in
# accounts of no organization, the role is made by
#
#   aws cloudformation deploy --stack-name orgtrail-reader --template-file config/member-role.yaml \\
#     --capabilities CAPABILITY_NAMED_IAM --parameter-overrides \\
#       OrgtrailPrincipalArn=arn:aws:iam::111111111111:role/orgtrail ExternalId=example-external-id
#
# The role that OrgtrailPrincipalArn names must be there first, and this trust ends when it is deleted and made anew:
# IAM keeps its unique id. \`orgtrail plan\` tries every permission in every account and names what is missing.
`;

const NOTHING = { Ref: 'AWS::NoValue' };

/** The template's text. No macro and no nested stack: service-managed StackSets take neither. */
export function cloudformationTemplate(): string {
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'The role through which orgtrail reads this account',
    Parameters: Object.fromEntries(PARAMETERS.map((one) => [one.template, parameter(one)])),
    Conditions: {
      HasOrganization: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'OrganizationId' }, ''] }] },
      HasKeys: { 'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::Join': ['', { Ref: 'KeyArns' }] }, ''] }] },
    },
    Resources: { ReaderRole: { Type: 'AWS::IAM::Role', Properties: role() } },
    Outputs: {
      RoleArn: {
        Description: "What stands under accounts as role in orgtrail's configuration, where no organization is named",
        Value: { 'Fn::GetAtt': ['ReaderRole', 'Arn'] },
      },
    },
  };
  // CloudFormation reads YAML 1.1, where an unquoted 2012-10-17 is a date.
  return `${HEAD}${stringify(template, { lineWidth: 0, schema: 'yaml-1.1', aliasDuplicateObjects: false })}`;
}

function parameter({ list, fallback, pattern, rule, about }: MemberParameter): object {
  return {
    Type: list ? 'CommaDelimitedList' : 'String',
    ...(fallback === null ? {} : { Default: fallback }),
    ...(pattern === null ? {} : { AllowedPattern: pattern, ConstraintDescription: rule }),
    Description: about,
  };
}

function role(): object {
  const patterns = [{ name: '${BucketName}', prefix: '${TrailPrefix}' }];
  const { Version, Statement } = patternPolicy({ partition: '${AWS::Partition}', patterns, keys: ['${KeyArns}'] });
  const trust = trustPolicy({
    writer: '${OrgtrailPrincipalArn}',
    externalId: '${ExternalId}',
    organization: '${OrganizationId}',
  });
  return {
    RoleName: { Ref: 'RoleName' },
    Description: "Read by orgtrail: the trail's bucket and what CloudTrail says",
    AssumeRolePolicyDocument: filled(trust),
    Policies: [{ PolicyName: 'orgtrail-reader', PolicyDocument: { Version, Statement: Statement.map(filled) } }],
  };
}

/** Our JSON as the template's: texts with parameters are substituted, and what a parameter leaves out is left out. */
function filled(value: Json): unknown {
  if (typeof value === 'string') return filledText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.length === 1 && value[0] === '${KeyArns}' ? { Ref: 'KeyArns' } : value.map(filled);
  const object = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner)]));
  return value['Sid'] === 'DecryptTheTrailFiles' ? { 'Fn::If': ['HasKeys', object, NOTHING] } : object;
}

function filledText(text: string): unknown {
  const whole = /^\$\{(\w+)\}$/.exec(text)?.[1];
  if (whole === 'OrganizationId') return { 'Fn::If': ['HasOrganization', { Ref: whole }, NOTHING] };
  if (whole !== undefined) return { Ref: whole };
  return text.includes('${') ? { 'Fn::Sub': text } : text;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
