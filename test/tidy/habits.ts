/** Habits of the house: no `any`, no default export, no barrel, no drawer for odds and ends, nothing left undone. */
import { posix } from 'node:path';
import { Visitor } from 'oxc-parser';
import { breachAt, type Breach, type SourceFile } from './source-file.ts';

const DRAWERS = /^(utils?|helpers?|misc|common|index|shared|lib)\.tsx?$/;
const UNDONE = /\b(TODO|FIXME|XXX|HACK)\b/g;
/** A text speaks of the software, never of who or what wrote it, nor of the machine it was written on. */
const MAKERS = new RegExp(
  [
    'co-authored-by',
    '(written|generated|authored|produced) (by|with) (an? )?(ai|model|agent|bot|machine|assistant)\\b',
    'language model',
    '\\bLLMs?\\b',
    '(this|last|previous|earlier) (chat|conversation|prompt)\\b',
    '(^|[\\s"\'`(])/(work|root|home)/[a-z]',
  ].join('|'),
  'gim',
);

/** Every bad habit of one file. */
export function habitBreaches(file: SourceFile): readonly Breach[] {
  return [...nameBreaches(file), ...syntaxBreaches(file), ...wordBreaches(file.path, file.text)];
}

/** Words that do not belong into any text of the repository, source or not. */
export function wordBreaches(path: string, text: string): readonly Breach[] {
  const found: Breach[] = [];
  for (const [rule, pattern] of [['undone', UNDONE] as const, ['makers', MAKERS] as const]) {
    for (const match of text.matchAll(pattern)) {
      const line = text.slice(0, match.index + match[0].search(/\S/)).split('\n').length;
      found.push({ path, line, rule, detail: `"${match[0].trim()}" does not belong here` });
    }
  }
  return found;
}

function nameBreaches(file: SourceFile): readonly Breach[] {
  const name = posix.basename(file.path);
  if (!DRAWERS.test(name)) return [];
  return [breachAt(file, 0, { rule: 'drawer', detail: `${name} says nothing: name the file by a noun of the field` })];
}

function syntaxBreaches(file: SourceFile): readonly Breach[] {
  const found: Breach[] = [];
  const report = (offset: number, what: { rule: string; detail: string }): void =>
    void found.push(breachAt(file, offset, what));
  new Visitor({
    TSAnyKeyword: (node) => report(node.start, { rule: 'any', detail: 'name the type, or take unknown and look' }),
    ExportDefaultDeclaration: (node) => report(node.start, { rule: 'default-export', detail: 'export it by its name' }),
    ExportAllDeclaration: (node) =>
      report(node.start, { rule: 'barrel', detail: 'import from the file that declares it' }),
    ExportNamedDeclaration(node) {
      if (node.source === null || node.exportKind === 'type') return;
      report(node.start, { rule: 'barrel', detail: 'import from the file that declares it' });
    },
  }).visit(file.program);
  return found;
}
