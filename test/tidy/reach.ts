/**
 * What touches the world outside is named in one place: exit and signals in main, the environment in the
 * configuration, the clock and chance where adapters are made. A stage that reads the clock cannot be replayed.
 */
import { Visitor, type MemberExpression } from 'oxc-parser';
import { breachAt, type Breach, type SourceFile } from './source-file.ts';

interface Reach {
  readonly rule: string;
  readonly detail: string;
  /** Paths where it is allowed. */
  readonly allowed: RegExp;
}

const EXIT: Reach = { rule: 'exit', detail: 'only src/main.ts may end the process', allowed: /^src\/main\.ts$/ };
const EXIT_CODE: Reach = {
  rule: 'exit',
  detail: 'only src/main.ts and src/health.ts set the exit status',
  allowed: /^src\/(main|health)\.ts$/,
};
const SIGNALS: Reach = { rule: 'signals', detail: 'only src/main.ts listens to signals', allowed: /^src\/main\.ts$/ };
const ENVIRONMENT: Reach = {
  rule: 'environment',
  detail: 'process.env is read in the configuration and in main only',
  allowed: /^src\/(config\.ts|config\/.*|main\.ts|health\.ts)$/,
};
const CLOCK: Reach = {
  rule: 'clock',
  detail: 'time is passed in; the clock is read where adapters are made',
  allowed: /^src\/(adapters\/.*|daemon(\.ts|\/.*)|main\.ts|web\/ui\/.*)$/,
};
const CHANCE: Reach = {
  rule: 'chance',
  detail: 'core and stages give the same answer twice',
  allowed: /^src\/(?!core\/|stages\/)/,
};

const MEMBERS: ReadonlyMap<string, Reach> = new Map([
  ['process.exit', EXIT],
  ['process.abort', EXIT],
  ['process.kill', EXIT],
  ['process.exitCode', EXIT_CODE],
  ['process.env', ENVIRONMENT],
  ['Date.now', CLOCK],
  ['performance.now', CLOCK],
  ['process.hrtime', CLOCK],
  ['Math.random', CHANCE],
]);
const RANDOM_IMPORTS = new Set(['randomBytes', 'randomInt', 'randomUUID', 'getRandomValues', 'webcrypto']);
const PROCESS_NAMES = new Set(['exit', 'abort', 'kill', 'env', 'on', 'once', 'hrtime', 'exitCode']);
const SIGNAL_LISTENERS = new Set(['process.on', 'process.once', 'process.addListener']);

/** Every reach of one file in `src` for something that belongs elsewhere. */
export function reachBreaches(file: SourceFile): readonly Breach[] {
  const found: Breach[] = [];
  const report = (offset: number, reach: Reach): void => {
    if (!reach.allowed.test(file.path)) found.push(breachAt(file, offset, reach));
  };
  new Visitor({
    MemberExpression(node) {
      const reach = MEMBERS.get(dotted(node));
      if (reach !== undefined) report(node.start, reach);
    },
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date') report(node.start, CLOCK);
      if (node.callee.type !== 'MemberExpression' || !SIGNAL_LISTENERS.has(dotted(node.callee))) return;
      const [first] = node.arguments;
      if (first?.type !== 'Literal' || String(first.value).startsWith('SIG')) report(node.start, SIGNALS);
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0)
        report(node.start, CLOCK);
    },
    ImportDeclaration(node) {
      for (const one of node.specifiers) {
        const name = one.type === 'ImportSpecifier' && one.imported.type === 'Identifier' ? one.imported.name : '*';
        const from = node.source.value;
        if (from === 'node:crypto' && RANDOM_IMPORTS.has(name)) report(one.start, CHANCE);
        // `import { env } from 'node:process'` would go around every rule above.
        if (from === 'node:process' && PROCESS_NAMES.has(name)) report(one.start, ENVIRONMENT);
        if (from === 'node:perf_hooks') report(one.start, CLOCK);
      }
    },
  }).visit(file.program);
  return found;
}

/** `process.env` for `process.env`, `process['env']` and `globalThis.process.env`; empty where it is no such name. */
function dotted(node: MemberExpression): string {
  const property = propertyName(node);
  const { object } = node;
  if (object.type === 'Identifier') return `${object.name}.${property}`;
  if (object.type !== 'MemberExpression' || object.object.type !== 'Identifier') return '';
  return object.object.name === 'globalThis' ? `${propertyName(object)}.${property}` : '';
}

function propertyName(node: MemberExpression): string {
  if (node.property.type === 'Identifier' && !node.computed) return node.property.name;
  return node.property.type === 'Literal' ? String(node.property.value) : '';
}
