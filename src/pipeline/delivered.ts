/**
 * Trails that deliver straight into the archive bucket (`policy.delivery`) are read there by ourselves: a member's role
 * has no business in the archive, and the bucket's owner is known without asking. Only the folders that the
 * configuration names are read so: a member that points its trail elsewhere into the archive is refused like anybody.
 */
import type { Config } from '../config.ts';
import type { AccountSession, ListRequest, ObjectReader, ObjectRef, Sessions } from '../ports.ts';

/** The same sessions; what trails deliver into the archive bucket is read by `own`, under the archive's owner. */
export function readingDelivered(sessions: Sessions, config: Config, own: ObjectReader): Sessions {
  const folders = deliveryFolders(config);
  if (folders.length === 0) return sessions;
  const { bucket, owner } = config.archive;
  const isDelivered = (place: string, key: string): boolean =>
    place === bucket && folders.some((folder) => key.startsWith(folder));
  return {
    open: async (account) => {
      const session = await sessions.open(account);
      return { ...session, objects: split(session, own, { isDelivered, owner }) };
    },
  };
}

type Rule = { readonly isDelivered: (bucket: string, key: string) => boolean; readonly owner: string };

function split({ objects }: AccountSession, own: ObjectReader, { isDelivered, owner }: Rule): ObjectReader {
  const ofList = (request: ListRequest): readonly [ObjectReader, ListRequest] =>
    isDelivered(request.bucket, request.prefix) ? [own, { ...request, owner }] : [objects, request];
  const ofObject = (ref: ObjectRef): readonly [ObjectReader, ObjectRef] =>
    isDelivered(ref.bucket, ref.key) ? [own, { ...ref, owner }] : [objects, ref];
  return {
    list: (request) => {
      const [reader, asked] = ofList(request);
      return reader.list(asked);
    },
    folders: (request) => {
      const [reader, asked] = ofList(request);
      return reader.folders(asked);
    },
    get: (ref, options) => {
      const [reader, asked] = ofObject(ref);
      return reader.get(asked, options);
    },
    head: (ref) => {
      const [reader, asked] = ofObject(ref);
      return reader.head(asked);
    },
  };
}

/** `{prefix}AWSLogs/` of every delivery that the configuration lets in. */
function deliveryFolders({ policy }: Config): readonly string[] {
  if (policy === null) return [];
  const { trails, everyAccount } = policy.delivery;
  const prefixes = [...trails, ...(everyAccount === null ? [] : [everyAccount])].map(({ prefix }) => prefix);
  return [...new Set(prefixes)].map((prefix) => `${prefix}AWSLogs/`);
}
