/** Three trails in a small organization, and a CloudTrail client to ask for them. */
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { MEMBER, openEstate, PAYER, trailOf, userOf, type Estate } from './estate.ts';

/** What the SDK signs with. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** A CloudTrail client of a user of the member, unless told otherwise. */
export function client(
  estate: Estate,
  credentials: Credentials = userOf(MEMBER),
  region = 'us-east-1',
): CloudTrailClient {
  return new CloudTrailClient({ endpoint: estate.url, region, credentials, maxAttempts: 1 });
}

/** Seen everywhere in the organization, in every region of the member, and in one region only. */
export const ORG = trailOf(PAYER, { name: 'org', organization: true, prefix: 'central' });
export const WIDE = trailOf(MEMBER, { name: 'wide' });
export const LOCAL = trailOf(MEMBER, { name: 'local', homeRegion: 'eu-west-1', multiRegion: false, validation: false });

/** An estate with the three trails. */
export async function withTrails(): Promise<Estate> {
  const estate = await openEstate();
  estate.state.trails.push(ORG, WIDE, LOCAL);
  return estate;
}
