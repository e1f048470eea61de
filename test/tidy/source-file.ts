/** One source file as the tidiness rules see it: its syntax tree, what it imports, and where a line begins. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, type Comment, type Program } from 'oxc-parser';

/** One import, re-export or `import()` with a literal name. */
export interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
  readonly offset: number;
}

export interface SourceFile {
  /** From the project root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
}

/** One broken rule at one place. */
export interface Breach {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly detail: string;
}

/** Parses one file. A file that does not parse is a defect of its own, so it throws. */
export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const [problem] = parsed.errors;
  if (problem !== undefined) throw new SyntaxError(`${path}: ${problem.message}`);
  const { staticImports, staticExports, dynamicImports } = parsed.module;
  const imports: Import[] = staticImports.map((one) => ({
    from: one.moduleRequest.value,
    typeOnly: text.startsWith('import type', one.start),
    offset: one.start,
  }));
  for (const entry of staticExports.flatMap((one) => one.entries)) {
    if (entry.moduleRequest === null) continue;
    imports.push({ from: entry.moduleRequest.value, typeOnly: entry.isType, offset: entry.start });
  }
  for (const one of dynamicImports) {
    const written = text.slice(one.moduleRequest.start, one.moduleRequest.end);
    imports.push({ from: written.replace(/^['"`]|['"`]$/g, ''), typeOnly: false, offset: one.start });
  }
  return { path, text, program: parsed.program, comments: parsed.comments, imports };
}

/** Every TypeScript file below the folders, sorted by path; folders that do not exist yet give nothing. */
export function sourceFiles(root: string, folders: readonly string[]): readonly SourceFile[] {
  const patterns = folders.map((folder) => `${folder}/**/*.{ts,tsx}`);
  const paths = globSync(patterns, { cwd: root, exclude: (name) => name.includes('node_modules') });
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** The 1-based line of an offset. */
export function lineAt(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length;
}

/** A breach of `rule` where `offset` is. */
export function breachAt(file: SourceFile, offset: number, what: { rule: string; detail: string }): Breach {
  return { path: file.path, line: lineAt(file, offset), ...what };
}

/** How a person reads it: `src/core/key.ts:12 layers: core imports nothing from stages`. */
export function breachLine(breach: Breach): string {
  return `${breach.path}:${breach.line} ${breach.rule}: ${breach.detail}`;
}
