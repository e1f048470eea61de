/** Every code once, in groups that people look for. */
import { DAEMON_EXPLANATIONS } from '../../../core/board/daemon-explanations.ts';
import { BLOCKED_CODES, CHAIN_CODES, DIGEST_CODES, LINK_CODES, LOG_CODES, NOTE_CODES } from '../../../core/verdict.ts';

export interface CodeGroup {
  readonly title: string;
  readonly codes: readonly string[];
}

const DAEMON = Object.keys(DAEMON_EXPLANATIONS);
const isDrift = (code: string): boolean => code.startsWith('drift-');
const isPreflight = (code: string): boolean => code.startsWith('preflight-');

export const CODE_GROUPS: readonly CodeGroup[] = onceEach([
  { title: 'Digests', codes: DIGEST_CODES },
  { title: 'Links between digests', codes: LINK_CODES },
  { title: 'Chains and trails', codes: CHAIN_CODES },
  { title: 'Log files', codes: LOG_CODES },
  { title: 'Could not look', codes: BLOCKED_CODES },
  { title: 'Notes, which fail nothing', codes: NOTE_CODES },
  { title: 'The daemon at work', codes: DAEMON.filter((code) => !isDrift(code) && !isPreflight(code)) },
  { title: 'Documents that differ', codes: DAEMON.filter(isDrift) },
  { title: 'Permissions that were tried', codes: DAEMON.filter(isPreflight) },
]);

/** A code that two lists hold (`valid`) stands in the first. */
function onceEach(groups: readonly CodeGroup[]): readonly CodeGroup[] {
  const seen = new Set<string>();
  return groups.map(({ title, codes }) => {
    const own = codes.filter((code) => !seen.has(code));
    for (const code of own) seen.add(code);
    return { title, codes: own };
  });
}
