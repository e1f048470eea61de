/** Ceph's own record of every request that it answered: who, what and how it ended. Nothing in it is ours. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CephStack } from '../stack/ceph.ts';

/** One answered request. `user` is `tenant$user`, a role's session by another name. */
export interface Access {
  readonly user: string;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** The parameter that names what is asked of the bucket or object (`policy`, `versioning`); empty for none. */
  readonly about: string;
  readonly status: number;
}

const LINE = /beast: 0x[0-9a-f]+: \S+ - (\S+) \[[^\]]*\] "([A-Z]+) (\S+) HTTP\/1\.1" (\d{3}) /;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Every request so far, oldest first. */
export function accessLog(ceph: CephStack): readonly Access[] {
  const text = readFileSync(join(ceph.dir, 'log', 'client.rgw.log'), 'utf8');
  return text.split('\n').flatMap((line) => {
    const [, user = '', method = '', target = '', status = ''] = LINE.exec(line) ?? [];
    if (method === '') return [];
    const [path = '', query = ''] = target.split('?');
    const [about = ''] = query.split(/[&=]/);
    const [bucket = '', ...key] = path.slice(1).split('/');
    return [{ user, method, bucket, key: decodeURIComponent(key.join('/')), about, status: Number(status) }];
  });
}

/** Requests that would change a bucket, whether they were allowed or not. STS lives at the root and changes none. */
export function mutating(requests: readonly Access[]): readonly Access[] {
  return requests.filter(({ method, bucket }) => !READING.has(method) && bucket !== '');
}
