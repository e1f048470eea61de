/** Log files: which of them exist, hold what a digest says, and lie where they may. */
import { createHash } from 'node:crypto';
import type { CloudObject } from '../cloud/types.ts';
import type { Named } from './digests.ts';
import { memberIn } from './member.ts';
import { nameIn, type LogName } from './names.ts';
import type { Complaint, ExpectedChain, Question } from './question.ts';

export interface Content {
  readonly bytes: Uint8Array | null;
  readonly hash: string;
  readonly headerData: boolean;
}

/** Each object is inflated once, however many digests name it. */
export function createReader(objects: ReadonlyMap<string, CloudObject>, { maxInflated }: Question) {
  const read = new Map<string, Content>();
  return (object: string): Content | null => {
    const known = read.get(object);
    if (known !== undefined) return known;
    const found = objects.get(object);
    if (found === undefined) return null;
    const member = memberIn(found.body, maxInflated);
    const bytes = member?.content ?? null;
    const hash = bytes === null ? '' : createHash('sha256').update(bytes).digest('hex');
    const content = { bytes, hash, headerData: member?.headerData ?? false };
    read.set(object, content);
    return content;
  };
}

export type ContentReader = ReturnType<typeof createReader>;

/** What is wrong with a named log file; null when it is as named. */
export function complaintOf(named: Named, chain: ExpectedChain, read: ContentReader): Complaint | null {
  if (!mayName(chain, named.object)) return 'log-foreign';
  const content = read(named.object);
  if (content === null) return 'log-absent';
  if (content.bytes === null) return 'log-bytes';
  return content.hash === named.hash ? null : 'log-content';
}

/** A digest may name log files of its own account and region, in the trail's own places (reference 2.4, row 14). */
export function mayName(chain: ExpectedChain, object: string): boolean {
  const name = logNameOf(object);
  return name !== null && isIn(chain, name, object);
}

export function logNameOf(object: string): LogName | null {
  const name = nameIn(object.slice(object.indexOf('/') + 1));
  return name?.is === 'log' ? name : null;
}

interface Located {
  readonly prefix: string | null;
  readonly organization: string | null;
  readonly account: string;
  readonly region: string;
}

/** True when the object lies in one of the chain's folders. */
export function isIn(chain: ExpectedChain, name: Located, object: string): boolean {
  const bucket = object.slice(0, object.indexOf('/'));
  return (
    name.account === chain.account &&
    name.region === chain.region &&
    name.organization === chain.organization &&
    chain.places.some((place) => place.bucket === bucket && place.prefix === name.prefix)
  );
}
