/** Where the bytes of a log file came from, in words. */
import type { LogView } from '../../contract/chains.ts';

/** `pending` is the copy that was taken as soon as the file was seen. */
export function viaWords(via: LogView['via']): string {
  switch (via) {
    case 'source':
      return 'the source';
    case 'pending':
      return 'the captured copy';
    case 'archive':
      return 'the archive';
    case null:
      return 'nothing';
  }
}
