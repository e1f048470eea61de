/** The AWS query protocol of STS and SNS: form fields in, XML out. */
import type { CloudRequest, CloudResponse } from '../endpoint.ts';
import { deny, respond, type Answer } from './answers.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Elements in order; a nested list makes a nested element. */
export type XmlFields = readonly (readonly [string, string | XmlFields])[];

/** The parameters, from the form or, for GET, from the query. A name given twice keeps its last value. */
export function queryParameters(request: CloudRequest): ReadonlyMap<string, string> {
  if (request.method === 'GET') return request.query;
  return new Map(new URLSearchParams(Buffer.from(request.body).toString('utf8')));
}

/** A result or an error as the service words it. */
export function renderQuery(action: string, outcome: Answer<XmlFields>, namespace = NAMESPACE): CloudResponse {
  const id = crypto.randomUUID();
  if (outcome.ok) {
    const inner: XmlFields = [
      [`${action}Result`, outcome.result],
      ['ResponseMetadata', [['RequestId', id]]],
    ];
    return xml(200, { root: `${action}Response`, namespace }, inner);
  }
  const { status, code, message } = outcome;
  const error: XmlFields = [
    ['Type', status < 500 ? 'Sender' : 'Receiver'],
    ['Code', code],
    ['Message', message],
  ];
  const inner: XmlFields = [
    ['Error', error],
    ['RequestId', id],
  ];
  return xml(status, { root: 'ErrorResponse', namespace }, inner);
}

function xml(
  status: number,
  { root, namespace }: { readonly root: string; readonly namespace: string },
  inner: XmlFields,
): CloudResponse {
  return respond(status, 'text/xml', `<${root} xmlns="${namespace}">${elements(inner)}</${root}>`);
}

function elements(fields: XmlFields): string {
  return fields
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escapeXml(value) : elements(value)}</${name}>`)
    .join('');
}

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\r]/gu, (character) => `&#${character.charCodeAt(0)};`);
}

/** The refusals of signatures, under the names of the query services. */
export function queryAuthenticationError(code: string, message: string): Answer<XmlFields> {
  switch (code) {
    case 'InvalidAccessKeyId':
    case 'InvalidToken':
      return deny('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
    case 'ExpiredToken':
      return deny('ExpiredToken', 'The security token included in the request is expired', 403);
    case 'RequestTimeTooSkewed':
      return deny('SignatureDoesNotMatch', 'Signature expired: the request time is too far from the current time', 403);
    case 'SignatureDoesNotMatch':
    case 'XAmzContentSHA256Mismatch':
      return deny('SignatureDoesNotMatch', message, 403);
    case 'AuthorizationHeaderMalformed':
      return deny('IncompleteSignature', message, 403);
    default:
      return deny('MissingAuthenticationToken', message, 403);
  }
}
