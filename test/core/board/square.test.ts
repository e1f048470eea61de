/** What lies behind a square, over any receipts: every file is counted once, and nothing unproven is left unnamed. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { squareFacts } from '../../../src/core/board/square.ts';
import { RECORDED } from '../drawn-receipt.ts';

const RECEIPTS = fc.array(
  RECORDED.map(({ receipt }) => receipt),
  { maxLength: 4 },
);

test('files are counted as the receipts count them', () => {
  fc.assert(
    fc.property(RECEIPTS, (receipts) => {
      const { files } = squareFacts(receipts);
      for (const name of ['named', 'valid', 'invalid', 'missing', 'blocked'] as const)
        expect(files[name]).toBe(receipts.reduce((sum, { counts }) => sum + counts[name], 0));
    }),
  );
});

test('there is a fault for each file and digest that is not proven, and for each that only a copy proves', () => {
  fc.assert(
    fc.property(RECEIPTS, (receipts) => {
      const { faults, files } = squareFacts(receipts);
      const fine = receipts.filter(
        ({ digest, link }) => digest.verdict === 'valid' && ['linked', 'chain-start'].includes(link.verdict),
      );
      const logs = receipts.flatMap((receipt) => receipt.logs);
      const copies = logs.filter(({ verdict, source }) => verdict === 'valid' && source !== null);
      expect(faults.filter(({ proven }) => proven).map(({ key }) => key)).toEqual(
        copies.map(({ origin }) => origin.key),
      );
      const unproven = receipts.length - fine.length + files.named - files.valid;
      expect(faults.filter(({ proven }) => !proven)).toHaveLength(unproven);
    }),
  );
});
