/** What lies behind the square that somebody stays at, in words: read from the archive when he has, and not before. */
import { useDebouncedValue } from '@mantine/hooks';
import type { SquarePage } from '../../contract/square.ts';
import { apiPath, ARCHIVE_REFRESH_MS } from '../accounts/addresses.ts';
import { useApi } from '../api/client.ts';
import { fileName } from '../digest/file-name.ts';
import { counted, figure } from './figures.ts';
import { clockOf } from './moment.ts';
import type { Square } from './square-runs.ts';
import { STATE_WORDS } from './state.tsx';

/** Whose square it is: of one chain, or of all that the account has. */
export interface SquareOwner {
  readonly account: string;
  readonly chain?: string;
}

/** Who only passes by asks for nothing. */
const STAYS_MS = 300;
/** Stands for the lines that are on their way. */
export const READING = 'reading its files …';

/** The lines of a note, the first a sentence. Empty: nothing was due then, or nobody stays at a square (`square` null). */
export function useSquareFiles(owner: SquareOwner | null, square: Square | null): readonly string[] {
  const path = owner === null || square === null || square.state === null ? null : pathOf(owner, square);
  const [stayed] = useDebouncedValue(path, STAYS_MS);
  const asked = stayed === path ? path : null;
  const { data, error } = useApi<SquarePage>(asked, { refreshMs: ARCHIVE_REFRESH_MS });
  if (path === null) return [];
  if (data !== undefined) return squareLines(data);
  return error === null ? [READING] : [`its files could not be read: ${error.title}`];
}

function pathOf({ account, chain }: SquareOwner, { from, to }: Square): string {
  const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), chain: chain ?? null };
  return apiPath(['accounts', account, 'square'], query);
}

/** What was left out or could not be read is said: only a whole look may end in "all proven". */
export function squareLines(page: SquarePage): readonly string[] {
  const { chains, digests, faults, moreFaults, gaps, moreGaps, problems } = page;
  if (chains === 0) return ['its chains are not known yet'];
  const lines = [digests === 0 ? 'no digest reaches into it' : filesText(page)];
  for (const { code, proven, region, key } of faults)
    lines.push(`${code}${proven ? ' in the source, proven from a copy' : ''}: ${fileName(key)} (${region})`);
  if (moreFaults > 0) lines.push(`and ${figure(moreFaults)} more`);
  for (const { region, from, to, state } of gaps) {
    const [begin, end] = [from, to].map((time) => clockOf(Date.parse(time)));
    lines.push(`${STATE_WORDS[state]}: no digest from ${begin} to ${end} UTC (${region})`);
  }
  if (moreGaps > 0) lines.push(`and ${figure(moreGaps)} more`);
  for (const { detail } of problems) lines.push(`not read: ${detail}`);
  return lines;
}

function filesText({ digests, proven, covered, files, unread, chainsLeftOut, problems }: SquarePage): string {
  const opened = `${counted(files.named, 'log file')}${unread > 0 ? ' in those opened' : ''}`;
  const counts = digests > unread ? `${counted(digests, 'digest')}, ${opened}` : counted(digests, 'digest');
  if (chainsLeftOut > 0) return `${counts}; ${counted(chainsLeftOut, 'chain')} left out`;
  if (problems.length > 0) return `${counts}, as far as they could be read`;
  // The name of a receipt says what all of it says: nobody need open the proven ones to know that they are.
  if (proven === digests) return `${counts}, all ${covered ? '' : 'of these '}proven`;
  return unread > 0
    ? `${counts}; ${figure(proven)} of the digests are proven`
    : `${counts}, ${figure(files.valid)} of them proven`;
}
