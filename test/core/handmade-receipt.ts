/** A receipt with only what its places need. */
import type { Receipt } from '../../src/core/receipt.ts';

interface FileAt {
  readonly key: string;
  readonly verdict: string;
  readonly place: string | null;
}

export function receiptFor(parts: {
  readonly chain: object;
  readonly digest: FileAt;
  readonly logs: readonly FileAt[];
}): Receipt {
  const filed = ({ key, verdict, place }: FileAt): unknown => ({
    origin: { bucket: 'member-logs', key },
    verdict,
    place,
  });
  const chain = { trailArn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main', ...parts.chain };
  return { chain, digest: filed(parts.digest), logs: parts.logs.map(filed) } as unknown as Receipt;
}
