/** One idea a file: at most 300 lines, functions of at most 60 lines and 3 parameters. */
import {
  Visitor,
  type ArrowFunctionExpression,
  type CallExpression,
  type Function as FunctionNode,
  type ParamPattern,
} from 'oxc-parser';
import { breachAt, lineAt, type Breach, type SourceFile } from './source-file.ts';

const FILE_LINES = 300;
const FUNCTION_LINES = 60;
const PARAMETERS = 3;
const TABLES = new Set(['describe', 'test', 'it']);

/** Every file and function of one file that is over its limit. */
export function sizeBreaches(file: SourceFile): readonly Breach[] {
  const found: Breach[] = [];
  const lines = file.text.trimEnd().split('\n').length;
  if (lines > FILE_LINES) {
    found.push(
      breachAt(file, file.text.trimEnd().length, {
        rule: 'file-size',
        detail: `${lines} lines, at most ${FILE_LINES}`,
      }),
    );
  }
  const callbacks = new Map<unknown, string>();
  const measure = (node: ArrowFunctionExpression | FunctionNode): void => {
    const caller = callbacks.get(node);
    const broken = functionBreaches(file, node);
    // A `describe` block is a heading over tests, not a function that somebody has to understand whole, and the
    // parameters of a test in a table are the table's columns.
    if (caller === 'describe') return;
    found.push(...broken.filter((breach) => caller === undefined || breach.rule !== 'parameters'));
  };
  new Visitor({
    CallExpression(node) {
      const caller = rootName(node);
      if (!TABLES.has(caller)) return;
      for (const callback of node.arguments) callbacks.set(callback, caller);
    },
    ArrowFunctionExpression: measure,
    FunctionDeclaration: measure,
    FunctionExpression: measure,
  }).visit(file.program);
  return found;
}

function functionBreaches(file: SourceFile, node: ArrowFunctionExpression | FunctionNode): readonly Breach[] {
  const found: Breach[] = [];
  const lines = lineAt(file, node.end) - lineAt(file, node.start) + 1;
  const named = 'id' in node && node.id ? node.id.name : 'a function';
  const report = (rule: string, detail: string): void => void found.push(breachAt(file, node.start, { rule, detail }));
  if (lines > FUNCTION_LINES) report('function-size', `${named} has ${lines} lines, at most ${FUNCTION_LINES}`);
  const count = node.params.filter((parameter) => !isThis(parameter)).length;
  if (count > PARAMETERS)
    report('parameters', `${named} takes ${count} parameters, at most ${PARAMETERS}: pass an object`);
  return found;
}

/** `describe` for `describe(…)`, `describe.skipIf(a)(…)` and `describe.each(a)(…)`; empty where it is no plain name. */
function rootName(node: CallExpression): string {
  let callee: CallExpression['callee'] = node.callee;
  while (callee.type === 'CallExpression' || callee.type === 'MemberExpression') {
    callee = callee.type === 'CallExpression' ? callee.callee : callee.object;
  }
  return callee.type === 'Identifier' ? callee.name : '';
}

/** A leading `this` is a type, no parameter. */
function isThis(parameter: ParamPattern): boolean {
  return parameter.type === 'Identifier' && parameter.name === 'this';
}
