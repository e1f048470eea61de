/** What a change does to a document, as a unified diff of its JSON. Lists that AWS takes for sets are put in order first. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Json } from '../core/json.ts';
import type { Change, DocumentKind } from '../core/plan/document.ts';

/** Beyond so many changed lines finding the shortest diff takes longer than anybody reads: all is told as removed and added. */
const MOST_EDITS = 2000;
const CONTEXT_LINES = 3;

/** The diff with its two heading lines; every line ends in a newline. What AWS says is in it: clean it before showing it. */
export function documentDiff(change: Pick<Change, 'ref' | 'before' | 'after'>): string {
  const { ref, before, after } = change;
  const name = `${ref.kind} ${ref.target}`;
  const [old, planned] = [textOf(before, ref.kind), textOf(after, ref.kind)];
  const options = { context: CONTEXT_LINES, maxEditLength: MOST_EDITS, headerOptions: FILE_HEADERS_ONLY };
  const titles = [before === null ? 'not set' : 'as it is', after === null ? 'removed' : 'planned'] as const;
  const patch = createTwoFilesPatch(name, name, old, planned, ...titles, options);
  if (patch !== undefined) return patch.replaceAll(/\t(?=(?:as it is|not set|planned|removed)\n)/g, ' ');
  const lines = [...marked(old, '-'), ...marked(planned, '+')];
  return `--- ${name} ${titles[0]}\n+++ ${name} ${titles[1]}\n${lines.join('')}`;
}

/** A diff of at most about `most` characters, ending at a line's end and saying how much more there is. */
export function cutDiff(whole: string, most: number): string {
  if (whole.length <= most) return whole;
  const shown = whole.slice(0, Math.max(0, whole.lastIndexOf('\n', most)));
  const lines = whole.slice(shown.length).trim().split('\n').length;
  return `${shown}\n… and ${lines} more lines: see orgtrail plan\n`;
}

function marked(text: string, mark: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [`${mark}${line}\n`]));
}

function textOf(document: Json | null, kind: DocumentKind): string {
  return document === null
    ? ''
    : `${JSON.stringify(kind.endsWith('-policy') ? inOrder(document) : document, null, 2)}\n`;
}

/** Lists of texts sorted, one-element lists as their element, names in order with the Sid first: what differs then differs. */
function inOrder(json: Json): Json {
  if (Array.isArray(json)) return listInOrder(json as readonly Json[]);
  if (json === null || typeof json !== 'object') return json;
  const names = Object.keys(json).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const fields = json as { readonly [name: string]: Json };
  return Object.fromEntries(names.map((name) => [name, inOrder(fields[name] ?? null)]));
}

function listInOrder(list: readonly Json[]): Json {
  const [only, ...rest] = list;
  if (only !== undefined && rest.length === 0 && typeof only === 'string') return only;
  const texts = list.filter((one) => typeof one === 'string');
  return texts.length === list.length ? texts.toSorted() : list.map(inOrder);
}

const FIRST = ['Version', 'Id', 'Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource'];

function rank(name: string): number {
  const place = FIRST.indexOf(name);
  return place < 0 ? FIRST.length : place;
}
