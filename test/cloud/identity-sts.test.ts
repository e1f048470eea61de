import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  STSClient,
  type AssumeRoleCommandInput,
} from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { describe, expect, test } from 'vitest';
import {
  accountOf,
  MEMBER,
  openEstate,
  OUTSIDE,
  outcomeOf,
  PAYER,
  READER,
  roleOf,
  userOf,
  type Estate,
} from './identity/estate.ts';

const RIGHT: AssumeRoleCommandInput = { RoleArn: READER, RoleSessionName: 'run', ExternalId: 'shared-id' };

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

function sts(estate: Estate, credentials: Credentials = userOf(PAYER)): STSClient {
  return new STSClient({ endpoint: estate.url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

async function assume(
  estate: Estate,
  input: AssumeRoleCommandInput,
  credentials?: Credentials,
): Promise<Credentials & { readonly expiration: Date }> {
  const { Credentials: issued } = await sts(estate, credentials).send(new AssumeRoleCommand(input));
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
  )
    throw new Error('no credentials');
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

describe('AssumeRole', () => {
  test('issues a session that is the role', async () => {
    const now = 1_790_000_000_123;
    await using estate = await openEstate({ now: () => now });
    const client = new STSClient({
      endpoint: estate.url,
      region: 'us-east-1',
      credentials: userOf(PAYER),
      maxAttempts: 1,
      systemClockOffset: now - Date.now(),
    });
    const {
      AssumedRoleUser,
      Credentials: issued,
      SourceIdentity,
    } = await client.send(new AssumeRoleCommand({ ...RIGHT, DurationSeconds: 900, SourceIdentity: 'orgtrail' }));
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/reader/run`);
    expect(AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA.*:run$/u);
    expect(issued?.Expiration?.getTime()).toBe(1_790_000_900_000);
    expect(SourceIdentity).toBe('orgtrail');
    expect(estate.state.calls).toMatchObject([
      { service: 'sts', operation: 'AssumeRole', account: PAYER, region: 'us-east-1', at: now },
    ]);
  });

  const refused: readonly (readonly [string, AssumeRoleCommandInput, Credentials])[] = [
    ['without the external id', { ...RIGHT, ExternalId: undefined }, userOf(PAYER)],
    ['with a wrong external id', { ...RIGHT, ExternalId: 'shared-ID' }, userOf(PAYER)],
    ['a role that is not there', { ...RIGHT, RoleArn: READER.replace('reader', 'nobody') }, userOf(PAYER)],
    ['as another user of the trusted account', RIGHT, userOf(PAYER, 'other')],
    ['from an account that is not trusted', RIGHT, userOf(OUTSIDE)],
    ['an administrator of the role’s own account, whom the trust does not name', RIGHT, userOf(MEMBER)],
  ];
  test.each(refused)('refuses %s, always in the same words', async (_, input, caller) => {
    await using estate = await openEstate();
    const error: unknown = await sts(estate, caller)
      .send(new AssumeRoleCommand(input))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    expect(String(error)).toMatch(
      /User: arn:aws:iam::\d{12}:user\/\w+ is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::/u,
    );
  });

  test('trust given, withdrawn, and an account closed, hold at once', async () => {
    await using estate = await openEstate();
    expect(await outcomeOf(assume(estate, RIGHT))).toBe('ok');
    estate.state.withdrawTrust(READER);
    expect(await outcomeOf(assume(estate, RIGHT))).toBe('AccessDenied');
    estate.identities.roles.set(READER, roleOf(READER, { trusted: [`arn:aws:iam::${PAYER}:root`], externalId: null }));
    expect(await outcomeOf(assume(estate, { ...RIGHT, ExternalId: undefined }, userOf(PAYER, 'other')))).toBe('ok');
    estate.state.changeAccount(MEMBER, { state: 'SUSPENDED' });
    expect(await outcomeOf(assume(estate, RIGHT))).toBe('AccessDenied');
  });

  test('within an account the trust must name the caller, or the account and its policies the role', async () => {
    await using estate = await openEstate();
    const member = userOf(MEMBER);
    estate.identities.roles.set(READER, roleOf(READER, { trusted: [`arn:aws:iam::${MEMBER}:user/daemon`] }));
    expect(await outcomeOf(assume(estate, RIGHT, member))).toBe('ok');
    estate.identities.addUser({ ...member, policies: [] });
    expect(await outcomeOf(assume(estate, RIGHT, member))).toBe('ok');
    estate.identities.roles.set(READER, roleOf(READER, { trusted: [`arn:aws:iam::${MEMBER}:root`] }));
    expect(await outcomeOf(assume(estate, RIGHT, member))).toBe('AccessDenied');
    estate.identities.addUser(member);
    expect(await outcomeOf(assume(estate, RIGHT, member))).toBe('ok');
  });

  test('a caller without sts:AssumeRole is refused across accounts, though trusted', async () => {
    await using estate = await openEstate();
    estate.identities.addUser({
      ...userOf(PAYER),
      policies: ['{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'],
    });
    expect(await outcomeOf(assume(estate, RIGHT))).toBe('AccessDenied');
    estate.identities.addUser({
      ...userOf(PAYER),
      policies: [
        `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/orgtrail/reader"}}`,
      ],
    });
    expect(await outcomeOf(assume(estate, RIGHT))).toBe('ok');
  });

  test('an external id is text, not a pattern', async () => {
    await using estate = await openEstate();
    estate.identities.roles.set(READER, roleOf(READER, { externalId: 'a/b:c@d' }));
    expect(await outcomeOf(assume(estate, { ...RIGHT, ExternalId: 'a/b:c@d' }))).toBe('ok');
    estate.identities.roles.set(READER, roleOf(READER, { externalId: '*' }));
    expect(await outcomeOf(assume(estate, { ...RIGHT, ExternalId: 'anything' }))).toBe('AccessDenied');
  });

  test.each<[string, AssumeRoleCommandInput]>([
    ['too short', { ...RIGHT, DurationSeconds: 899 }],
    ['too long', { ...RIGHT, DurationSeconds: 43_201 }],
    ['session name of one letter', { ...RIGHT, RoleSessionName: 'x' }],
    ['session name with a space', { ...RIGHT, RoleSessionName: 'a b' }],
    ['external id of one letter', { ...RIGHT, ExternalId: 'x' }],
    ['no role ARN', { ...RIGHT, RoleArn: 'reader-role-without-an-arn' }],
    ['a session policy, which would go unheeded', { ...RIGHT, Policy: '{}' }],
  ])('%s is a validation error', async (_, input) => {
    await using estate = await openEstate();
    expect(await outcomeOf(assume(estate, input))).toBe('ValidationError');
  });

  test('chained sessions last an hour at most', async () => {
    await using estate = await openEstate();
    const second = 'arn:aws:iam::333333333333:role/second';
    estate.identities.roles.set(second, roleOf(second, { trusted: [READER], externalId: null }));
    const allow = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } };
    estate.identities.roles.set(READER, roleOf(READER, { policies: [JSON.stringify(allow)] }));
    const first = await assume(estate, RIGHT);
    expect(
      await outcomeOf(assume(estate, { RoleArn: second, RoleSessionName: 'run', DurationSeconds: 3601 }, first)),
    ).toBe('ValidationError');
    const chained = await assume(estate, { RoleArn: second, RoleSessionName: 'run', DurationSeconds: 3600 }, first);
    const { Arn } = await sts(estate, chained).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe('arn:aws:sts::333333333333:assumed-role/second/run');
  });
});

