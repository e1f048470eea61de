/** The XML that S3 speaks: small documents, written and read without attributes. */
import { XMLParser } from 'fast-xml-parser';
import { S3Error } from './errors.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** A parsed element: text, or child elements by name, each a list in document order. */
export interface XmlElement {
  readonly text: string;
  readonly children: ReadonlyMap<string, readonly XmlElement[]>;
}

/** Text content. Control characters become references: a key may hold a newline and must come back whole. */
function escapeXml(text: string): string {
  return text.replace(/[<>&"\p{Cc}]/gu, (char) => `&#x${char.charCodeAt(0).toString(16)};`);
}

export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** A whole document. `inner` is XML already. */
export function document(root: string, inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${inner}</${root}>`;
}

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED.get(name) ?? whole;
    const point = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

function toElement(value: unknown): XmlElement {
  // Values are never parsed, so a leaf is text.
  if (typeof value === 'string') return { text: unescapeXml(value), children: new Map() };
  const children = new Map<string, readonly XmlElement[]>();
  let text = '';
  for (const [name, child] of Object.entries(value ?? {}) as [string, unknown][]) {
    if (name === '#text') text = unescapeXml(String(child));
    else children.set(name, (Array.isArray(child) ? child : [child]).map(toElement));
  }
  return { text, children };
}

/** Reads a request body whose root must be `root`; anything else is refused as S3 does it. */
export function parseXml(body: Uint8Array, root: string): XmlElement {
  // Entities are resolved here, so that no document can grow in the parser.
  const parser = new XMLParser({
    processEntities: false,
    parseTagValue: false,
    trimValues: false,
    removeNSPrefix: true,
  });
  const found = parseQuietly(parser, Buffer.from(body).toString('utf8'));
  if (typeof found !== 'object' || found === null || !Object.hasOwn(found, root)) {
    throw new S3Error(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  return toElement((found as Record<string, unknown>)[root]);
}

function parseQuietly(parser: XMLParser, text: string): unknown {
  try {
    return parser.parse(text, true);
  } catch {
    return null;
  }
}

/** The children of that name; empty when there are none. */
export function all(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.get(name) ?? [];
}

/** The text of the first child of that name; null when there is none. */
export function textOf(parent: XmlElement, name: string): string | null {
  return all(parent, name)[0]?.text ?? null;
}
