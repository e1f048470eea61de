/** Records in the archive are readable as what they are. */
import { expect, test } from 'vitest';
import { jsonObject } from '../../src/core/json-object.ts';

test('a record is JSON as it stands, and nothing of it lies in metadata', () => {
  const bytes = Uint8Array.of(123, 125);
  expect(jsonObject(bytes)).toEqual({
    bytes,
    contentType: 'application/json',
    contentEncoding: null,
    metadata: new Map(),
  });
});
