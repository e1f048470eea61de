/** CloudTrail's public keys. All trust in digests rests on them, so a key that contradicts itself stops the call. */
import { ListPublicKeysCommand, type PublicKey } from '@aws-sdk/client-cloudtrail';
import { fingerprintOf, isFingerprintOf, type PublicKeyRecord } from '../core/publickey.ts';
import { OperatingError } from '../errors.ts';
import type { AwsClients } from './aws-clients.ts';
import { allPages, controlContext, recoded } from './aws-control.ts';
import { garbledError, type CallContext } from './aws-errors.ts';

const MAX_PAGES = 100;

/**
 * The keys that a region used between two times (epoch ms), one at least: CloudTrail signs every hour, so an empty
 * answer is no word on any key, and least of all that a digest's key is a stranger's.
 * Every failure is `blocked-keys`: without keys nothing can be judged, which is not the same as a bad signature.
 */
export async function publicKeys(
  clients: AwsClients,
  region: string,
  window: { readonly from: number; readonly to: number },
): Promise<readonly PublicKeyRecord[]> {
  const context = controlContext(clients, `list the public keys of ${region}`, 'cloudtrail:ListPublicKeys');
  const range = { StartTime: new Date(window.from), EndTime: new Date(window.to) };
  try {
    const keys = await allPages(context, MAX_PAGES, async (token) => {
      const command = new ListPublicKeysCommand({ ...range, ...(token === undefined ? {} : { NextToken: token }) });
      const page = await clients.onTrails(region, (client, options) => client.send(command, options));
      return { items: page.PublicKeyList, next: page.NextToken };
    });
    if (keys.length === 0) throw garbledError(context, 'it names no public key at all');
    return keys.map((key) => keyRecord(key, region, context));
  } catch (error) {
    if (error instanceof OperatingError && error.code !== 'identity-mismatch') throw recoded(error, 'blocked-keys');
    throw error;
  }
}

function keyRecord(key: PublicKey, region: string, context: CallContext): PublicKeyRecord {
  const validFrom = key.ValidityStartTime?.getTime() ?? Number.NaN;
  const validTo = key.ValidityEndTime?.getTime() ?? Number.NaN;
  if (key.Value === undefined || key.Fingerprint === undefined)
    throw garbledError(context, 'a key lacks its value or fingerprint');
  if (Number.isNaN(validFrom) || Number.isNaN(validTo))
    throw garbledError(context, `the key ${key.Fingerprint} lacks its validity`);
  const der = new Uint8Array(key.Value);
  const fingerprint = key.Fingerprint.toLowerCase();
  if (!isFingerprintOf(der, fingerprint))
    throw garbledError(context, `the key called ${key.Fingerprint} has the fingerprint ${fingerprintOf(der)}`);
  return { region, fingerprint, der, validFrom, validTo };
}
