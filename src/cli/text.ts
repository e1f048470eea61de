/** Reports for people: short tables, the worst first, every finding with its next step. */
import type { Finding } from '../core/coverage.ts';
import type { CodeCounts, VerifyReport } from '../core/report.ts';

const MAX_FINDINGS = 50;
/** Keys and details come from buckets: control and direction characters must not reach the terminal. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Columns padded to their widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** One verification as text. */
export function verifyText(report: VerifyReport): string {
  const rows = report.chains.map((chain) => [
    chain.state,
    chain.account,
    chain.region,
    chain.trail,
    chain.kind,
    chain.from ?? '-',
    chain.to ?? '-',
    counts(chain.digests),
    counts(chain.logs),
  ]);
  const head = ['STATE', 'ACCOUNT', 'REGION', 'TRAIL', 'KIND', 'FROM', 'TO', 'DIGESTS', 'LOGS'];
  const chains =
    rows.length === 0
      ? 'no chain was found\n'
      : table([head, ...rows.toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))]);
  const total = `digests: ${counts(report.counts.digests)}   logs: ${counts(report.counts.logs)}`;
  return `${chains}${findingsText(report.findings)}${total}\n${SENTENCES[report.verdict]}\n`;
}

const SENTENCES: Readonly<Record<VerifyReport['verdict'], string>> = {
  verified: 'verified: everything asked for is proven',
  failed: 'failed: something is missing, changed or added',
  blocked: 'blocked: part of it could not be looked at, so it is not proven',
  nothing: 'nothing: there was nothing to verify, which proves nothing',
};

/** Findings with their evidence and next step; past fifty the rest is counted, and `--json` shows all. */
export function findingsText(findings: readonly Finding[]): string {
  const shown = findings.slice(0, MAX_FINDINGS).map((one) => findingText(one));
  const rest =
    findings.length > MAX_FINDINGS ? `… and ${findings.length - MAX_FINDINGS} more: use --json to see all\n` : '';
  return shown.length === 0 ? '' : `\n${shown.join('')}${rest}\n`;
}

/** One finding. `times` stands behind its code: several of a kind may be told as one. */
export function findingText(one: Finding, times = ''): string {
  const place = one.key === null ? '' : ` s3://${one.bucket}/${one.key}`;
  const span = one.from === null && one.to === null ? '' : ` [${one.from ?? '…'} to ${one.to ?? '…'}]`;
  const where = [one.account, one.region, one.trail].filter((part) => part !== '').join(' ');
  const head = clean(`${one.code}${times}  ${where}${span}${place}`);
  return `${head}\n    ${clean(one.detail)}\n    next: ${clean(one.hint)}\n`;
}

/** What comes from buckets or AWS as it may be shown. */
export function clean(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function counts(codes: CodeCounts): string {
  const parts = Object.entries(codes).map(([code, count]) => `${count} ${code}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}
