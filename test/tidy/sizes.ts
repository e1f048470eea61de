/** One idea a file: at most 300 lines, functions of at most 60 lines and 3 parameters. */
import { Visitor, type ArrowFunctionExpression, type CallExpression, type Function as FunctionNode } from 'oxc-parser';
import { breachAt, lineAt, type Breach, type SourceFile } from './source-file.ts';

const FILE_LINES = 300;
const FUNCTION_LINES = 60;
const PARAMETERS = 3;

/** Every file and function of one file that is over its limit. */
export function sizeBreaches(file: SourceFile): readonly Breach[] {
  const found: Breach[] = [];
  const lines = file.text.trimEnd().split('\n').length;
  if (lines > FILE_LINES) {
    found.push(breachAt(file, file.text.length, { rule: 'file-size', detail: `${lines} lines, at most ${FILE_LINES}` }));
  }
  const suites = new Set<unknown>();
  const measure = (node: ArrowFunctionExpression | FunctionNode): void => {
    if (!suites.has(node)) found.push(...functionBreaches(file, node));
  };
  new Visitor({
    CallExpression(node) {
      for (const callback of suiteCallbacks(node)) suites.add(callback);
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
  const count = node.params.length;
  if (count > PARAMETERS) report('parameters', `${named} takes ${count} parameters, at most ${PARAMETERS}: pass an object`);
  return found;
}

/** A `describe` block is a heading over tests, not a function that somebody has to understand whole. */
function suiteCallbacks(node: CallExpression): readonly unknown[] {
  let callee: CallExpression['callee'] = node.callee;
  while (callee.type === 'CallExpression' || callee.type === 'MemberExpression') {
    callee = callee.type === 'CallExpression' ? callee.callee : callee.object;
  }
  return callee.type === 'Identifier' && callee.name === 'describe' ? node.arguments : [];
}
