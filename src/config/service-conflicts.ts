/** Contradictions in how the daemon runs, between options that are each good on their own. */
import { redisUrl } from './address.ts';
import { type Given, httpConflicts } from './http-conflicts.ts';
import { limitsSchema, ORDERED_LIMITS } from './limits.ts';
import type { Conflict } from './problem.ts';
import { child, good, type Seen } from './view.ts';

/** Every contradiction. `root` is the parsed file, which may be wrong elsewhere. */
export function serviceConflicts(root: unknown, given: Given): readonly Conflict[] {
  const file: Seen<unknown> = { value: root, path: [] };
  return [
    ...tlsWithoutTls(child(file, 'redis')),
    ...httpConflicts(child(file, 'http'), given),
    ...limitsOutOfOrder(child(file, 'limits')),
  ];
}

/** The settings would be taken for encryption that is not there. */
function tlsWithoutTls(redis: Seen<unknown>): readonly Conflict[] {
  const tls = child(redis, 'tls');
  const address = child(redis, 'url');
  const url = good(address, redisUrl);
  const plain = address.value === undefined || (url !== null && !url.value.toLowerCase().startsWith('rediss:'));
  if (!plain || typeof tls.value !== 'object' || tls.value === null) return [];
  return [
    {
      path: tls.path,
      what: 'is given, but redis.url is no rediss: address',
      other: url === null ? null : address.path,
    },
  ];
}

function limitsOutOfOrder(limits: Seen<unknown>): readonly Conflict[] {
  const usual = limitsSchema.parse({});
  const amount = (name: keyof typeof usual): number => {
    const { value } = child(limits, name);
    return typeof value === 'number' ? value : usual[name];
  };
  return ORDERED_LIMITS.filter(([smaller, larger]) => amount(smaller) > amount(larger)).map(([smaller, larger]) => {
    const here = child(limits, smaller).value === undefined ? larger : smaller;
    const there = here === smaller ? larger : smaller;
    const what = `is ${here === smaller ? 'larger' : 'smaller'} than limits.${there}, which is ${amount(there)}`;
    return { path: ['limits', here], what, other: child(limits, there).value === undefined ? null : ['limits', there] };
  });
}
