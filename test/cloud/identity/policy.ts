/** Reading IAM policy documents. What is not understood is refused whole: a policy read by half would grant or forbid the wrong thing. */
import { readOperator, type Condition } from './condition.ts';

export type PolicyKind = 'identity' | 'resource';

/** A list of patterns, or with `negated` everything but them (NotAction, NotResource). */
export interface Selection {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

/** Whom a resource policy's statement is about; `everyone` for `"*"`. */
export interface Principals {
  readonly everyone: boolean;
  readonly aws: readonly string[];
  readonly services: readonly string[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Null in identity policies. */
  readonly principals: Principals | null;
  readonly actions: Selection;
  readonly resources: Selection;
  readonly conditions: readonly Condition[];
  /** Version 2012-10-17 knows `${variables}`; older documents take them as text. */
  readonly variables: boolean;
}

export type ParsedPolicy =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly problem: string };

const DOCUMENT_FIELDS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_FIELDS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/** Reads a document's JSON text. `problem` is a sentence fit for a MalformedPolicy answer. */
export function parsePolicy(text: string, kind: PolicyKind): ParsedPolicy {
  try {
    const document = record(JSON.parse(text), 'policy');
    onlyFields(document, DOCUMENT_FIELDS);
    const version = document.get('Version') ?? '2008-10-17';
    if (version !== '2012-10-17' && version !== '2008-10-17')
      throw new MalformedPolicy('Version must be 2012-10-17 or 2008-10-17');
    const written = document.get('Statement');
    const list: readonly unknown[] = Array.isArray(written) ? written : [written];
    if (list.length === 0) throw new MalformedPolicy('Statement is empty');
    return {
      ok: true,
      statements: list.map((one) => statement(record(one, 'Statement'), kind, version === '2012-10-17')),
    };
  } catch (error) {
    if (error instanceof MalformedPolicy || error instanceof SyntaxError) return { ok: false, problem: error.message };
    throw error;
  }
}

class MalformedPolicy extends Error {}

type Fields = ReadonlyMap<string, unknown>;

function statement(fields: Fields, kind: PolicyKind, variables: boolean): Statement {
  onlyFields(fields, STATEMENT_FIELDS);
  const effect = fields.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw new MalformedPolicy('Effect must be Allow or Deny');
  if ((kind === 'resource') !== fields.has('Principal')) {
    throw new MalformedPolicy(
      kind === 'resource' ? 'Missing required field Principal' : 'Identity policies hold no Principal',
    );
  }
  return {
    effect,
    principals: kind === 'resource' ? principals(fields.get('Principal')) : null,
    actions: selection(fields, 'Action'),
    resources: selection(fields, 'Resource'),
    conditions: fields.has('Condition') ? conditions(record(fields.get('Condition'), 'Condition')) : [],
    variables,
  };
}

function selection(fields: Fields, name: 'Action' | 'Resource'): Selection {
  const negated = fields.has(`Not${name}`);
  if (negated === fields.has(name)) throw new MalformedPolicy(`exactly one of ${name} and Not${name} is required`);
  return { negated, patterns: texts(fields.get(negated ? `Not${name}` : name), name) };
}

function principals(value: unknown): Principals {
  if (value === '*') return { everyone: true, aws: [], services: [] };
  const fields = record(value, 'Principal');
  onlyFields(fields, new Set(['AWS', 'Service']));
  const aws = fields.has('AWS') ? texts(fields.get('AWS'), 'Principal') : [];
  const services = fields.has('Service') ? texts(fields.get('Service'), 'Principal') : [];
  for (const name of aws) {
    if (name !== '*' && name.includes('*')) throw new MalformedPolicy(`Invalid principal in policy: ${name}`);
  }
  return { everyone: aws.includes('*'), aws, services };
}

function conditions(block: Fields): readonly Condition[] {
  return [...block].flatMap(([name, keys]) => {
    const operator = readOperator(name);
    if (operator === null) throw new MalformedPolicy(`Invalid Condition type : ${name}`);
    return [...record(keys, name)].map(([key, values]) => ({
      ...operator,
      key: key.toLowerCase(),
      values: texts(values, key),
    }));
  });
}

function record(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedPolicy(`${name} must be an object`);
  return new Map(Object.entries(value));
}

function onlyFields(fields: Fields, known: ReadonlySet<string>): void {
  for (const name of fields.keys()) {
    if (!known.has(name)) throw new MalformedPolicy(`Unknown field ${name}`);
  }
}

/** A string or a list of strings; conditions may be written with bare booleans and numbers too. */
function texts(value: unknown, name: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new MalformedPolicy(`${name} is empty`);
  return list.map((one) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'boolean' || typeof one === 'number') return String(one);
    throw new MalformedPolicy(`${name} must hold strings`);
  });
}
