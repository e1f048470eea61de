/** Reading a password from a person or a pipe. It is shown nowhere and kept nowhere. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import { OperatingError } from '../errors.ts';

/** More than any password that is taken; a larger input is no password. */
const MOST_BYTES = 8 * 1024;

/** Where a password comes from. */
export interface SecretInput {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** For questions, never for answers. */
  readonly screen: { write(text: string): unknown };
}

/** Asked twice on a terminal, without showing what is typed; else the first line of the input. Throws `usage`. */
export async function readPassword(input: SecretInput): Promise<string> {
  if (input.stdin.isTTY !== true) return firstLine(input.stdin);
  const ask = (question: string): Promise<string> => hidden(input, question);
  const first = await ask('Password: ');
  if ((await ask('The same again: ')) === first) return first;
  throw usage('the two passwords differ', 'type it again');
}

/** `terminal` makes readline take the keys, and nothing it echoes goes anywhere. */
async function hidden({ stdin, screen }: SecretInput, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_part, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  screen.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('line', resolve);
      terminal.once('SIGINT', () => reject(usage('interrupted', 'run it again')));
      terminal.once('close', () => reject(usage('no password was typed', 'type one, or use --generate')));
    });
  } finally {
    terminal.close();
    screen.write('\n');
  }
}

async function firstLine(stdin: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin) {
    const bytes = Buffer.from(part as Uint8Array | string);
    parts.push(bytes);
    size += bytes.length;
    if (size > MOST_BYTES) throw usage(`the password is longer than ${MOST_BYTES} bytes`, 'give a shorter one');
  }
  const [line = '', ...rest] = Buffer.concat(parts).toString('utf8').split(/\r?\n/);
  if (rest.join('') !== '') throw usage('more than one line was given', 'give the password and nothing else');
  return line;
}

function usage(message: string, hint: string): OperatingError {
  return new OperatingError({ code: 'usage', message, hint });
}
