/** A user and a role that sign, and an S3 that only says who did. */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { CloudRequest, Endpoint, Identities } from '../endpoint.ts';
import { authenticationStatus } from './identities.ts';

/** The key pair of AWS's published examples. */
export const USER = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  account: '111111111111',
  name: 'daemon',
  policies: null,
};

export const ROLE = {
  arn: 'arn:aws:iam::222222222222:role/reader',
  account: '222222222222',
  trusted: [],
  externalId: null,
  policies: ['{"a":1}'],
};

/** Answers who signed, and refuses with S3's status: all that the SDK needs to succeed or fail. */
export function whoami(
  identities: Identities,
  tamper: (request: CloudRequest) => CloudRequest = (request) => request,
): Endpoint {
  return (request) => {
    const identity = identities.authenticate(tamper(request), 's3');
    const body = identity.ok
      ? `<ListBucketResult><Name>${identity.principal.arn}</Name></ListBucketResult>`
      : `<Error><Code>${identity.code}</Code><Message>${identity.message}</Message></Error>`;
    return {
      status: identity.ok ? 200 : authenticationStatus(identity.code),
      headers: new Map([['content-type', 'application/xml']]),
      body: Buffer.from(body),
    };
  };
}

/** An S3 client that signs as the user, unless told otherwise. */
export function client(url: string, options: Partial<S3ClientConfig> = {}): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'eu-central-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: USER,
    ...options,
  });
}

/** The error's name, or `ok`. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}
