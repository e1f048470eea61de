/** Terraform's literals, read strictly: objects, lists, texts with references, and references alone. Nothing else. */
import type { Json } from '../../src/core/json.ts';

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z_][\w.-]*)|([{}[\]=,]))/y;
const REFERENCE = /\$\{([\w.]+)\}/g;

type References = ReadonlyMap<string, Json>;

/** The value that stands behind `name =` in the text, with its references put in. Throws on anything it does not know. */
export function hclValue(text: string, name: string, references: References): Json {
  const found = [...text.matchAll(new RegExp(`^ *${name} += (?:jsonencode\\()?`, 'gm'))];
  const [only] = found;
  if (found.length !== 1 || only === undefined) throw new Error(`${name} stands there ${found.length} times`);
  return readValue({ text, at: only.index + only[0].length, references });
}

interface Reader {
  readonly text: string;
  readonly references: References;
  at: number;
}

function next(reader: Reader): string {
  TOKEN.lastIndex = reader.at;
  const match = TOKEN.exec(reader.text);
  if (match === null) throw new Error(`cannot read ${JSON.stringify(reader.text.slice(reader.at, reader.at + 40))}`);
  reader.at = TOKEN.lastIndex;
  return match[0].trim();
}

function peek(reader: Reader): string {
  const { at } = reader;
  const token = next(reader);
  reader.at = at;
  return token;
}

function readValue(reader: Reader): Json {
  const token = next(reader);
  if (token === '{') return readObject(reader);
  if (token === '[') return readList(reader);
  if (token.startsWith('"')) return filled(JSON.parse(token) as string, reader);
  return reference(token, reader);
}

function readObject(reader: Reader): Json {
  const fields: Record<string, Json> = {};
  while (peek(reader) !== '}') {
    const name = next(reader);
    if (next(reader) !== '=') throw new Error(`no equals sign behind ${name}`);
    fields[name.startsWith('"') ? (JSON.parse(name) as string) : name] = readValue(reader);
  }
  next(reader);
  return fields;
}

function readList(reader: Reader): Json {
  const items: Json[] = [];
  while (peek(reader) !== ']') {
    items.push(readValue(reader));
    if (peek(reader) === ',') next(reader);
  }
  next(reader);
  return items;
}

function filled(text: string, reader: Reader): string {
  return text.replaceAll(REFERENCE, (_, name: string) => {
    const value = reference(name, reader);
    if (typeof value !== 'string') throw new Error(`${name} is no text`);
    return value;
  });
}

function reference(name: string, { references }: Reader): Json {
  const value = references.get(name);
  if (value === undefined) throw new Error(`nothing called ${name}`);
  return value;
}
