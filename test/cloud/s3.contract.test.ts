/** The S3 contract on our own cloud and on a real Ceph, with what each is known to do otherwise. */
import { startCeph } from '../stack/ceph.ts';
import { CEPH, reasonToSkip } from '../stack/need.ts';
import { createCloud } from './cloud.ts';
import { type ContractStore, s3Contract } from './s3.contract.ts';

const OWNER = {
  account: '111111111111',
  name: 'root',
  accessKeyId: 'AKIAOWNER',
  secretAccessKey: 'owner-secret',
  policies: null,
};
const STRANGER = {
  account: '222222222222',
  name: 'stranger',
  accessKeyId: 'AKIASTRANGER',
  secretAccessKey: 'stranger-secret',
  policies: null,
};

async function startOurs(): Promise<ContractStore> {
  const organization = { id: 'o-contract', management: OWNER.account, accounts: [] };
  const cloud = await createCloud({ now: () => Date.now(), organization, users: [OWNER, STRANGER] });
  const strangerArn = `arn:aws:iam::${STRANGER.account}:user/${STRANGER.name}`;
  return { endpoint: cloud.url, owner: OWNER, stranger: STRANGER, strangerArn, stop: () => cloud.close() };
}

async function startReal(): Promise<ContractStore> {
  const ceph = await startCeph({ payer: OWNER.account, members: [] });
  return { endpoint: ceph.endpoint, ...ceph.plain, stop: () => ceph.stop() };
}

/** Measured with Ceph 16.2.15 (Debian 12). A newer one that does better fails the suite: then the line goes. */
const CEPH_DEVIATIONS = new Map([
  ['a key of 1,025 bytes is too long', 'refused, but the code is InvalidObjectName'],
  ['a wrong CRC32 is refused', 'the checksum is accepted and not looked at; only Content-MD5 is'],
  ['a wrong SHA-256 checksum is refused', 'the checksum is accepted and not looked at'],
  ['a checksum that was sent comes back when it is asked for', 'checksums are not kept'],
  [
    'a streamed body with its checksum in the trailer is stored without its framing',
    '411 before Ceph 18: it wants Content-Length',
  ],
  ['PUT If-Match with the right ETag replaces the object', '412: the ETag is compared with its quotes on'],
  ['PUT If-Match of a key that is not there is 404', '412'],
  [
    'COPY of a source that changed is refused',
    'CopySourceIfMatch is ignored before Ceph 18: it copies what is there now',
  ],
  ['COPY If-None-Match * does not overwrite', 'the condition is ignored on copies: it overwrites'],
  ['the 404 of a hidden key names the delete marker', 'the header is missing'],
  ['reading a delete marker by its version is 405', '404'],
  ['encoding-type=url: a key with a newline comes encoded, spaces as + or %20', 'the slash is encoded too'],
  ['a token that was never given is refused', 'it is taken for a key to start after'],
  ['a signature with another secret is refused', 'refused, but the code is AccessDenied'],
  ['a policy over 20 KB is refused', 'it is taken'],
  ['the expected owner is checked, of the bucket and of a copy’s source', 'the headers are ignored'],
  ['us-east-1 has no location', 'the zonegroup answers its name'],
  ['every new bucket is encrypted by default, and its objects say so', 'there is no default encryption'],
  ['under a KMS key by default, the ETag is no MD5', 'default encryption is not served'],
  [
    'a lifecycle rule by prefix and tag comes back as it was',
    'it comes back as Filter.Prefix and Filter.Tag, without And',
  ],
  ['ownership controls are kept', 'not served'],
  ['a policy with an effect that is none is refused as malformed', 'refused, but the code is InvalidArgument'],
  ['a pattern of actions may go on after its star', 'refused: its matcher does not go back after a star'],
  ['a policy can demand If-None-Match of whoever puts', 'the condition key is not known, so no put fits the demand'],
  [
    'a policy can leave somebody out by aws:PrincipalArn',
    'the condition key is not known, so the deny holds for nobody',
  ],
  ['a public access block that is removed is absent', 'it is told as four times false'],
  ['access logging: off, kept as it was put, off again', 'not served: always off'],
  ['a lifecycle says from which size objects move, and falls back when it is not said', 'not served'],
]);

s3Contract({ name: 'our cloud', start: startOurs, missing: null, checksums: 'WHEN_SUPPORTED', deviations: new Map() });

s3Contract({
  name: 'Ceph',
  start: startReal,
  missing: reasonToSkip('the S3 contract on Ceph', CEPH),
  checksums: 'WHEN_REQUIRED',
  deviations: CEPH_DEVIATIONS,
});
