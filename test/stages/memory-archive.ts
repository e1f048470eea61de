/** An archive in memory, as far as small records need one. */
import type { ArchiveStore, NewObject, ObjectRef, StoredObject } from '../../src/ports.ts';

export interface MemoryArchive {
  readonly archive: ArchiveStore;
  readonly objects: Map<string, Uint8Array>;
  /** The keys that were read, in order. */
  readonly reads: string[];
}

export function memoryArchive(): MemoryArchive {
  const objects = new Map<string, Uint8Array>();
  const reads: string[] = [];
  const archive = {
    putIfAbsent: async ({ key }: ObjectRef, { bytes }: NewObject) => {
      if (objects.has(key)) return 'exists' as const;
      objects.set(key, bytes);
      return 'created' as const;
    },
    async *list({ prefix, startAfter = '' }: { prefix: string; startAfter?: string }) {
      for (const key of [...objects.keys()].toSorted())
        if (key.startsWith(prefix) && key > startAfter) yield { key, size: 1, etag: '', lastModified: 0 };
    },
    folders: async ({ prefix }: { prefix: string }) => {
      const rests = [...objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
      const names = rests.flatMap((rest) => (rest.includes('/') ? [rest.slice(0, rest.indexOf('/') + 1)] : []));
      return [...new Set(names)].toSorted();
    },
    head: async ({ key }: ObjectRef) => (objects.has(key) ? { size: 1 } : null),
    get: async ({ key }: ObjectRef) => {
      reads.push(key);
      const bytes = objects.get(key);
      return bytes === undefined ? null : ({ bytes } as StoredObject);
    },
  };
  return { archive: archive as unknown as ArchiveStore, objects, reads };
}
