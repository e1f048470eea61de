/** The committed template and module: what the generators make, and policies that are the checked ones. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cloudformationTemplate } from '../../src/cli/member-cloudformation.ts';
import { terraformModule } from '../../src/cli/member-terraform.ts';
import type { Json } from '../../src/core/json.ts';
import { patternPolicy, readerPolicy, ROLE_LIMITS, trustPolicy } from '../../src/core/plan/reader-role.ts';
import { findExecutable } from '../stack/executable.ts';
import { deployed } from './cloudformation.ts';
import { hclValue } from './hcl.ts';

const CONFIG = join(import.meta.dirname, '../../config');
const TEMPLATE = readFileSync(join(CONFIG, 'member-role.yaml'), 'utf8');
const MODULE = join(CONFIG, 'terraform');
const WRITER = 'arn:aws:iam::111111111111:role/orgtrail';
const KEYS = ['arn:aws:kms:us-east-1:222222222222:key/one', 'arn:aws:kms:eu-west-1:222222222222:key/two'];
const ORGANIZATION = 'o-exampleorgid';
const NEEDED = { OrgtrailPrincipalArn: WRITER, ExternalId: 'example-external-id' };
const WHOLE = {
  ...NEEDED,
  BucketName: 'trail-1',
  TrailPrefix: 'logs/',
  KeyArns: KEYS.join(','),
  OrganizationId: ORGANIZATION,
};

const exact = (partition: string, keys: readonly string[]): Json =>
  readerPolicy({ partition, buckets: [{ name: 'trail-1', prefix: 'logs/' }], keys });
const trust = (organization?: string): Json =>
  trustPolicy({
    writer: WRITER,
    externalId: 'example-external-id',
    ...(organization === undefined ? {} : { organization }),
  });

describe('the CloudFormation template', () => {
  const role = (given: Record<string, string>, partition = 'aws'): Record<string, unknown> => {
    const made = deployed(TEMPLATE, given, { 'AWS::Partition': partition }) as { ReaderRole: { Properties: object } };
    return made.ReaderRole.Properties as Record<string, unknown>;
  };
  const policyOf = (properties: Record<string, unknown>): unknown =>
    (properties['Policies'] as [{ PolicyDocument: unknown }])[0].PolicyDocument;

  test('is what the generator makes, byte for byte', () => {
    expect(TEMPLATE).toBe(cloudformationTemplate());
  });

  test.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'])('gives the exact policy in %s', (partition) => {
    const properties = role(WHOLE, partition);
    expect(policyOf(properties)).toEqual(exact(partition, KEYS));
    expect(properties['AssumeRolePolicyDocument']).toEqual(trust(ORGANIZATION));
    expect(properties['RoleName']).toBe('orgtrail-reader');
  });

  test('gives the policy for any bucket, without keys and organization, where nothing more is said', () => {
    const properties = role(NEEDED);
    expect(policyOf(properties)).toEqual(readerPolicy({ partition: 'aws', buckets: 'any', keys: [] }));
    expect(properties['AssumeRolePolicyDocument']).toEqual(trust());
  });

  test('takes a pattern for the bucket', () => {
    const patterns = [{ name: 'trail-*', prefix: '' }];
    expect(policyOf(role({ ...NEEDED, BucketName: 'trail-*', TrailPrefix: '' }))).toEqual(
      patternPolicy({ partition: 'aws', patterns, keys: [] }),
    );
  });

  test.each([
    ['OrgtrailPrincipalArn', 'arn:aws:iam::111111111111:root'],
    ['OrgtrailPrincipalArn', '*'],
    ['OrgtrailPrincipalArn', '111111111111'],
    ['ExternalId', 'x'],
    ['ExternalId', 'with space'],
    ['RoleName', 'path/name'],
    ['BucketName', 'trail/AWSLogs'],
    ['TrailPrefix', 'logs'],
    ['TrailPrefix', 'logs*/'],
    ['TrailPrefix', '${aws:username}/'],
    ['OrganizationId', 'r-ab12'],
  ])('refuses %s = %s', (name, value) => {
    expect(() => role({ ...WHOLE, [name]: value })).toThrow(`parameter ${name}`);
  });

  test('asks for principal and external id', () => {
    expect(() => role({ ExternalId: 'example-external-id' })).toThrow('OrgtrailPrincipalArn must be given');
    expect(() => role({ OrgtrailPrincipalArn: WRITER })).toThrow('ExternalId must be given');
  });

  test('fits service-managed StackSets: no macro, no nested stack, well below 51,200 bytes', () => {
    expect(TEMPLATE).not.toMatch(/Transform|AWS::CloudFormation::Stack/);
    expect(Buffer.byteLength(TEMPLATE)).toBeLessThan(51_200);
    expect(JSON.stringify(policyOf(role(WHOLE))).length).toBeLessThan(ROLE_LIMITS.inline);
  });
});

