/** One reader of bytes that anybody may have written, and what must hold whatever it is given. */
import * as fc from 'fast-check';

export interface Target {
  readonly name: string;
  /** One case: `around` is handed the look at the reader, so that its time is measured without the making of the input. */
  property(around: (look: () => void) => void): fc.IProperty<readonly [unknown]>;
}

/** @param look throws when the reader throws what it should not, or says what is not so */
export function target<Input>(name: string, inputs: fc.Arbitrary<Input>, look: (input: Input) => void): Target {
  return { name, property: (around) => fc.property(inputs, (input) => around(() => look(input))) };
}

/** Ends the case as failed. */
export function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** What `act` threw, as text; null when it did not. */
export function thrownBy(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return String(error);
  }
}

/** An input as JSON, bytes in base64. */
export function asJson(input: unknown): string {
  return JSON.stringify(input, function (this: Record<string, unknown>, name: string, value: unknown) {
    // A Buffer's own `toJSON` has been at the value already: the holder still has the bytes.
    const held = this[name];
    return held instanceof Uint8Array ? { base64: Buffer.from(held).toString('base64') } : value;
  });
}
