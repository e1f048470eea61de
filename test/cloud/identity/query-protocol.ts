/** The AWS query protocol of STS: form fields in, XML out. */
import type { CloudRequest, CloudResponse } from '../endpoint.ts';
import { respond, type Answer } from './answers.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Elements in order; a nested list makes a nested element. */
export type XmlFields = readonly (readonly [string, string | XmlFields])[];

/** The parameters, from the form or, for GET, from the query. A name given twice keeps its last value. */
export function queryParameters(request: CloudRequest): ReadonlyMap<string, string> {
  if (request.method === 'GET') return request.query;
  return new Map(new URLSearchParams(Buffer.from(request.body).toString('utf8')));
}

/** A result or an error as STS words it. */
export function renderQuery(action: string, outcome: Answer<XmlFields>): CloudResponse {
  const id = crypto.randomUUID();
  if (outcome.ok) {
    const inner: XmlFields = [
      [`${action}Result`, outcome.result],
      ['ResponseMetadata', [['RequestId', id]]],
    ];
    return xml(200, `${action}Response`, inner);
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
  return xml(status, 'ErrorResponse', inner);
}

function xml(status: number, root: string, inner: XmlFields): CloudResponse {
  return respond(status, 'text/xml', `<${root} xmlns="${NAMESPACE}">${elements(inner)}</${root}>`);
}

function elements(fields: XmlFields): string {
  return fields
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escapeXml(value) : elements(value)}</${name}>`)
    .join('');
}

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\r]/gu, (character) => `&#${character.charCodeAt(0)};`);
}
