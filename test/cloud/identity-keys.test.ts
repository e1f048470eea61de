/** KMS and SNS as far as policies go: keys and topics with theirs, under the rights that these give. */
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetTopicAttributesCommand, SetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WholeCloud } from './cloud.ts';
import { MEMBER, MEMBER_KEYS, PAYER, PAYER_KEYS, startOurs } from './contract/ours.ts';

const KEY = `arn:aws:kms:us-east-1:${PAYER}:key/11111111-2222-3333-4444-555555555555`;
const TOPIC = `arn:aws:sns:us-east-1:${PAYER}:delivered`;
type Statement = Readonly<Record<string, unknown>>;

function policy(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function allow(account: string, action: string): Statement {
  return { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: action, Resource: '*' };
}

async function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : 'strange'),
  );
}

describe('keys and topics', () => {
  let cloud: WholeCloud;
  beforeEach(async () => {
    cloud = await startOurs({ keys: [KEY], topics: [TOPIC] });
  });
  afterEach(() => cloud.close());

  const kms = (credentials = PAYER_KEYS, region = 'us-east-1') =>
    new KMSClient({ endpoint: cloud.url, region, credentials, maxAttempts: 1 });
  const sns = (credentials = PAYER_KEYS, region = 'us-east-1') =>
    new SNSClient({ endpoint: cloud.url, region, credentials, maxAttempts: 1 });
  const read = (client: KMSClient) => client.send(new GetKeyPolicyCommand({ KeyId: KEY, PolicyName: 'default' }));
  const write = (client: KMSClient, text: string, bypass = false) =>
    client.send(new PutKeyPolicyCommand({ KeyId: KEY, Policy: text, BypassPolicyLockoutSafetyCheck: bypass }));
  const topic = (client: SNSClient) => client.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }));
  const setTopic = (client: SNSClient, text: string, name = 'Policy') =>
    client.send(new SetTopicAttributesCommand({ TopicArn: TOPIC, AttributeName: name, AttributeValue: text }));

  it('a key is described, and its policy is read and replaced as text', async () => {
    const found = await kms().send(new DescribeKeyCommand({ KeyId: KEY.split('/')[1] }));
    expect(found.KeyMetadata).toMatchObject({ Arn: KEY, AWSAccountId: PAYER, KeyState: 'Enabled', Enabled: true });
    const text = policy(allow(PAYER, 'kms:*'), allow(MEMBER, 'kms:GetKeyPolicy'));
    await write(kms(), text);
    expect(await read(kms())).toMatchObject({ Policy: text, PolicyName: 'default' });
    expect(await read(kms(MEMBER_KEYS))).toMatchObject({ Policy: text });
    expect(await outcome(write(kms(MEMBER_KEYS), text))).toBe('AccessDeniedException');
  });

  it("a key's policy lets its own account in, or nobody", async () => {
    expect(await outcome(read(kms(MEMBER_KEYS)))).toBe('AccessDeniedException');
    cloud.control.keyPolicies.set(KEY, policy(allow(MEMBER, 'kms:*')));
    expect(await outcome(read(kms()))).toBe('AccessDeniedException');
    expect(await outcome(read(kms(MEMBER_KEYS)))).toBe('ok');
  });

  it('a key policy that its writer could not change again is refused, unless the check is bypassed', async () => {
    const locked = policy(allow(MEMBER, 'kms:*'));
    expect(await outcome(write(kms(), locked))).toBe('MalformedPolicyDocumentException');
    expect(await outcome(write(kms(), '{}'))).toBe('MalformedPolicyDocumentException');
    const large = policy({ ...allow(PAYER, 'kms:*'), Sid: 'x'.repeat(33_000) });
    expect(await outcome(write(kms(), large))).toBe('LimitExceededException');
    expect(await outcome(write(kms(), locked, true))).toBe('ok');
    expect(await outcome(read(kms()))).toBe('AccessDeniedException');
  });

  it('keys and topics are known in their own region, under their own signature', async () => {
    expect(await outcome(read(kms(PAYER_KEYS, 'eu-west-1')))).toBe('NotFoundException');
    const wrong = { ...PAYER_KEYS, secretAccessKey: 'wrong' };
    expect(await outcome(read(kms(wrong)))).toBe('InvalidSignatureException');
    expect(await outcome(topic(sns(wrong)))).toBe('SignatureDoesNotMatch');
    expect(await outcome(topic(sns(PAYER_KEYS, 'eu-west-1')))).toMatch(/^NotFound/);
  });

  it("a topic's policy is one of its attributes, and what is no policy of SNS is refused", async () => {
    expect((await topic(sns())).Attributes).toMatchObject({ TopicArn: TOPIC, Owner: PAYER });
    const text = policy(allow(MEMBER, 'sns:Publish'));
    await setTopic(sns(), text);
    expect((await topic(sns())).Attributes?.['Policy']).toBe(text);
    expect(await outcome(topic(sns(MEMBER_KEYS)))).toMatch(/^AuthorizationError/);
    for (const wrong of ['', '{}', policy(allow(MEMBER, 's3:GetObject'))])
      expect(await outcome(setTopic(sns(), wrong))).toMatch(/^InvalidParameter/);
    expect(await outcome(setTopic(sns(), 'x', 'DisplayName'))).toMatch(/^InvalidParameter/);
    expect((await topic(sns())).Attributes?.['Policy']).toBe(text);
  });

  it('the journal names what was asked of which key and topic, and what changed something', async () => {
    await write(kms(), policy(allow(PAYER, 'kms:*')));
    await topic(sns());
    await setTopic(sns(), policy(allow(PAYER, 'sns:*')));
    expect(cloud.requests.entries.map(({ operation, key, mutating }) => [operation, key, mutating])).toEqual([
      ['PutKeyPolicy', KEY, true],
      ['GetTopicAttributes', TOPIC, false],
      ['SetTopicAttributes', TOPIC, true],
    ]);
    expect(cloud.control.calls.map(({ service }) => service)).toEqual(['kms', 'sns', 'sns']);
  });
});
