/** JSON written as Terraform writes it, in the layout of `terraform fmt`. */
import type { Json } from '../core/json.ts';

const NAME = /^[A-Za-z_][\w-]*$/;
/** A text that is nothing but one reference. */
const REFERENCE = /^\$\{((?:var|local)\.\w+)\}$/;

/** The value, its first line not indented. `${var.x}` and `${local.x}` in texts stay references. */
export function hcl(value: Json, indent = ''): string {
  if (typeof value === 'string') return REFERENCE.exec(value)?.[1] ?? quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    if (value.length === 0) return '[]';
    if (value.every((one) => typeof one === 'string') && value.length === 1) return `[${hcl(value[0] ?? '')}]`;
    return `[\n${value.map((one) => `${inner}${hcl(one, inner)},\n`).join('')}${indent}]`;
  }
  return `{\n${fields(value, inner)}${indent}}`;
}

function fields(value: { readonly [name: string]: Json }, indent: string): string {
  const rows = Object.entries(value).map(
    ([name, one]) => [NAME.test(name) ? name : quoted(name), hcl(one, indent)] as const,
  );
  return aligned(rows, indent);
}

/** `name = text` lines; the equals signs of neighbouring single lines stand below each other. */
export function aligned(rows: readonly (readonly [name: string, text: string])[], indent: string): string {
  const single = (index: number): boolean => rows[index]?.[1].includes('\n') === false;
  return rows
    .map(([name, text], index) => {
      let [first, last] = [index, index];
      while (single(index) && single(first - 1)) first -= 1;
      while (single(index) && single(last + 1)) last += 1;
      const width = Math.max(...rows.slice(first, last + 1).map(([one]) => one.length));
      return `${indent}${single(index) ? name.padEnd(width) : name} = ${text}\n`;
    })
    .join('');
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
