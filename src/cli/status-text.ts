/** The status for people: a grid of accounts and days, what is late or not known, and the next steps, the worst first. */
import { NOTHING_DUE, type DayCell } from '../core/days.ts';
import { byUrgency } from '../core/urgency.ts';
import { CELL_STATES, type CellState } from '../core/verdict.ts';
import type { AccountLine, ChainLine } from './status-lines.ts';
import type { StatusReport } from './status.ts';
import { clean, findingText, table } from './text.ts';

const MOST_FINDINGS = 20;
const MOST_NOTES = 10;
const MOST_NAME = 22;
/** So many days get a column and a word each; more are a letter each, the newest ones. */
const MOST_WORDS = 9;
const MOST_LETTERS = 60;

/** A word, a letter and what they say: no colour is needed to read them. */
const SIGNS: Readonly<Record<CellState, readonly [word: string, letter: string, meaning: string]>> = {
  verified: ['ok', '+', 'proven'],
  pending: ['..', '.', 'not due yet'],
  'gap-explained': ['gap', 'g', 'a gap that recorded calls explain'],
  unverifiable: ['unpr', 'u', 'cannot be proven: logging or validation is off'],
  unknown: ['?', '?', 'nothing is known'],
  stale: ['old', 'o', 'not looked at for long'],
  late: ['late', 'L', 'waits to be judged, or overdue'],
  blocked: ['blkd', 'B', 'could not be looked at'],
  failed: ['FAIL', 'X', 'missing, changed or added'],
};

/** Proven, and something is to be said of that day all the same; and a day before everything that is known. */
const PROVEN_BUT = ['ok!', '!', 'proven, but the source has lost or changed something'] as const;
const NOT_DUE = ['-', '-', NOTHING_DUE] as const;

type Day = Pick<DayCell, 'state' | 'reason'>;

function signOf({ state, reason }: Day): readonly [word: string, letter: string, meaning: string] {
  if (reason === NOTHING_DUE) return NOT_DUE;
  return state === 'verified' && reason !== null ? PROVEN_BUT : SIGNS[state];
}

/** @param withChains adds a row for each chain below its account */
export function statusText(report: StatusReport, { withChains }: { readonly withChains: boolean }): string {
  return [
    grid(report, withChains),
    legend(report),
    notes(report),
    nextSteps(report),
    `${verdictLine(report)}\n`,
    closing(report),
  ].join('');
}

function grid({ accounts, days }: StatusReport, withChains: boolean): string {
  const byAccount = Map.groupBy(days, ({ account }) => account);
  const names = (byAccount.get(accounts[0]?.account ?? '') ?? []).map(({ day }) => day);
  const columns = columnsOf(names);
  const head = ['STATE', 'ACCOUNT', 'NAME', ...columns.heads, 'VERIFIED UNTIL', 'REASON'];
  const rows = accounts
    .toSorted((a, b) => severity(b.state) - severity(a.state) || (a.account < b.account ? -1 : 1))
    .flatMap((line) => [
      accountRow(line, columns.cells(byAccount.get(line.account) ?? [])),
      ...(withChains ? line.chains.map((chain) => chainRow(chain, columns.cells(chain.days))) : []),
    ]);
  return accounts.length === 0 ? 'no account is known\n' : table([head, ...rows]);
}

type Columns = {
  readonly heads: readonly string[];
  readonly cells: (days: readonly Day[]) => readonly string[];
};

function columnsOf(days: readonly string[]): Columns {
  if (days.length <= MOST_WORDS)
    return { heads: days.map((day) => day.slice(5)), cells: (own) => own.map((day) => signOf(day)[0]) };
  const shown = days.slice(-MOST_LETTERS);
  return {
    heads: [`${shown[0]} to ${shown.at(-1)}`],
    cells: (own) => [
      own
        .slice(-MOST_LETTERS)
        .map((day) => signOf(day)[1])
        .join(''),
    ],
  };
}

function severity(state: CellState): number {
  return CELL_STATES.indexOf(state);
}

function accountRow({ account, name, state, reason, chains }: AccountLine, days: readonly string[]): readonly string[] {
  return [state, account, short(name), ...days, verifiedUntil(chains), reason ?? ''];
}

/** Region and trail stand where the account's row has its id and name. */
function chainRow(
  { state, region, trail, verifiedUntil: until, reason }: ChainLine,
  days: readonly string[],
): readonly string[] {
  return [`  ${state}`, region, short(trail), ...days, until ?? '-', reason ?? ''];
}

/** Up to where all chains are proven. */
function verifiedUntil(chains: readonly ChainLine[]): string {
  const [first = null, ...rest] = chains.map((one) => one.verifiedUntil);
  return rest.reduce((least, one) => (least === null || one === null ? null : one < least ? one : least), first) ?? '-';
}

