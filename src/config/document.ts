/**
 * YAML text to plain values, with the place of every one of them. The nodes are walked here instead of by the
 * library because a refusal must show what was written (`012345678901`, not the number it became), both places of a
 * duplicate key, and because no key may reach an object's prototype.
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Document,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { type Environment, resolveText } from './environment.ts';
import { type ConfigProblem, type OptionPath, type Position, printPath } from './problem.ts';

/** Where one option stands and how it was written. */
export interface Entry {
  readonly key: Position | null;
  readonly value: Position;
  /** The text of a scalar as it stands in the file; null for lists and mappings. */
  readonly written: string | null;
  /** The variable of the environment that gave the value; null: the file did. */
  readonly variable: string | null;
}

/** A file's content. `value` is null where nothing could be read. */
export interface Located {
  readonly file: string;
  readonly value: unknown;
  readonly entries: Map<string, Entry>;
  readonly problems: readonly ConfigProblem[];
}

interface Walk {
  readonly file: string;
  readonly lines: LineCounter;
  readonly env: Environment;
  readonly entries: Map<string, Entry>;
  readonly problems: ConfigProblem[];
  readonly anchors: Map<string, Node>;
  nodes: number;
}

interface Spot {
  readonly path: OptionPath;
  readonly key: Position | null;
  /** Where the value would stand, for a node that is not there. */
  readonly fallback: Position;
}

const MOST_NODES = 500_000; // aliases can make few lines into many values
const MOST_DEPTH = 16;
const POISONED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const TOO_DEEP = 'lists or mappings are nested too deeply';
const START: Position = { line: 1, column: 1 };

/** The name of a path in `entries`. */
export function entryName(path: OptionPath): string {
  return path.join('\u0000');
}

/** Reads one YAML document. Syntax errors are told alone; everything after them would be guessing. */
export function readDocument(text: string, file: string, env: Environment): Located {
  const lines = new LineCounter();
  const document = parse(text, lines);
  const entries = new Map<string, Entry>();
  const refuse = (what: string, position: Position): Located => ({
    file,
    value: null,
    entries,
    problems: [{ file, position, path: '', what, other: null }],
  });
  if (document === null) return refuse(TOO_DEEP, START);
  if (document.errors.length + document.warnings.length > 0)
    return { file, value: null, entries, problems: syntaxProblems(document, lines, file) };
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return refuse('is empty: config/example.yaml shows every option', START);
  }
  if (!isMap(document.contents)) return refuse('is no mapping: options like "archive:" are wanted', START);
  const walk: Walk = { file, lines, env, entries, problems: [], anchors: new Map(), nodes: 0 };
  const value = visit(walk, document.contents, { path: [], key: null, fallback: START });
  return { file, value, entries, problems: walk.problems };
}

function parse(text: string, lines: LineCounter): Document | null {
  try {
    // Duplicates are found in the walk, which knows both places; the library knows the second one only.
    return parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) return null; // as in syntaxWords
    throw error;
  }
}

/** One problem a line: what follows on the same line is mostly the first one again. */
function syntaxProblems(document: Document, lines: LineCounter, file: string): readonly ConfigProblem[] {
  const byLine = new Map<number, ConfigProblem>();
  for (const error of [...document.errors, ...document.warnings]) {
    const position = positionAt(lines, error.pos[0]);
    if (byLine.has(position.line)) continue;
    byLine.set(position.line, { file, position, path: '', what: syntaxWords(error.code, error.message), other: null });
  }
  return [...byLine.values()];
}

function syntaxWords(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'tabs are not allowed as indentation: use spaces';
  if (code === 'MULTIPLE_DOCS') return 'more than one YAML document ("---"): one is wanted';
  if (code === 'TAG_RESOLVE_FAILED') return 'tags like "!name" are not understood here';
  if (message.includes('call stack')) return TOO_DEEP; // the parser's recursion is bounded by the stack alone
  return `YAML: ${message.split('\n', 1)[0] ?? ''}`;
}

