/**
 * One set of credentials for all clients of an identity. Each SDK client remembers credentials only for itself, so
 * that a session over 17 regions would assume its role 18 times, against a limit shared by the whole account.
 */
import type { CredentialProvider } from './aws-client.ts';

/** As the SDK's own: refreshed when less than this is left (@smithy/core, EXPIRATION_MS). */
const REFRESH_MS = 5 * 60 * 1000;

/** Asks `provider` once for all callers, and again when the credentials near their end or could not be had. */
export function sharedCredentials(provider: CredentialProvider): CredentialProvider {
  let current: ReturnType<CredentialProvider> | null = null;
  let goodUntil = Number.POSITIVE_INFINITY;
  return async (properties) => {
    if (current !== null && Date.now() < goodUntil) return current;
    goodUntil = Number.POSITIVE_INFINITY;
    const asked = provider(properties);
    current = asked;
    try {
      const credentials = await asked;
      if (current === asked && credentials.expiration !== undefined)
        goodUntil = credentials.expiration.getTime() - REFRESH_MS;
      return credentials;
    } catch (error) {
      if (current === asked) current = null;
      throw error;
    }
  };
}