function short(name: string): string {
  const text = clean(name);
  return text.length <= MOST_NAME ? text : `${text.slice(0, MOST_NAME - 1)}…`;
}

/** Only the signs that the grid uses. */
function legend({ accounts, days }: StatusReport): string {
  const perAccount = accounts.length === 0 ? 0 : days.length / accounts.length;
  const sign = perAccount <= MOST_WORDS ? 0 : 1;
  const shown = [...days, ...accounts.flatMap((line) => line.chains.flatMap((chain) => chain.days))];
  const used = new Set(shown.map((day) => signOf(day)));
  const all = [SIGNS.verified, PROVEN_BUT, ...CELL_STATES.slice(1).map((state) => SIGNS[state]), NOT_DUE];
  const told = all.filter((one) => used.has(one)).map((one) => `${one[sign]} ${one[2]}`);
  const folded = perAccount > MOST_LETTERS ? `the last ${MOST_LETTERS} of ${perAccount} days; --json has all\n` : '';
  return told.length === 0 ? '' : `${folded}${told.join(' · ')}\n`;
}

function notes({ accounts }: StatusReport): string {
  const late = accounts.flatMap((line) =>
    line.chains
      .filter(({ waiting, state }) => waiting > 0 && state === 'late')
      .map(
        ({ region, trail, waiting }) =>
          `late: ${line.account} ${region} ${trail}: ${waiting} digest${waiting === 1 ? '' : 's'} in the source wait${waiting === 1 ? 's' : ''} to be judged; \`orgtrail collect\` judges them now`,
      ),
  );
  const dormant = accounts
    .filter(({ organizationState }) => organizationState === 'SUSPENDED' || organizationState === 'CLOSED')
    .map(
      (line) =>
        `${line.organizationState.toLowerCase()}: ${line.account} is not entered any more; shown is what was proven before`,
    );
  const regions = accounts.flatMap((line) => {
    const trails = new Set(line.chains.filter(({ regionsFrom }) => regionsFrom === 'seen').map(({ trail }) => trail));
    return [...trails].map(
      (trail) => `regions not known: ${line.account} ${trail}: expected are those that were ever seen`,
    );
  });
  const unknown = accounts.flatMap((line) =>
    line.unknowns.map(({ detail }) => `not known: ${line.account}: ${detail}`),
  );
  const blocks = [late, dormant, regions, unknown].map((lines) => bounded(lines));
  const text = blocks.join('');
  return text === '' ? '' : `\n${text}`;
}

function bounded(lines: readonly string[]): string {
  const more = lines.length > MOST_NOTES ? [`… and ${lines.length - MOST_NOTES} more; --json has all`] : [];
  return [...lines.slice(0, MOST_NOTES), ...more].map((line) => `${clean(line)}\n`).join('');
}

function nextSteps({ findings }: StatusReport): string {
  const groups = byUrgency(findings);
  if (groups.length === 0) return '\n';
  const shown = groups.slice(0, MOST_FINDINGS).map(({ first, count, from, to }) => {
    const times = count === 1 ? '' : ` ×${count}`;
    return findingText({ ...first, from, to, key: count === 1 ? first.key : null }, times);
  });
  const left = groups.slice(MOST_FINDINGS).reduce((sum, { count }) => sum + count, 0);
  return `\n${shown.join('')}${left === 0 ? '' : `… and ${left} more; --json has all\n`}\n`;
}

function verdictLine({ verdict, findings, accounts }: StatusReport): string {
  const late = accounts.reduce((sum, line) => sum + line.chains.filter(({ state }) => state === 'late').length, 0);
  const why = [
    findings.length === 0 ? '' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`,
    late === 0
      ? ''
      : `${late} chain${late === 1 ? ' is' : 's are'} late, so not proven up to ${late === 1 ? 'its' : 'their'} end`,
  ].filter((part) => part !== '');
  const nothing = verdict === 'nothing' ? [nothingText(accounts)] : [];
  return [verdict, [...why, ...nothing].join('; ')].filter((part) => part !== '').join(': ');
}

/** Beside accounts that are proven there are some without a trail. */
function nothingText(accounts: StatusReport['accounts']): string {
  const bare = accounts
    .filter(({ state, chains }) => state === 'unknown' && chains.length === 0)
    .map((one) => one.account);
  if (bare.length === accounts.length || bare.length === 0) return 'there is nothing to prove';
  const shown = bare.slice(0, MOST_NOTES).join(', ');
  return `no trail covers ${shown}${bare.length > MOST_NOTES ? ` and ${bare.length - MOST_NOTES} more` : ''}: create one, with log file validation`;
}

function closing({ accounts, from, to, at }: StatusReport): string {
  const proven = accounts.filter(({ state, reason }) => state === 'verified' && reason === null).length;
  const until = to === null ? '' : ` to ${to}`;
  return `${proven} of ${accounts.length} accounts proven from ${from}${until}; looked at ${at}\n`;
}
