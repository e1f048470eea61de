/** The bucket policy: what S3 accepts, its size limit, and the block on public ones. */
import type { CloudResponse } from '../endpoint.ts';
import { type BucketCall, demand, emptyResponse } from './call.ts';
import { accessDenied, S3Error } from './errors.ts';
import { parseXml, textOf } from './xml.ts';

/** "Bucket policies are limited to 20 KB in size": counted without the white space between tokens. */
const MAX_POLICY_BYTES = 20_480;
/** Conditions on these keys, held to fixed values, make S3 count a policy as not public. */
const NARROWING: ReadonlySet<string> = new Set(
  [
    'aws:principalarn',
    'aws:principalaccount',
    'aws:principalorgid',
    'aws:principalorgpaths',
    'aws:sourcearn',
    'aws:sourceaccount',
  ].concat([
    'aws:sourceorgid',
    'aws:sourcevpc',
    'aws:sourcevpce',
    'aws:userid',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
  ]),
);

type Json = Readonly<Record<string, unknown>>;

export function getBucketPolicy(call: BucketCall): CloudResponse {
  demandOwn(call, 's3:GetBucketPolicy');
  if (call.bucket.policy === null) throw new S3Error('NoSuchBucketPolicy', 'The bucket policy does not exist');
  return {
    status: 200,
    headers: new Map([['content-type', 'application/json']]),
    body: Buffer.from(call.bucket.policy),
  };
}

export function deleteBucketPolicy(call: BucketCall): CloudResponse {
  demandOwn(call, 's3:DeleteBucketPolicy');
  call.bucket.policy = null;
  return emptyResponse(204);
}

export function putBucketPolicy(call: BucketCall): CloudResponse {
  demandOwn(call, 's3:PutBucketPolicy');
  const text = Buffer.from(call.request.body).toString('utf8');
  const policy = parsePolicy(text);
  if (Buffer.byteLength(JSON.stringify(policy)) > MAX_POLICY_BYTES) {
    throw new S3Error(
      'PolicyTooLarge',
      `Normalized policy document exceeds the maximum allowed size of ${MAX_POLICY_BYTES} bytes`,
    );
  }
  const statements = statementsOf(policy);
  for (const statement of statements) checkStatement(statement, call.bucket.name);
  if (blocksPublicPolicies(call) && statements.some(isPublic)) {
    throw accessDenied(
      `User: ${call.principal.arn} is not authorized to perform: s3:PutBucketPolicy because public policies are blocked by BlockPublicPolicy`,
    );
  }
  call.bucket.policy = text;
  return emptyResponse(204);
}

/** Another account's principal is told 405 even where the policy would let it: only the owner's account works on policies. */
function demandOwn(call: BucketCall, action: string): void {
  demand(call, { action, bucket: call.bucket, key: '' });
  if (call.principal.account !== call.bucket.owner) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
}

function malformed(message: string): S3Error {
  return new S3Error('MalformedPolicy', message);
}

function parsePolicy(text: string): Json {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  if (!isObject(policy)) throw malformed("Policies must be valid JSON and the first byte must be '{'");
  return policy;
}

function statementsOf(policy: Json): readonly Json[] {
  if (policy['Version'] !== '2012-10-17' && policy['Version'] !== '2008-10-17')
    throw malformed('The policy must contain a valid version string');
  const statements = listOf(policy['Statement']);
  if (statements.length === 0 || !statements.every(isObject)) throw malformed('Missing required field Statement');
  return statements;
}

function checkStatement(statement: Json, bucket: string): void {
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny')
    throw malformed(`Invalid effect: ${String(statement['Effect'])}`);
  if (!('Principal' in statement) && !('NotPrincipal' in statement))
    throw malformed('Missing required field Principal');
  const actions = listOf(statement['Action'] ?? statement['NotAction']);
  if (
    actions.length === 0 ||
    !actions.every((one) => typeof one === 'string' && /^(?:\*|s3:[A-Za-z*?]+)$/i.test(one))
  ) {
    throw malformed('Policy has invalid action');
  }
  const resources = listOf(statement['Resource'] ?? statement['NotResource']);
  const arn = `arn:aws:s3:::${bucket}`;
  const ours = resources.every(
    (one) => typeof one === 'string' && (one === arn || one.startsWith(`${arn}/`) || one === `${arn}*`),
  );
  if (resources.length === 0 || !ours) throw malformed('Policy has invalid resource');
}

function blocksPublicPolicies(call: BucketCall): boolean {
  const stored = call.bucket.configurations.get('publicAccessBlock');
  if (stored === undefined) return false;
  return textOf(parseXml(Buffer.from(stored), 'PublicAccessBlockConfiguration'), 'BlockPublicPolicy') === 'true';
}

function isPublic(statement: Json): boolean {
  if (statement['Effect'] !== 'Allow') return false;
  const principal = statement['Principal'];
  const everyone = principal === '*' || (isObject(principal) && listOf(principal['AWS']).includes('*'));
  if (!everyone) return false;
  const condition = statement['Condition'];
  const keys = isObject(condition)
    ? Object.values(condition).flatMap((test) => (isObject(test) ? Object.keys(test) : []))
    : [];
  return !keys.some((key) => NARROWING.has(key.toLowerCase()));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
