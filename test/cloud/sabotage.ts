/** Puts one fault into one exchange: before it is served, into the answer, or into the way it goes over the wire. */
import type { CloudRequest, CloudResponse } from './endpoint.ts';
import type { Fault, Strike } from './faults.ts';
import type { ServiceName } from './journal.ts';
import { pageToken } from './s3/listing.ts';
import { element } from './s3/xml.ts';

/** What goes over the wire. `whole: false`: that many bytes of the body, then the connection ends or stalls. */
export type Delivery =
  | { readonly kind: 'whole'; readonly response: CloudResponse }
  | { readonly kind: 'part'; readonly response: CloudResponse; readonly bytes: number; readonly after: 'end' | 'stall' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'stall' };

/** One exchange to be spoilt. `serve` does what was asked. */
export interface Exchange {
  readonly request: CloudRequest;
  readonly service: ServiceName;
  readonly fault: Strike['fault'];
  readonly serve: () => Promise<CloudResponse>;
}

export async function deliver(exchange: Exchange): Promise<Delivery> {
  const { fault, service, serve } = exchange;
  if (fault === null) return whole(await serve());
  switch (fault.kind) {
    case 'status':
      return whole(refusal(service, fault));
    case 'conflict-409':
      return whole(refusal(service, { status: 409, code: 'ConditionalRequestConflict' }));
    case 'empty-200':
      return whole({ status: 200, headers: new Map(), body: new Uint8Array(0) });
    case 'html-200':
      return whole({
        status: 200,
        headers: new Map([['content-type', 'text/html']]),
        body: Buffer.from('<html><body>Please log in</body></html>'),
      });
    case 'error-in-200':
      return whole(refusal(service, { status: 200, code: fault.code }));
    case 'reset':
      if (fault.done) await serve();
      return { kind: 'reset' };
    case 'stall':
      return fault.at === null
        ? { kind: 'stall' }
        : { kind: 'part', response: await serve(), bytes: fault.at, after: 'stall' };
    case 'cut':
      return { kind: 'part', response: await serve(), bytes: fault.at, after: 'end' };
    case 'done-but-500':
      await serve();
      return whole(refusal(service, { status: 500, code: 'InternalError' }));
    case 'interfere':
      fault.act();
      return whole(await serve());
    case 'wrong-bytes':
      return whole(withWrongBytes(await serve()));
    case 'listing':
      return whole(withWrongListing(await serve(), exchange.request, fault));
  }
}

function whole(response: CloudResponse): Delivery {
  return { kind: 'whole', response };
}

/** An error in the words of its service. */
export function refusal(
  service: ServiceName,
  error: { readonly status: number; readonly code: string; readonly message?: string },
): CloudResponse {
  const message = error.message ?? `${error.code}, put in by the test`;
  const fields = element('Code', error.code) + element('Message', message);
  switch (service) {
    case 'json': {
      const headers = new Map([['content-type', 'application/x-amz-json-1.1']]);
      return {
        status: error.status,
        headers,
        body: Buffer.from(JSON.stringify({ __type: error.code, message, Message: message })),
      };
    }
    case 'sts':
    case 'sns': {
      const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>${fields}</Error><RequestId>fault</RequestId></ErrorResponse>`;
      return { status: error.status, headers: new Map([['content-type', 'text/xml']]), body: Buffer.from(body) };
    }
    case 's3': {
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${fields}<RequestId>fault</RequestId></Error>`;
      return { status: error.status, headers: new Map([['content-type', 'application/xml']]), body: Buffer.from(body) };
    }
  }
}

/** The checksum goes too: who relies on the transport's own check must be caught by this. */
function withWrongBytes(response: CloudResponse): CloudResponse {
  const body = Uint8Array.from(response.body);
  const middle = body.length >> 1;
  if (body.length > 0) body[middle] = (body[middle] ?? 0) ^ 1;
  const headers = new Map([...response.headers].filter(([name]) => !name.startsWith('x-amz-checksum-')));
  return { ...response, headers, body };
}

function withWrongListing(
  response: CloudResponse,
  request: CloudRequest,
  fault: Extract<Fault, { kind: 'listing' }>,
): CloudResponse {
  const xml = Buffer.from(response.body).toString('utf8');
  return { ...response, body: Buffer.from(wrongListing(xml, request, fault.how)) };
}

function wrongListing(xml: string, request: CloudRequest, how: Extract<Fault, { kind: 'listing' }>['how']): string {
  const untold = xml.replace(/<NextContinuationToken>[^<]*<\/NextContinuationToken>/, '');
  const truncated = untold.replace('<IsTruncated>false</IsTruncated>', '<IsTruncated>true</IsTruncated>');
  switch (how) {
    case 'missing-token':
      return truncated;
    case 'endless-token': {
      // A token that leads to this same page again, and so for ever.
      const token = request.query.get('continuation-token') ?? pageToken(request.query.get('start-after') ?? '', false);
      return truncated.replace('</ListBucketResult>', `${element('NextContinuationToken', token)}</ListBucketResult>`);
    }
    case 'foreign-key': {
      const key =
        element('Key', '!outside/of-the-prefix.json.gz') + element('LastModified', '2026-01-01T00:00:00.000Z');
      const line = `<Contents>${key}${element('ETag', '"00000000000000000000000000000000"')}${element('Size', 1)}</Contents>`;
      return xml.replace('</ListBucketResult>', `${line}</ListBucketResult>`);
    }
  }
}