describe('the Terraform module', () => {
  const files = new Map(readdirSync(MODULE).map((name) => [name, readFileSync(join(MODULE, name), 'utf8')]));
  const references = new Map<string, Json>([
    ['local.partition', 'aws-cn'],
    ['var.bucket_name', 'trail-1'],
    ['var.trail_prefix', 'logs/'],
    ['var.key_arns', KEYS],
    ['var.orgtrail_principal_arn', WRITER],
    ['local.trust_conditions', { 'sts:ExternalId': 'example-external-id' }],
  ]);
  const value = (name: string): Json => hclValue(files.get('policies.tf') ?? '', name, references);

  test('is what the generator makes, byte for byte', () => {
    expect(files).toEqual(new Map(terraformModule()));
  });

  test('holds the statements of the exact policy and the trust policy', () => {
    const { Statement } = exact('aws-cn', KEYS) as { Statement: readonly Json[] };
    const always = value('reader_statements') as readonly Json[];
    expect([...always, ...(value('key_statements') as readonly Json[])]).toEqual(Statement);
    expect(always).toEqual((exact('aws-cn', []) as { Statement: readonly Json[] }).Statement);
    expect(value('trust_policy')).toEqual(trust());
  });

  const terraform = findExecutable(['terraform']);
  const run = (
    folder: string,
    words: readonly string[],
    input = '',
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(terraform ?? '', words, { cwd: folder, input, encoding: 'utf8', timeout: 60_000 });

  test.skipIf(terraform === null)('is laid out as terraform fmt has it', () => {
    expect(run(MODULE, ['fmt', '-check', '-diff'])).toMatchObject({ status: 0, stdout: '' });
  });

  test.skipIf(terraform === null)('comes to the same policies in terraform itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orgtrail-terraform-'));
    try {
      // What needs no provider: the partition is all that the rest of the module would tell.
      for (const name of ['policies.tf', 'variables.tf']) writeFileSync(join(folder, name), files.get(name) ?? '');
      writeFileSync(join(folder, 'partition.tf'), 'locals {\n  partition = "aws-cn"\n}\n');
      const evaluated = (name: string, variables: Readonly<Record<string, unknown>>): unknown => {
        writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(variables));
        const { status, stdout, stderr } = run(folder, ['console'], `local.${name}\n`);
        if (status !== 0) throw new Error(stderr);
        return JSON.parse(JSON.parse(stdout) as string);
      };
      const needed = { orgtrail_principal_arn: WRITER, external_id: 'example-external-id' };
      const place = { bucket_name: 'trail-1', trail_prefix: 'logs/' };
      const whole = { ...needed, ...place, key_arns: KEYS, organization_id: ORGANIZATION };
      expect(evaluated('reader_policy', whole)).toEqual(exact('aws-cn', KEYS));
      expect(evaluated('trust_policy', whole)).toEqual(trust(ORGANIZATION));
      expect(evaluated('reader_policy', needed)).toEqual(
        readerPolicy({ partition: 'aws-cn', buckets: 'any', keys: [] }),
      );
      expect(evaluated('trust_policy', needed)).toEqual(trust());
      expect(() => evaluated('trust_policy', { ...needed, orgtrail_principal_arn: '*' })).toThrow('one role or user');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
