/** JSON by the letter: no member twice, no `__proto__`, nothing around the one value. Objects become maps. */

export type Value = null | boolean | number | string | readonly Value[] | ReadonlyMap<string, Value>;

class NoJson extends Error {}

const DEPTH = 64;
const WORDS = new Map<string, null | boolean>([
  ['null', null],
  ['true', true],
  ['false', false],
]);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /[ \t\n\r]*/y;

/** The value; undefined when the bytes are no UTF-8 or no such JSON. */
export function readJson(bytes: Uint8Array): Value | undefined {
  try {
    const reader = new Reader(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return reader.whole();
  } catch {
    return undefined;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Value {
    const value = this.#value(0);
    if (this.#peek() !== '') throw new NoJson();
    return value;
  }

  #value(depth: number): Value {
    if (depth > DEPTH) throw new NoJson();
    const letter = this.#peek();
    if (letter === '{') return this.#object(depth);
    if (letter === '[') return this.#list(depth);
    if (letter === '"') return this.#string();
    for (const [word, value] of WORDS)
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    return Number(this.#take(NUMBER));
  }

  #object(depth: number): Value {
    const members = new Map<string, Value>();
    this.#series('}', () => {
      this.#peek();
      const name = this.#string();
      this.#expect(':');
      if (members.has(name) || name === '__proto__') throw new NoJson();
      members.set(name, this.#value(depth + 1));
    });
    return members;
  }

  #list(depth: number): Value {
    const items: Value[] = [];
    this.#series(']', () => void items.push(this.#value(depth + 1)));
    return items;
  }

  /** From the opening bracket, which is next, to the closing one. */
  #series(close: string, item: () => void): void {
    this.#at += 1;
    if (this.#peek() === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      const next = this.#peek();
      this.#at += 1;
      if (next === close) return;
      if (next !== ',') throw new NoJson();
    }
  }

  #string(): string {
    // One string cannot hide a second member; escapes and control letters are judged by the engine.
    return JSON.parse(this.#take(STRING)) as string;
  }

  #expect(letter: string): void {
    if (this.#peek() !== letter) throw new NoJson();
    this.#at += 1;
  }

  /** The next letter that is no white space. */
  #peek(): string {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
    return this.#text.charAt(this.#at);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw new NoJson();
    this.#at = pattern.lastIndex;
    return found[0];
  }
}
