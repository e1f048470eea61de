/** Findings as files: CSV for spreadsheets, JSON Lines for programs, each with the number of its rows as its last line. */
import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { finding, findingsQuery, type FindingView } from '../contract/findings.ts';
import { compareKeys } from '../views/paging.ts';
import {
  findingKeyOf,
  findingView,
  selectFindings,
  tellFindings,
  type FindingsFilter,
  type Names,
  type Told,
} from '../views/findings.ts';
import { formatCompact } from '../../core/time.ts';
import { namesOf, type Api, type ApiParts } from './api.ts';
import { download } from './chains.ts';

const { status, code, account, search } = findingsQuery.shape;
const exportQuery = z.strictObject({ status, code, account, search });
const tags = ['findings'];

const COLUMNS = [
  'id',
  'status',
  'code',
  'account',
  'accountName',
  'region',
  'trail',
  'bucket',
  'key',
  'from',
  'to',
  'detail',
  'hint',
  'firstSeen',
  'acceptedBy',
  'acceptedAt',
  'acceptedReason',
  'goneAt',
  'at',
] as const;

export function registerExports(api: Api, parts: ApiParts): void {
  const { now } = parts.pages;
  api.get(
    '/api/findings.csv',
    { config: { right: 'evidence' }, schema: { tags, summary: 'Findings as CSV', querystring: exportQuery } },
    async ({ query }, reply) => {
      const rows = csvRows(await select(parts, query));
      return sendFile(reply.type('text/csv; charset=utf-8'), `${fileName(now())}.csv`, Readable.from(rows));
    },
  );
  api.get(
    '/api/findings.jsonl',
    { config: { right: 'evidence' }, schema: { tags, summary: 'Findings as JSON Lines', querystring: exportQuery } },
    async ({ query }, reply) => {
      const lines = jsonLines(await select(parts, query));
      return sendFile(reply.type('application/jsonl; charset=utf-8'), `${fileName(now())}.jsonl`, Readable.from(lines));
    },
  );
}

function fileName(now: number): string {
  return `orgtrail-findings-${formatCompact(now)}`;
}

function sendFile(reply: FastifyReply, name: string, source: Readable): FastifyReply {
  if (!name.endsWith('.csv')) return download(reply, name).send(source);
  // A line end alone ends a row for some readers (RFC 4180 wants both quoted).
  const csv = stringify({ columns: [...COLUMNS], header: true, record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
  // When the reader goes, or a row fails, both ends are let go of; the missing last line shows it.
  pipeline(source, csv, () => undefined);
  return download(reply, name).send(csv);
}

async function select({ estate, findings }: ApiParts, filter: FindingsFilter): Promise<Iterable<FindingView>> {
  const [{ parts }, all] = await Promise.all([findings.get(), estate.get()]);
  const names = namesOf(all);
  const rows = selectFindings(tellFindings(parts), filter, names);
  const sorted = rows.toSorted((a, b) => compareKeys(findingKeyOf(a), findingKeyOf(b)));
  return views(sorted, names);
}

/** One at a time as they are sent: the views of all rows never exist at once. */
function* views(told: readonly Told[], names: Names): Generator<FindingView> {
  for (const one of told) yield findingView(one, names);
}

function* csvRows(findings: Iterable<FindingView>): Generator<readonly string[]> {
  let rows = 0;
  for (const one of findings) {
    rows += 1;
    yield cellsOf(one).map(cell);
  }
  yield [`# rows: ${rows}`, ...COLUMNS.slice(1).map(() => '')];
}

function* jsonLines(findings: Iterable<FindingView>): Generator<string> {
  let rows = 0;
  for (const one of findings) {
    rows += 1;
    yield `${JSON.stringify(finding.parse(one))}\n`;
  }
  yield `${JSON.stringify({ rows })}\n`;
}

function cellsOf(one: FindingView): readonly string[] {
  const { accepted, goneAt } = one;
  const settled = accepted === null ? null : 'accepted';
  return [
    one.id,
    goneAt === null ? (settled ?? 'open') : 'gone',
    one.code,
    one.account,
    one.accountName,
    one.region,
    one.trail,
    one.bucket,
    one.key ?? '',
    one.from ?? '',
    one.to ?? '',
    one.detail,
    one.hint,
    one.firstSeen,
    accepted?.by ?? '',
    accepted?.at ?? '',
    accepted?.reason ?? '',
    goneAt ?? '',
    one.at,
  ];
}

/** A spreadsheet would run a cell that begins like a formula (ASVS 1.2.10); an apostrophe makes it text. */
function cell(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}