describe('GetCallerIdentity', () => {
  test('names users, roots and sessions', async () => {
    await using estate = await openEstate();
    estate.identities.addUser({ ...userOf(PAYER, 'root'), name: 'root' });
    const session = await assume(estate, RIGHT);
    const ask = async (credentials: Credentials) => sts(estate, credentials).send(new GetCallerIdentityCommand({}));
    expect(await ask(userOf(PAYER))).toMatchObject({ Account: PAYER, Arn: `arn:aws:iam::${PAYER}:user/daemon` });
    expect(await ask(userOf(PAYER, 'root'))).toMatchObject({
      Account: PAYER,
      Arn: `arn:aws:iam::${PAYER}:root`,
      UserId: PAYER,
    });
    expect(await ask(session)).toMatchObject({
      Account: MEMBER,
      Arn: `arn:aws:sts::${MEMBER}:assumed-role/reader/run`,
    });
  });

  test("the SDK's own provider gets through", async () => {
    await using estate = await openEstate();
    const provider = fromTemporaryCredentials({
      masterCredentials: userOf(PAYER),
      params: { RoleArn: READER, RoleSessionName: 'run', ExternalId: 'shared-id' },
      clientConfig: { endpoint: estate.url, region: 'us-east-1' },
    });
    const client = new STSClient({ endpoint: estate.url, region: 'us-east-1', credentials: provider });
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: MEMBER });
  });

  test('bad credentials have STS’s own names, all 403', async () => {
    let now = Date.now();
    await using estate = await openEstate({ now: () => now });
    const session = await assume(estate, RIGHT);
    const ask = async (credentials: Credentials): Promise<unknown> =>
      sts(estate, credentials)
        .send(new GetCallerIdentityCommand({}))
        .catch((thrown: unknown) => thrown);
    const forbidden = (name: string) => ({ name, $metadata: { httpStatusCode: 403 } });
    expect(await ask({ ...userOf(PAYER), secretAccessKey: 'wrong' })).toMatchObject(forbidden('SignatureDoesNotMatch'));
    expect(await ask({ ...userOf(PAYER), accessKeyId: 'AKIANOBODY' })).toMatchObject(forbidden('InvalidClientTokenId'));
    expect(await ask({ accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey })).toMatchObject(
      forbidden('InvalidClientTokenId'),
    );
    estate.identities.expireSessions(READER);
    expect(await ask(session)).toMatchObject({
      name: expect.stringMatching(/^ExpiredToken/u),
      $metadata: { httpStatusCode: 403 },
    });
    now += 16 * 60_000;
    expect(await ask(userOf(PAYER))).toMatchObject(forbidden('SignatureDoesNotMatch'));
  });
});

