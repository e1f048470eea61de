/** Everything that reads what strangers write. */
import { DIGEST_TARGET } from './digest-target.ts';
import { GZIP_TARGET } from './gzip-target.ts';
import { KEY_TARGET } from './key-target.ts';
import { RECEIPT_NAME_TARGET, RECEIPT_TARGET } from './receipt-target.ts';
import type { Target } from './target.ts';

export const TARGETS: readonly Target[] = [KEY_TARGET, DIGEST_TARGET, GZIP_TARGET, RECEIPT_TARGET, RECEIPT_NAME_TARGET];
