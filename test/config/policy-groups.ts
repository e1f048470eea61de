/** Configurations with one of the groups that say what is held. Each group starts at line 6. */
import { GOOD } from './refusal.ts';

export const WRITER = 'arn:aws:iam::111111111111:role/orgtrail';
export const GLASS = 'arn:aws:iam::111111111111:role/break-glass';
export const TRAIL = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/main';

/** `writer` stands at 7:11, `breakGlass` at 8:15, and the lines of `more` from line 9. */
export function policy(more = '', fields: { readonly writer?: string; readonly breakGlass?: string } = {}): string {
  const { writer = WRITER, breakGlass = `[${GLASS}]` } = fields;
  return `${GOOD}policy:\n  writer: ${writer}\n  breakGlass: ${breakGlass}\n${indented(more)}`;
}

/** `more` from line 7. */
export function group(name: 'posture' | 'lifecycle' | 'reconcile', more: string): string {
  return `${GOOD}${name}:\n${indented(more)}`;
}

/** One rule at 8:5 with `fields` as a flow mapping. */
export function rule(fields: string): string {
  return group('lifecycle', `rules:\n  - { ${fields} }`);
}

function indented(lines: string): string {
  return lines === '' ? '' : `${lines.replace(/^(?=.)/gm, '  ')}\n`;
}
