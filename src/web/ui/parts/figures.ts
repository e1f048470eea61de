/** Numbers in words and sentences: thousands apart, one or many. */

/** `1,284` */
export function figure(value: number): string {
  return value.toLocaleString('en');
}

/** `1 job`, `1,284 jobs` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${figure(value)} ${value === 1 ? one : many}`;
}
