/** Two hashes cut into groups of eight digits, so that an eye finds the first difference. */

export interface HashGroup {
  readonly text: string;
  /** The other hash has something else in this place. */
  readonly differs: boolean;
}

const GROUP = 8;

/** The groups of `hash`, each held against the same place of `other`; without another one nothing differs. */
export function hashGroups(hash: string, other: string | null): readonly HashGroup[] {
  return Array.from({ length: Math.ceil(hash.length / GROUP) }, (_, index) => {
    const text = hash.slice(index * GROUP, (index + 1) * GROUP);
    const opposite = other?.slice(index * GROUP, (index + 1) * GROUP);
    return { text, differs: opposite !== undefined && opposite !== text };
  });
}
