/**
 * `npm run mutation`: stryker module by module over `src/core`, each against the tests of its own. That takes minutes
 * where all tests for every mutant take hours, and asks more: a module is held by tests that are about it.
 * `-- key judge` takes these alone; `stryker run test/mutation/stryker.config.json` runs all tests over everything.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { moduleScore, type Score } from './score.ts';

const ROOT = join(import.meta.dirname, '../..');
const CONFIG = 'test/mutation/stryker.config.json';
const REPORT = join(ROOT, 'coverage/mutation.json');
/** Tests of the whole plans hold the modules that only make parts of them. */
const POLICY_PLANS = ['plan/plan-policy', 'plan/key-topic-policy', 'plan/policy-reasons', 'plan/policy-property'];
const LIFECYCLE_PLANS = ['plan/lifecycle'];
/** Percent of all mutants that must be killed. */
const WANTED = 90;
/** Nothing in them runs, so there is nothing to change. */
const TYPES_ONLY: ReadonlySet<string> = new Set(['snapshot', 'plan/document', 'plan/lifecycle-facts', 'plan/wanted']);
/** Tests that are about a module and not named after it, below `test/core`. */
const ALSO: ReadonlyMap<string, readonly string[]> = new Map([
  ['backfill', ['coverage-edges']],
  ['finding', ['urgency', 'coverage-edges']],
  ['gone', ['source-now']],
  ['judge', ['key-hostile']],
  ...['archive-policy', 'delivery', 'key-policy', 'member-policy', 'plan-statements', 'policy-breaks', 'policy-budget']
    .concat('policy-parts', 'protection', 'readers', 'statement-lists', 'topic-policy')
    .map((name) => [`plan/${name}`, POLICY_PLANS] as const),
  ...['areas', 'changes', 'classes', 'cost', 'outlive', 'problem', 'remarks', 'rules', 'sample'].map(
    (name) => [`plan/lifecycle-${name}`, LIFECYCLE_PLANS] as const,
  ),
  ['plan/reader-permissions', ['plan/reader-role']],
  ['receipt-types', ['receipt']],
  ['report', ['coverage-edges']],
]);

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;

async function main(asked: readonly string[]): Promise<boolean> {
  const all = globSync('src/core/**/*.ts', { cwd: ROOT })
    .map((path) => relative('src/core', path).replace(/\.ts$/, ''))
    .filter((name) => !TYPES_ONLY.has(name));
  const unknown = asked.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no such module of src/core: ${unknown.join(', ')}`);
  const scores: Score[] = [];
  for (const name of (asked.length === 0 ? all : asked).toSorted()) {
    const score = await scoreOf(name);
    scores.push(score);
    process.stdout.write(`${line(name, score)}\n`);
    for (const survivor of score.survivors) process.stdout.write(`  ${survivor}\n`);
  }
  const whole = scores.reduce((sum, one) => ({
    killed: sum.killed + one.killed,
    timeouts: sum.timeouts + one.timeouts,
    mutants: sum.mutants + one.mutants,
    survivors: [],
  }));
  process.stdout.write(`${line('src/core', whole)}\n`);
  return percent(whole) >= WANTED;
}

async function scoreOf(name: string): Promise<Score> {
  const tests = [name, ...(ALSO.get(name) ?? [])].flatMap((one) =>
    globSync([`test/core/${one}.test.ts`, `test/core/${one}-*.test.ts`], { cwd: ROOT }),
  );
  const named = [...new Set(tests)].filter(
    (path) => !/worlds|oracle|metamorphic|out-of-order|golden|capacity/.test(path),
  );
  // What was not measured must not count as nothing: the rest would pass for the whole.
  if (named.length === 0) throw new Error(`no tests are about ${name}`);
  const code = await stryker(name, named);
  if (code !== 0) throw new Error(`stryker ended with ${code} over ${name}`);
  return moduleScore(readFileSync(REPORT, 'utf8'));
}

async function stryker(name: string, tests: readonly string[]): Promise<number | null> {
  const child = spawn('npx', ['stryker', 'run', CONFIG, '--mutate', `src/core/${name}.ts`], {
    cwd: ROOT,
    env: { ...process.env, MUTATION_TESTS: tests.join(',') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('exit', (code) => resolve(code));
  return await promise;
}

function percent({ killed, mutants }: Pick<Score, 'killed' | 'mutants'>): number {
  return mutants === 0 ? 100 : (killed / mutants) * 100;
}

function line(name: string, score: Score): string {
  const { killed, timeouts, mutants } = score;
  const never = timeouts === 0 ? '' : ` (${timeouts} by timeout)`;
  return `${name}: ${killed} of ${mutants} mutants killed${never}, ${percent(score).toFixed(1)} %`;
}
