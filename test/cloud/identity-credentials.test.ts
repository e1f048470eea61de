/** Whose credentials hold: users, sessions and their tokens, clocks that are off, roles that end. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { createIdentities, type CloudIdentities } from './identity/identities.ts';
import { serveEndpoint } from './identity/loopback.ts';
import { client, outcome, ROLE, USER, whoami } from './identity/signer.ts';
import { newSession } from './identity/trust.ts';

const identities = createIdentities({ now: Date.now, users: [USER], roles: [ROLE] });

describe('credentials', () => {
  function issued(known: CloudIdentities, expiresAt: number) {
    const session = newSession({ roleArn: ROLE.arn, sessionName: 'run', expiresAt });
    known.registerSession(session);
    return session;
  }

  test.each([
    ['wrong secret', { ...USER, secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['unknown key', { ...USER, accessKeyId: 'AKIAUNKNOWN' }, 'InvalidAccessKeyId'],
    ['user key with a token', { ...USER, sessionToken: 'token' }, 'InvalidToken'],
    ['live session', issued(identities, Date.now() + 60_000), 'ok'],
    ['expired session', issued(identities, Date.now() - 1), 'ExpiredToken'],
    [
      'session key with another token',
      { ...issued(identities, Date.now() + 60_000), sessionToken: 'other' },
      'InvalidToken',
    ],
  ])('%s → %s', async (_, credentials, expected) => {
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url, { credentials });
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe(expected);
    s3.destroy();
  });

  test('a session key without its token is no key', async () => {
    const { accessKeyId, secretAccessKey } = issued(identities, Date.now() + 60_000);
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url, { credentials: { accessKeyId, secretAccessKey } });
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe('InvalidAccessKeyId');
    s3.destroy();
  });

  test.each([-16, 16])('a clock %i minutes off is refused', async (minutes) => {
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url, { systemClockOffset: minutes * 60_000 });
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe('RequestTimeTooSkewed');
    s3.destroy();
  });

  test("another service's signature is refused", async () => {
    await using front = await serveEndpoint(
      whoami({ ...identities, authenticate: (request) => identities.authenticate(request, 'sts') }),
    );
    const s3 = client(front.url);
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe('AuthorizationHeaderMalformed');
    s3.destroy();
  });

  test('a role changed, deleted or ended holds at the next call', () => {
    const known = createIdentities({ now: () => 1, roles: [ROLE] });
    const session = issued(known, 5000);
    expect(known.secretsOf(session.accessKeyId)).toMatchObject({ secretAccessKey: session.secretAccessKey });
    known.expireSessions(ROLE.arn);
    expect(known.secretsOf(session.accessKeyId)).toMatchObject({ expiresAt: 0 });
    expect(known.secretsOf('nobody')).toBeNull();
  });
});
