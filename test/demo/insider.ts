/**
 * An insider who may write to two members' buckets. In the first a new log file is replaced before anybody copied it:
 * that must be found. In the second a log file is deleted after it was captured: the archive must still prove it.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { pendingKey } from '../../src/core/layout.ts';
import type { WorldDelivery } from '../cloud/forge/world.ts';
import { deleteKey } from '../cloud/s3/bucket.ts';
import { newestOf } from '../cloud/s3/keyindex.ts';
import type { CloudObject } from '../cloud/types.ts';
import { ARCHIVE, type Organization } from '../flow/organization.ts';

/** One deed. `key` is the log file in `bucket`. */
export interface Deed {
  readonly account: string;
  readonly bucket: string;
  readonly key: string;
}

interface Marked extends Deed {
  readonly chain: WorldDelivery['chain'];
}

export interface Insider {
  readonly forges: string;
  readonly deletes: string;
  forged(): Deed | null;
  deleted(): Deed | null;
  /** From now on. */
  wake(): void;
  /** Told of each delivery as it lands. */
  onDelivery(delivery: WorldDelivery): void;
  /** Deletes once what was chosen has been captured; call it now and then. */
  look(): void;
}

/** `say` gets one announcement for each deed. */
export function createInsider(
  { world, cloud }: Pick<Organization, 'world' | 'cloud'>,
  say: (text: string) => void,
): Insider {
  const [, deletes = '', , forges = ''] = world.accounts.map(({ id }) => id);
  const state = {
    awake: false,
    forged: null as Deed | null,
    /** What may be deleted once it is captured, with the chain whose next digest names it. */
    marked: [] as readonly Marked[],
    deleted: null as Deed | null,
  };
  const bucketOf = (name: string) => cloud.state.buckets.get(name) ?? missing(name);
  return {
    forges,
    deletes,
    forged: () => state.forged,
    deleted: () => state.deleted,
    wake: () => void (state.awake = true),
    onDelivery: ({ what, chain, object }) => {
      // Its digest is there, so that it may be judged already, from the source: to delete it now would show nothing.
      if (what !== 'log') state.marked = state.marked.filter((one) => one.chain !== chain);
      if (!state.awake || what !== 'log') return;
      const deed = { account: chain.account, bucket: object.bucket, key: object.key };
      if (chain.account === deletes) state.marked = [...state.marked, { ...deed, chain }];
      if (chain.account !== forges || state.forged !== null) return;
      state.forged = deed;
      cloud.put(withoutFirstEvent(object));
      say(`tampering: in account ${forges} an event is cut out of s3://${object.bucket}/${object.key}`);
    },
    look: () => {
      if (state.deleted !== null) return;
      const archived = bucketOf(ARCHIVE).index;
      const chosen = state.marked.find(({ bucket, key }) => newestOf(archived, pendingKey('', bucket, key)) !== null);
      if (chosen === undefined) return;
      deleteKey(bucketOf(chosen.bucket), chosen.key, Date.now());
      state.deleted = chosen;
      say(
        `deletion:  in account ${deletes} s3://${chosen.bucket}/${chosen.key} is deleted; it had been captured before`,
      );
    },
  };
}

/** A well-formed log file that says one event less. */
function withoutFirstEvent(object: CloudObject): CloudObject {
  const content = JSON.parse(gunzipSync(object.body).toString('utf8')) as { Records: unknown[] };
  return { ...object, body: gzipSync(JSON.stringify({ Records: content.Records.slice(1) })) };
}

function missing(name: string): never {
  throw new Error(`no bucket ${name}`);
}
