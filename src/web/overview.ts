/** The first page: one row an account, worst first, as plain HTML that needs no script. */
import type { Readiness, Snapshot } from '../core/snapshot.ts';
import { accountLags } from './metrics.ts';

export const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}
.bad{color:#a40000}pre{white-space:pre-wrap;margin:0}.good{color:#006300}nav a{margin-right:1rem}`;

/** Rows beyond this are counted, not shown. */
const MOST_ROWS = 2000;

/** `snapshot` null: Redis could not be read. `now` in epoch milliseconds. */
export function renderOverview(seen: {
  readonly readiness: Readiness;
  readonly snapshot: Snapshot | null;
  readonly now: number;
}): string {
  const { readiness, snapshot, now } = seen;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>orgtrail</title><meta name="viewport" content="width=device-width">
<style>${STYLE}</style></head><body><h1>orgtrail</h1>
<nav><a href="/jobs">Jobs</a><a href="/metrics">Metrics</a><a href="/readyz">Readiness</a></nav>
${renderReadiness(readiness)}${snapshot === null ? '<p class="bad">The state cannot be read from Redis.</p>' : `${renderArchive(snapshot)}${renderAccounts(snapshot, now)}`}
</body></html>`;
}

/** The archive's own problems; a diff keeps its lines. */
function renderArchive({ archive }: Snapshot): string {
  if (archive === null || archive.problems.length === 0) return '';
  const items = archive.problems.map(({ code, detail, hint }) => {
    return `<li><b>${escapeHtml(code)}</b><pre>${escapeHtml(detail)}</pre>${escapeHtml(hint)}</li>`;
  });
  return `<h2>Archive</h2><ul class="bad">${items.join('')}</ul>`;
}

function renderReadiness({ ok, reasons }: Readiness): string {
  if (ok) return '<p class="good">Ready.</p>';
  return `<p class="bad">Not ready:</p><ul>${reasons.map(({ code, detail }) => `<li>${escapeHtml(code)}: ${escapeHtml(detail)}</li>`).join('')}</ul>`;
}

function renderAccounts(snapshot: Snapshot, now: number): string {
  const lags = [...accountLags(snapshot)].toSorted((a, b) => b[1].problems - a[1].problems || a[1].since - b[1].since);
  if (lags.length === 0) return '<p>No account is known yet.</p>';
  const rows = lags.slice(0, MOST_ROWS).map(([id, lag]) => renderAccount(snapshot, { id, now, ...lag }));
  const rest = lags.length > MOST_ROWS ? `<p>${lags.length - MOST_ROWS} more accounts are not shown.</p>` : '';
  const head = ['Account', 'Name', 'State', 'Looked at without trouble', 'Chains', 'Proven until', 'Problems'];
  return `<table><thead><tr>${head.map((text) => `<th scope="col">${text}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>${rest}`;
}

function renderAccount(snapshot: Snapshot, row: { id: string; since: number; problems: number; now: number }): string {
  const account = snapshot.accounts.find(({ id }) => id === row.id);
  const chains = snapshot.chains.filter((chain) => chain.account === row.id);
  const proven = chains.map((chain) => chain.provenUntil).filter((time) => time !== null);
  const found = [
    ...(account?.problems ?? []),
    ...chains.map((chain) => chain.problem).filter((problem) => problem !== null),
  ];
  const cells = [
    row.id,
    account?.name ?? '',
    account?.state ?? '',
    `${Math.max(0, Math.round((row.now - row.since) / 60_000))} min ago`,
    String(chains.length),
    proven.length === 0 ? 'not yet' : isoTime(Math.min(...proven)),
    found
      .slice(0, 5)
      .map(({ code, detail, hint }) => `${code}: ${detail} (${hint})`)
      .join('\n'),
  ];
  return `<tr>${cells.map((text, at) => `<td${at === 6 && text !== '' ? ' class="bad"' : ''}>${escapeHtml(text)}</td>`).join('')}</tr>`;
}

/** Times from Redis may be beyond what a Date can say. */
function isoTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString();
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** For element content and quoted attributes. Account names and problem texts come from outside. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES.get(character) ?? '');
}
