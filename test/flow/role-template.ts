/** The committed role template, put into force in every account of an organization on our own cloud. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AccountCheck } from '../../src/core/board/account.ts';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { listEstate } from '../../src/pipeline/inventory.ts';
import { preflight } from '../../src/pipeline/preflight.ts';
import { deployed } from '../cli/cloudformation.ts';
import { EXTERNAL_ID, ROLE, type Organization } from './organization.ts';

const TEMPLATE = readFileSync(join(import.meta.dirname, '../../config/member-role.yaml'), 'utf8');

const policySchema = z.object({
  Version: z.string(),
  Statement: z.array(z.looseObject({ Sid: z.string(), Action: z.array(z.string()) })),
});
export type Policy = z.infer<typeof policySchema>;

const roleSchema = z.object({
  ReaderRole: z.object({
    Properties: z.object({
      RoleName: z.string(),
      AssumeRolePolicyDocument: z.object({
        Statement: z.tuple([
          z.object({
            Action: z.literal('sts:AssumeRole'),
            Principal: z.object({ AWS: z.string() }),
            Condition: z.object({ StringEquals: z.object({ 'sts:ExternalId': z.string() }) }),
          }),
        ]),
      }),
      Policies: z.tuple([z.object({ PolicyDocument: policySchema })]),
    }),
  }),
});

/** The parameters of the template that the organization's accounts share. */
export function parametersOf({ world }: Pick<Organization, 'world'>, keys: readonly string[]): Record<string, string> {
  return {
    OrgtrailPrincipalArn: `arn:aws:iam::${world.management}:user/daemon`,
    ExternalId: EXTERNAL_ID,
    RoleName: ROLE,
    BucketName: '*trail-*',
    KeyArns: keys.join(','),
  };
}

/** The policy of the role that the template makes. */
export function templatePolicy(parameters: Readonly<Record<string, string>>): Policy {
  return made(parameters).Policies[0].PolicyDocument;
}

function made(parameters: Readonly<Record<string, string>>): z.infer<typeof roleSchema>['ReaderRole']['Properties'] {
  return roleSchema.parse(deployed(TEMPLATE, parameters, { 'AWS::Partition': 'aws' })).ReaderRole.Properties;
}

/** Makes the template's role in every account, with another policy where one is given. */
export function deploy(
  { world, cloud }: Organization,
  parameters: Readonly<Record<string, string>>,
  policy: Policy = templatePolicy(parameters),
): void {
  const { RoleName, AssumeRolePolicyDocument } = made(parameters);
  const [{ Principal, Condition }] = AssumeRolePolicyDocument.Statement;
  for (const { id: account } of world.accounts) {
    const arn = `arn:aws:iam::${account}:role/${RoleName}`;
    const externalId = Condition.StringEquals['sts:ExternalId'];
    cloud.identities.roles.set(arn, {
      arn,
      account,
      trusted: [Principal.AWS],
      externalId,
      policies: [JSON.stringify(policy)],
    });
  }
}

/** The policy without one action. */
export function without(policy: Policy, action: string): Policy {
  const statements = policy.Statement.map((one) => ({ ...one, Action: one.Action.filter((name) => name !== action) }));
  return { ...policy, Statement: statements.filter(({ Action }) => Action.length > 0) };
}

/** Preflight over every account of the configuration, under the daemon's credentials. */
export async function preflightOf(
  organization: Pick<Organization, 'configFile' | 'env'>,
  now: number = Date.now(),
): Promise<readonly AccountCheck[]> {
  Object.assign(process.env, organization.env);
  const open = openParts(loadConfig(organization.configFile, {}), { now: () => now });
  try {
    const { accounts } = await listEstate(open.parts, false);
    return await preflight(open.parts, accounts, { signal: new AbortController().signal, onStep: () => undefined });
  } finally {
    await open.close();
  }
}
