/** The last part of a key: what tells a file from its neighbours. */
export function fileName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1) || key;
}
