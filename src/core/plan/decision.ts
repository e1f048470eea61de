/**
 * What one resource policy says to one request, the request's other policies left aside. Deny wins over allow, and what
 * cannot be judged is told as such: safety takes it for the worse answer.
 */
import type { Json } from '../json.ts';
import { conditionHolds } from './condition.ts';
import { matches, matchesArn, UNKNOWN, type Lookup, type Reading } from './pattern.ts';
import { VERSION_WITH_VARIABLES, type PolicyDocument, type Statement } from './policy.ts';
import { allOf, anyOf, not, textsOf, type Truth } from './policy-element.ts';
import { concerns, type Caller } from './principal.ts';

/** One request. Keys of the context are lower case. */
export interface PolicyRequest {
  readonly principal: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: ReadonlyMap<string, string>;
  /** Keys (lower case) outside the context that the request may carry with any value. Absent: it carries no other. */
  readonly unknown?: (key: string) => boolean;
}

/** `none`: nothing allows and nothing denies. `sid` and `index` name the statement that decided, or left it unsure. */
export interface Decision {
  readonly effect: 'allow' | 'deny' | 'none' | 'unsure';
  readonly sid: string | null;
  readonly index: number | null;
}

const KNOWN: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/** Decides. An unsure deny outweighs an allow; an unsure allow only the lack of one. */
export function decide(policy: PolicyDocument, request: PolicyRequest): Decision {
  const found = policy.statements.map((statement) => ({
    effect: statement['Effect'],
    truth: applies(statement, request, policy.version),
  }));
  const first = (effect: Decision['effect'], wanted: (one: (typeof found)[number]) => boolean): Decision | null => {
    const index = found.findIndex(wanted);
    return index < 0 ? null : { effect, sid: sidOf(policy.statements[index]), index };
  };
  return (
    first('deny', (one) => one.effect === 'Deny' && one.truth === 'yes') ??
    first('unsure', (one) => one.effect !== 'Allow' && one.truth !== 'no') ??
    first('allow', (one) => one.effect === 'Allow' && one.truth === 'yes') ??
    first('unsure', (one) => one.truth === 'unsure') ?? { effect: 'none', sid: null, index: null }
  );
}

/** Whether one statement is about the request, whatever its effect. What settles most statements is asked first. */
function applies(statement: Statement, request: PolicyRequest, version: string): Truth {
  const lookup = lookupOf(request);
  const variables = version === VERSION_WITH_VARIABLES ? lookup : null;
  return allInTurn([
    () => concerns(statement, request.principal),
    () => selects(statement, 'Action', (pattern) => matchesAction(pattern, request.action)),
    () => conditionHolds(statement['Condition'], { lookup, variables }),
    () => selects(statement, 'Resource', (pattern) => matchesResource(pattern, request.resource, variables)),
    () => (Object.keys(statement).every((name) => KNOWN.has(name)) ? 'yes' : 'unsure'),
  ]);
}

/** Stops at the first that does not hold: ten thousand trails ask the same few statements. */
function allInTurn(questions: readonly (() => Truth)[]): Truth {
  let answer: Truth = 'yes';
  for (const ask of questions) {
    answer = allOf([answer, ask()]);
    if (answer === 'no') return answer;
  }
  return answer;
}

function sidOf(statement: Statement | undefined): string | null {
  const sid = statement?.['Sid'];
  return typeof sid === 'string' ? sid : null;
}

function lookupOf({ context, unknown }: PolicyRequest): Lookup {
  return (key) => context.get(key) ?? (unknown?.(key) === true ? UNKNOWN : null);
}

/** Action or NotAction, Resource or NotResource: exactly one of each pair, or it is no statement that AWS would keep. */
function selects(statement: Statement, name: 'Action' | 'Resource', fits: (pattern: string) => Truth): Truth {
  const [chosen, excepted] = [statement[name], statement[`Not${name}`]];
  if ((chosen === undefined) === (excepted === undefined)) return 'unsure';
  const patterns = textsOf((chosen ?? excepted) as Json);
  if (patterns === null) return 'unsure';
  const fitting = anyOf(patterns.map(fits));
  return chosen === undefined ? not(fitting) : fitting;
}

function matchesAction(pattern: string, action: string): Truth {
  return matches(pattern.toLowerCase(), action.toLowerCase(), { variables: null, wildcards: true });
}

/** As text and part by part: where the two differ (`arn:aws:s3*`), AWS's own answer is written nowhere. */
function matchesResource(pattern: string, resource: string, variables: Lookup | null): Truth {
  if (pattern === '*') return 'yes';
  const reading: Reading = { variables, wildcards: true };
  const asText = matches(pattern, resource, reading);
  // What matches part by part matches as text too.
  if (asText === 'no') return asText;
  return asText === matchesArn(pattern, resource, reading) ? asText : 'unsure';
}
