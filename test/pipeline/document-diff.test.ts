/** The diff of a change: what differs, and nothing that AWS rewrites on its own. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { DocumentKind } from '../../src/core/plan/document.ts';
import { documentDiff } from '../../src/pipeline/document-diff.ts';

function diff(before: Json | null, after: Json | null, kind: DocumentKind = 'bucket-policy'): readonly string[] {
  return documentDiff({ ref: { kind, account: '111111111111', target: 'archive' }, before, after }).split('\n');
}

function policy(resources: Json): Json {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Sid: 'One', Action: 's3:GetObject', Resource: resources }],
  };
}

describe('a diff', () => {
  test('shows the line that is new, under headings that name the document', () => {
    const lines = diff(policy(['b', 'a']), policy(['a', 'b', 'c']));
    expect(lines.slice(0, 2)).toEqual(['--- bucket-policy archive as it is', '+++ bucket-policy archive planned']);
    expect(lines.filter((line) => /^[+-] /.test(line)).map((line) => line.replaceAll(' ', ''))).toEqual([
      '-"b"',
      '+"b",',
      '+"c"',
    ]);
  });

  test('leaves out the order of lists and of names, and whether a list of one is a list', () => {
    const other = {
      Statement: [{ Resource: ['a'], Sid: 'One', Action: ['s3:GetObject'], Effect: 'Allow' }],
      Version: '2012-10-17',
    };
    expect(diff(policy('a'), other).filter((line) => /^[+-] /.test(line))).toEqual([]);
    const settings = diff({ Days: [2, 1] }, { Days: [1, 2] }, 'lifecycle');
    expect(settings.some((line) => line.startsWith('+ '))).toBe(true);
  });

  test('of a document that is not there is all new, of one that goes all old', () => {
    expect(diff(null, policy('a'))[0]).toBe('--- bucket-policy archive not set');
    expect(diff(null, policy('a')).some((line) => line.startsWith('-') && !line.startsWith('---'))).toBe(false);
    const gone = diff(policy('a'), null);
    expect(gone[1]).toBe('+++ bucket-policy archive removed');
    expect(gone.some((line) => line.startsWith('+') && !line.startsWith('+++'))).toBe(false);
  });

  test('of two that have nothing in common is told whole, and soon', () => {
    const rules = (name: string): Json => ({
      Rules: Array.from({ length: 1000 }, (_, index) => ({
        ID: `${name}${index}`,
        Filter: { Prefix: `${name}/${index}` },
      })),
    });
    const started = performance.now();
    const lines = diff(rules('old'), rules('new'), 'lifecycle');
    expect(performance.now() - started).toBeLessThan(5000);
    expect(lines.filter((line) => line.includes('"ID": "old'))).toHaveLength(1000);
    expect(lines.filter((line) => line.includes('"ID": "new'))).toHaveLength(1000);
  });
});
