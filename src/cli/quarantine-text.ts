/** Quarantine for people: short lines, the evidence of one file, and how to get at its bytes without printing them. */
import type { QuarantineDetail, QuarantineLine } from './quarantine.ts';
import { clean, table } from './text.ts';

/** The list as a table, with where to go on. */
export function listText(lines: readonly QuarantineLine[], next: string | null): string {
  if (lines.length === 0) return 'nothing is in quarantine\n';
  const head = ['STATE', 'VERDICT', 'SINCE', 'DIGEST OF', 'FILE'];
  const rows = lines.map((line) => [
    line.state,
    oneLine(line.verdict),
    line.since,
    oneLine(line.digest?.end ?? '-'),
    oneLine(`s3://${line.bucket}/${line.key}`),
  ]);
  const more = next === null ? '' : `there is more: --after ${quoted(next)}\n`;
  return `${table([head, ...rows])}${more}`;
}

/** Everything about each entry. */
export function showText(entries: readonly QuarantineDetail[], archive: string): string {
  return entries.map((entry) => entryText(entry, archive)).join('\n');
}

function entryText(entry: QuarantineDetail, archive: string): string {
  const { note } = entry.records;
  const fields: readonly (readonly [string, string | null])[] = [
    ['file', `s3://${entry.bucket}/${entry.key}`],
    ['verdict', `${entry.verdict}${note === null ? '' : `: ${note.detail}`}`],
    ['state', entry.state],
    ['named by', note === null || note.digest === null ? 'no digest' : `s3://${note.digest.bucket}/${note.digest.key}`],
    ['expected', note?.expectedSha256 ?? null],
    ['found', note?.contentSha256 ?? null],
    ['as stored', note?.storedSha256 ?? null],
    ['size', note === null ? null : `${note.size} bytes`],
    ['version', note?.origin.versionId ?? null],
    ['ETag', note?.origin.etag ?? null],
    ['read from', note === null ? null : note.via === 'source' ? 'the source' : 'the copy captured from the source'],
    ...Object.entries(note?.metadata ?? {}).map(([name, value]) => [`metadata ${name}`, value] as const),
    ['again', note === null || note.again === '' ? null : note.again],
    ['bytes', `s3://${archive}/${entry.bytes}`],
    ['get them', getCommand(archive, entry.bytes)],
    ...historyOf(entry).map((line) => ['history', line] as const),
    ...entry.problems.map((problem) => ['problem', problem] as const),
  ];
  const told = fields.flatMap(([name, value]) => (value === null ? [] : [[oneLine(name), oneLine(value)]]));
  return table(told);
}

function historyOf({ since, records }: QuarantineDetail): readonly string[] {
  const { note, release, acceptance } = records;
  const lines: string[] = [];
  if (typeof note?.modified === 'string') lines.push(`${note.modified} written in the source, as the source says`);
  if (typeof note?.digest?.end === 'string') lines.push(`${note.digest.end} end of the digest that names it`);
  lines.push(`${since} kept here`);
  if (acceptance !== null) {
    const who = [acceptance.by, acceptance.caller].filter((one) => one !== null).join(', ');
    lines.push(`${acceptance.at} accepted by ${who}: ${acceptance.reason}`);
  }
  if (release !== null)
    lines.push(
      `released: proven by the digest of ${release.digest.end}, s3://${release.digest.bucket}/${release.digest.key}`,
    );
  return lines;
}

function getCommand(archive: string, key: string): string {
  return `aws s3api get-object --bucket ${quoted(archive)} --key ${quoted(key)} evidence.bin`;
}

/** For a POSIX shell: what lies in a bucket may be named like a command. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Text of others must not begin a line of ours. */
function oneLine(text: string): string {
  return clean(text).replaceAll('\n', String.raw`\u000a`);
}
