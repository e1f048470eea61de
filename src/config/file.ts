/** Reading small files: bounded, as strict UTF-8, with a sentence for everything that can go wrong. */
import { closeSync, openSync, readSync } from 'node:fs';
import { ConfigError, wholeProblem } from './problem.ts';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'no permission to read it'],
  ['EPERM', 'no permission to read it'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of its path is no directory'],
  ['ELOOP', 'its symbolic links go round in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
]);

/** What is read and how much of it may be there. `what` names it in a sentence: "the configuration". */
export interface SmallFile {
  readonly path: string;
  readonly what: string;
  readonly mostBytes: number;
  readonly hint: string;
}

/** The file's text. Throws ConfigError when it cannot be read, is too large or is no UTF-8. */
export function readSmallFile(file: SmallFile): string {
  const bytes = readBytes(file);
  if (bytes.length > file.mostBytes) throw refusal(file, `${file.what} is larger than ${file.mostBytes} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal(file, `${file.what} is not UTF-8 text`, cause);
  }
}

function readBytes(file: SmallFile): Uint8Array {
  const buffer = Buffer.alloc(file.mostBytes + 1);
  let filled = 0;
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      for (let read = -1; read !== 0 && filled < buffer.length; filled += read)
        read = readSync(descriptor, buffer, filled, buffer.length - filled, null);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw refusal(file, `${file.what} cannot be read: ${REASONS.get(code) ?? code}`, cause);
  }
  return buffer.subarray(0, filled);
}

function refusal(file: SmallFile, what: string, cause?: unknown): ConfigError {
  return new ConfigError([wholeProblem(file.path, what)], { hint: file.hint, cause });
}