describe('faults', () => {
  test('strike as often as they were told to, and where', async () => {
    await using estate = await openEstate();
    estate.state.organization.accounts.push(accountOf('444444444444'));
    estate.state.fail({
      service: 'sts',
      operation: 'AssumeRole',
      times: 2,
      outcome: { type: 'error', code: 'Throttling', message: 'Rate exceeded', status: 400 },
    });
    const lift = estate.state.fail({
      operation: 'GetCallerIdentity',
      region: 'eu-west-1',
      outcome: { type: 'error', code: 'ServiceUnavailable', status: 503 },
    });
    expect([
      await outcomeOf(assume(estate, RIGHT)),
      await outcomeOf(assume(estate, RIGHT)),
      await outcomeOf(assume(estate, RIGHT)),
    ]).toEqual(['Throttling', 'Throttling', 'ok']);
    const there = new STSClient({
      endpoint: estate.url,
      region: 'eu-west-1',
      credentials: userOf(PAYER),
      maxAttempts: 1,
    });
    expect(await outcomeOf(sts(estate).send(new GetCallerIdentityCommand({})))).toBe('ok');
    expect(await outcomeOf(there.send(new GetCallerIdentityCommand({})))).toBe('ServiceUnavailable');
    lift();
    expect(await outcomeOf(there.send(new GetCallerIdentityCommand({})))).toBe('ok');
  });
});
