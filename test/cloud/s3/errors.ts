/** S3's own errors: code, status and the XML body in which they come. */

const STATUS: ReadonlyMap<string, number> = new Map([
  ['AccessControlListNotSupported', 400],
  ['AccessDenied', 403],
  ['BadDigest', 400],
  ['BucketAlreadyExists', 409],
  ['BucketAlreadyOwnedByYou', 409],
  ['BucketNotEmpty', 409],
  ['ExpiredToken', 400],
  ['IncompleteBody', 400],
  ['InvalidAccessKeyId', 403],
  ['InvalidArgument', 400],
  ['InvalidBucketName', 400],
  ['InvalidBucketState', 409],
  ['InvalidChunkSizeError', 403],
  ['InvalidDigest', 400],
  ['InvalidObjectState', 403],
  ['InvalidRange', 416],
  ['InvalidRequest', 400],
  ['InvalidTag', 400],
  ['InvalidTargetBucketForLogging', 400],
  ['InvalidURI', 400],
  ['KeyTooLongError', 400],
  ['MalformedPolicy', 400],
  ['MalformedXML', 400],
  ['MethodNotAllowed', 405],
  ['NoSuchBucket', 404],
  ['NoSuchBucketPolicy', 404],
  ['NoSuchKey', 404],
  ['NoSuchLifecycleConfiguration', 404],
  ['NoSuchObjectLockConfiguration', 404],
  ['NoSuchPublicAccessBlockConfiguration', 404],
  ['NoSuchTagSet', 404],
  ['NoSuchVersion', 404],
  ['NotImplemented', 501],
  ['ObjectLockConfigurationNotFoundError', 404],
  ['OwnershipControlsNotFoundError', 404],
  ['PermanentRedirect', 301],
  ['PolicyTooLarge', 400],
  ['PreconditionFailed', 412],
  ['RequestTimeTooSkewed', 403],
  ['ServerSideEncryptionConfigurationNotFoundError', 404],
  ['SignatureDoesNotMatch', 403],
  ['XAmzContentChecksumMismatch', 400],
  ['XAmzContentSHA256Mismatch', 400],
]);

/** One refusal by S3. `headers` go along with the answer (a 404 for a delete marker names the marker). */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;

  constructor(code: string, message: string, headers: ReadonlyMap<string, string> = new Map()) {
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.status = STATUS.get(code) ?? 400;
    this.headers = headers;
  }
}

export function accessDenied(message = 'Access Denied'): S3Error {
  return new S3Error('AccessDenied', message);
}