function visit(walk: Walk, found: unknown, spot: Spot): unknown {
  const own = isPlaced(found) ? positionAt(walk.lines, found.range[0]) : spot.fallback;
  walk.nodes += 1;
  walk.entries.set(entryName(spot.path), { key: spot.key, value: own, written: null, variable: null });
  if (walk.nodes > MOST_NODES) return complainOnce(walk, spot.path, own);
  if (spot.path.length > MOST_DEPTH) return complain(walk, spot.path, { what: 'is nested too deeply', position: own });
  // An anchor is known once its node has been read: a node that holds itself is refused like an unknown anchor.
  const node = isAlias(found) ? walk.anchors.get(found.source) : found;
  if (isAlias(found) && node === undefined)
    return complain(walk, spot.path, { what: 'refers to an anchor that is not there', position: own });
  const value = visitNode(walk, node, { ...spot, fallback: own });
  if (!isAlias(found) && isNode(found) && typeof found.anchor === 'string') walk.anchors.set(found.anchor, found);
  return value;
}

function visitNode(walk: Walk, node: unknown, spot: Spot): unknown {
  if (isMap(node)) return visitMap(walk, node.items, spot);
  if (isSeq(node))
    return node.items.map((item, index) =>
      visit(walk, item, { path: [...spot.path, index], key: null, fallback: spot.fallback }),
    );
  return isScalar(node) ? visitScalar(walk, node, spot) : null;
}

function visitMap(walk: Walk, pairs: readonly Pair[], spot: Spot): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const seen = new Map<string, Position>();
  for (const pair of pairs) {
    const position = isPlaced(pair.key) ? positionAt(walk.lines, pair.key.range[0]) : spot.fallback;
    const key = isScalar(pair.key) && pair.key.value !== null ? (pair.key.source ?? '') : null;
    if (key === null) {
      complain(walk, spot.path, { what: 'has a key that is no plain text', position });
      continue;
    }
    const path = [...spot.path, key];
    const first = seen.get(key);
    if (first !== undefined) complain(walk, path, { what: 'the key stands here twice', position, other: first });
    else if (POISONED.has(key)) complain(walk, path, { what: 'unknown key', position });
    else result[key] = visit(walk, pair.value, { path, key: position, fallback: position });
    seen.set(key, first ?? position);
  }
  return result;
}

function visitScalar(walk: Walk, node: { readonly value: unknown; readonly source?: string }, spot: Spot): unknown {
  const entry = { key: spot.key, value: spot.fallback, written: node.source ?? null };
  walk.entries.set(entryName(spot.path), { ...entry, variable: null });
  if (typeof node.value !== 'string') return node.value;
  const resolved = resolveText(node.value, walk.env);
  if ('problem' in resolved) return complain(walk, spot.path, { what: resolved.problem, position: spot.fallback });
  walk.entries.set(entryName(spot.path), { ...entry, variable: resolved.variable });
  return resolved.value;
}

/** Notes a problem and returns the mark for a value that was told about already. */
function complain(
  walk: Walk,
  path: OptionPath,
  fields: { what: string; position: Position; other?: Position },
): typeof TOLD {
  const printed = printPath(path);
  const other = fields.other === undefined ? null : { path: printed, position: fields.other };
  walk.problems.push({ file: walk.file, position: fields.position, path: printed, what: fields.what, other });
  return TOLD;
}

function complainOnce(walk: Walk, path: OptionPath, position: Position): typeof TOLD {
  return walk.nodes === MOST_NODES + 1
    ? complain(walk, path, { what: `has more than ${MOST_NODES} values in it`, position })
    : TOLD;
}

/** Stands for a value whose problem has been told, so that it is not told again as "wrong type". */
export const TOLD: unique symbol = Symbol('told');

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function isPlaced(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
