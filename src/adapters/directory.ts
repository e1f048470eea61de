/**
 * A copy of the archive bucket in a folder of this machine: keys are paths below it. Nothing leaves the machine, and
 * nothing outside the folder is read: no `..`, no symbolic link, whatever the keys say.
 */
import { constants } from 'node:fs';
import { lstat, open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatingError } from '../errors.ts';
import type { ListedObject, ListRequest, ObjectInfo, ObjectReader, ObjectRef, StoredObject } from '../ports.ts';

const MAX_FOLDERS = 10_000;
const MAX_KEY_BYTES = 1024;
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);
const DENIED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/**
 * Reads the folder as a bucket; the bucket's name is not looked at. User metadata is lost in a plain copy, so it is
 * empty. `etag` is made of size and time. Throws `usage` when there is no such folder.
 */
export async function openDirectory(folder: string): Promise<ObjectReader> {
  const root = await rootAt(folder);
  return {
    list: (request) => listFiles(root, request),
    folders: (request) => listFolders(root, request),
    get: (ref, { maxBytes }) => readFileOf(root, ref, maxBytes),
    head: (ref) => withFile(root, ref, async (_, info) => info),
  };
}

async function rootAt(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    if (!ABSENT.has(codeOf(error))) throw unreadable(folder, error);
  }
  throw new OperatingError({
    code: 'usage',
    message: `${JSON.stringify(folder)} is no folder`,
    hint: 'name the folder that holds the copy of the archive bucket, as `aws s3 sync s3://BUCKET FOLDER` makes it',
  });
}

/** Depth first in the order of the keys' UTF-8 bytes, as S3 lists them; one folder's names are held at a time and level. */
async function* listFiles(root: string, request: ListRequest): AsyncGenerator<ListedObject> {
  const start = request.prefix.slice(0, request.prefix.lastIndexOf('/') + 1);
  if (isPath(start.slice(0, -1))) yield* walk(root, start, request);
}

async function* walk(root: string, folder: string, request: ListRequest): AsyncGenerator<ListedObject> {
  const { prefix, startAfter = '' } = request;
  for (const name of await namesIn(root, folder)) {
    const key = `${folder}${name}`;
    if (name.endsWith('/')) {
      const touched = key.startsWith(prefix) || prefix.startsWith(key);
      if (touched && (startAfter.startsWith(key) || isAfter(key, startAfter))) yield* walk(root, key, request);
    } else if (key.startsWith(prefix) && isAfter(key, startAfter)) {
      const info = await infoOf(root, key);
      if (info !== null) yield { key, ...info };
    }
  }
}

async function listFolders(root: string, { prefix }: ListRequest): Promise<readonly string[]> {
  if (!isPath(prefix.slice(0, -1)) || !(prefix === '' || prefix.endsWith('/'))) return [];
  const names = (await namesIn(root, prefix)).filter((name) => name.endsWith('/'));
  if (names.length <= MAX_FOLDERS) return names;
  throw refused(join(root, prefix), `there are more than ${MAX_FOLDERS} folders in it`);
}

/** Files and folders (with a slash at their end) in key order; a name that is no UTF-8 is no key. */
async function namesIn(root: string, folder: string): Promise<readonly string[]> {
  const path = await pathOf(root, folder.slice(0, -1));
  if (path === null) return [];
  const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch((error: unknown) => {
    if (ABSENT.has(codeOf(error))) return [];
    throw unreadable(path, error);
  });
  const names = entries.flatMap((entry) => {
    const name = textOf(entry.name);
    if (name === null) return [];
    if (entry.isFile()) return [name];
    if (entry.isDirectory()) return [`${name}/`];
    throw refused(join(path, name), 'it is a symbolic link or no file, which no copy of a bucket holds');
  });
  return names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function infoOf(root: string, key: string): Promise<Pick<ListedObject, 'size' | 'etag' | 'lastModified'> | null> {
  try {
    const { size, mtimeMs } = await lstat(join(root, key));
    return { size, lastModified: Math.floor(mtimeMs), etag: `${size}-${Math.floor(mtimeMs)}` };
  } catch (error) {
    if (ABSENT.has(codeOf(error))) return null;
    throw unreadable(join(root, key), error);
  }
}

async function readFileOf(root: string, ref: ObjectRef, maxBytes: number): Promise<StoredObject | null> {
  return withFile(root, ref, async (file, info) => {
    if (info.size > maxBytes) throw tooLarge(ref, info.size, maxBytes);
    const bytes = await file.readFile();
    if (bytes.length === info.size) return { ...info, bytes };
    throw new OperatingError({
      code: 'transport-garbled',
      message: `the copy of s3://${ref.bucket}/${ref.key} changed while it was read`,
      hint: 'let the copying end before it is verified',
      retryable: true,
    });
  });
}

/** Null when there is no such file. */
async function withFile<Result>(
  root: string,
  ref: ObjectRef,
  act: (file: FileHandle, info: ObjectInfo) => Promise<Result>,
): Promise<Result | null> {
  const path = await pathOf(root, ref.key);
  if (path === null) return null;
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) return null;
    const lastModified = Math.floor(found.mtimeMs);
    const etag = `${found.size}-${lastModified}`;
    const unknown = { versionId: null, contentType: null, contentEncoding: null, metadata: new Map<string, string>() };
    return await act(file, { etag, size: found.size, lastModified, ...unknown });
  } catch (error) {
    if (error instanceof OperatingError) throw error;
    if (ABSENT.has(codeOf(error))) return null;
    throw unreadable(path, error);
  } finally {
    await file?.close();
  }
}

/** The path of a key; null when nothing is there or the key is no path. Every folder on the way must be a real one. */
async function pathOf(root: string, key: string): Promise<string | null> {
  if (!isPath(key)) return null;
  const path = join(root, key);
  try {
    if ((await realpath(path)) === path) return path;
  } catch (error) {
    if (ABSENT.has(codeOf(error))) return null;
    throw unreadable(path, error);
  }
  throw refused(path, 'a symbolic link leads elsewhere');
}

/** S3 takes any text for a key; a path takes no empty, dot or NUL segment, and `a//b` is no other file than `a/b`. */
function isPath(key: string): boolean {
  if (key === '') return true;
  if (Buffer.byteLength(key) > MAX_KEY_BYTES || key.includes('\0')) return false;
  return key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function isAfter(key: string, after: string): boolean {
  return after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

function textOf(name: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function refused(path: string, why: string): OperatingError {
  return new OperatingError({
    code: 'blocked-access',
    message: `${JSON.stringify(path)} is not read: ${why}`,
    hint: 'copy the bucket into an empty folder of its own',
  });
}

function unreadable(path: string, error: unknown): OperatingError {
  const code = codeOf(error);
  if (code === 'ELOOP') return refused(path, 'it is a symbolic link');
  return new OperatingError({
    code: DENIED.has(code) ? 'blocked-access' : 'blocked-unreachable',
    message: `${JSON.stringify(path)} cannot be read: ${DENIED.has(code) ? 'no permission' : code}`,
    hint: 'the whole copy must be readable to whoever verifies it',
    cause: error,
  });
}

function tooLarge(ref: ObjectRef, size: number, limit: number): OperatingError {
  return new OperatingError({
    code: 'object-too-large',
    message: `s3://${ref.bucket}/${ref.key}: ${size} bytes are more than the limit of ${limit}`,
    hint: 'CloudTrail files are far smaller. Look at who wrote it; raise limits.maxObjectBytes if it is genuine.',
  });
}
