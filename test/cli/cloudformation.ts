/** A CloudFormation template as the service would read it: parameters checked, conditions judged, functions put in. */
import { parse } from 'yaml';

type Node = unknown;
type Values = Readonly<Record<string, string>>;
const NOTHING = Symbol('AWS::NoValue');

interface Parameter {
  readonly Type: string;
  readonly Default?: string;
  readonly AllowedPattern?: string;
}

interface Template {
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Conditions: Readonly<Record<string, Node>>;
  readonly Resources: Readonly<Record<string, Node>>;
  readonly Outputs: Readonly<Record<string, Node>>;
}

interface Stack {
  readonly template: Template;
  readonly values: ReadonlyMap<string, string | readonly string[]>;
}

/** The template's text and the resources it makes of these parameters. Throws for what CloudFormation refuses. */
export function deployed(text: string, given: Values, pseudo: Values): Readonly<Record<string, Node>> {
  // CloudFormation reads YAML 1.1.
  const template = parse(text, { version: '1.1' }) as Template;
  const unknown = Object.keys(given).find((name) => !(name in template.Parameters));
  if (unknown !== undefined) throw new Error(`no parameter ${unknown}`);
  const values = new Map<string, string | readonly string[]>(Object.entries(pseudo));
  for (const [name, parameter] of Object.entries(template.Parameters)) {
    const value = given[name] ?? parameter.Default;
    if (value === undefined) throw new Error(`parameter ${name} must be given`);
    const { AllowedPattern: pattern } = parameter;
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value))
      throw new Error(`parameter ${name}: ${value}`);
    values.set(name, parameter.Type === 'CommaDelimitedList' ? value.split(',') : value);
  }
  return resolve(template.Resources, { template, values }) as Readonly<Record<string, Node>>;
}

function resolve(node: Node, stack: Stack): Node {
  if (Array.isArray(node)) return node.map((one) => resolve(one, stack)).filter((one) => one !== NOTHING);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
    return call(first[0], first[1], stack);
  const fields = entries.map(([name, inner]) => [name, resolve(inner, stack)] as const);
  return Object.fromEntries(fields.filter(([, inner]) => inner !== NOTHING));
}

function call(name: string, argument: Node, stack: Stack): Node {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? NOTHING : valueOf(String(argument), stack);
    case 'Fn::Sub':
      return String(argument).replaceAll(/\$\{([\w:]+)\}/g, (_, variable: string) => String(valueOf(variable, stack)));
    case 'Fn::If': {
      const [condition, yes, no] = argument as [string, Node, Node];
      return resolve(resolve(stack.template.Conditions[condition], stack) === true ? yes : no, stack);
    }
    case 'Fn::Not':
      return resolve((argument as [Node])[0], stack) !== true;
    case 'Fn::Equals': {
      const [left, right] = argument as [Node, Node];
      return resolve(left, stack) === resolve(right, stack);
    }
    case 'Fn::Join': {
      const [delimiter, list] = argument as [string, Node];
      return (resolve(list, stack) as readonly string[]).join(delimiter);
    }
    default:
      throw new Error(`${name} is not known here`);
  }
}

function valueOf(name: string, { values }: Stack): string | readonly string[] {
  const value = values.get(name);
  if (value === undefined) throw new Error(`nothing called ${name}`);
  return value;
}
