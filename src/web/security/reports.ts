/** `POST /api/csp-report`: browsers tell what a content policy stopped. Counted, and logged once a minute at most. */
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { Log } from '../../ports.ts';
import { REPORT_PATH } from './headers.ts';
import type { RateChecks } from './rates.ts';

const MOST_BYTES = 16 * 1024;
const LOG_EVERY_MS = 60_000;
const TYPES = ['application/csp-report', 'application/reports+json', 'application/json'];

const word = z.string().max(8192).optional();
/** Both kinds of report, as far as they are logged. */
const reportSchema = z.union([
  z.object({
    'csp-report': z.object({ 'effective-directive': word, 'violated-directive': word, 'blocked-uri': word }),
  }),
  z.array(z.object({ body: z.object({ effectiveDirective: word, blockedURL: word }) })).max(100),
]);

interface Reporting {
  readonly log: Log;
  readonly now: () => number;
  readonly rates: RateChecks;
}

/** Adds the route, in a context of its own: no other route takes these types of content. */
export async function addReports(app: FastifyInstance, { log, now, rates }: Reporting): Promise<void> {
  const note = createNotes(log, now);
  await app.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser(TYPES, { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    const options = { config: { right: 'public' }, bodyLimit: MOST_BYTES, schema: { hide: true } } as const;
    inner.post(REPORT_PATH, options, async (request, reply) => {
      if (await rates.report(request)) note(String(request.body));
      return reply.code(204).send();
    });
  });
}

/** Anybody may send reports, so what they say is cut to a directive's name and the kind of what was blocked. */
function createNotes(log: Log, now: () => number): (text: string) => void {
  let count = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (text) => {
    count += 1;
    if (now() - loggedAt < LOG_EVERY_MS) return;
    log.warn({ event: 'csp-report', count, ...firstOf(text) }, 'a browser stopped something on our pages');
    loggedAt = now();
    count = 0;
  };
}

function firstOf(text: string): { readonly directive: string; readonly blocked: string } {
  const report = parse(text);
  const fields = Array.isArray(report) ? report[0]?.body : report?.['csp-report'];
  if (fields === undefined) return { directive: 'unreadable', blocked: '' };
  const directive =
    'effectiveDirective' in fields
      ? fields.effectiveDirective
      : 'effective-directive' in fields
        ? fields['effective-directive']
        : undefined;
  const blocked =
    'blockedURL' in fields ? fields.blockedURL : 'blocked-uri' in fields ? fields['blocked-uri'] : undefined;
  return { directive: plain(directive), blocked: originOf(blocked) };
}

function parse(text: string): z.infer<typeof reportSchema> | null {
  try {
    return reportSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // no JSON: counted all the same
  }
}

/** Addresses may hold what nobody should log; scheme and host say enough. */
function originOf(address: string | undefined): string {
  if (address === undefined) return '';
  return plain(URL.canParse(address) ? new URL(address).origin : address);
}

function plain(text: string | undefined): string {
  return (text ?? '').replaceAll(/[^a-z0-9 .:/-]/gi, '').slice(0, 100);
}
