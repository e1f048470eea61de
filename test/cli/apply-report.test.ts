/** The last line of apply: what was written, by whom, and nothing that was not. */
import { expect, test } from 'vitest';
import { appliedText, type ApplyReport } from '../../src/cli/apply-report.ts';

const REPORT: ApplyReport = {
  schema: 'orgtrail.apply/1',
  at: '2026-03-01T00:00:00Z',
  archive: 'archive',
  who: 'Maria',
  verdict: 'findings',
  written: [],
  failed: [],
  left: [],
  interrupted: [],
  refusals: [],
  findings: [],
  warnings: [],
  problems: [],
};
const change = {
  kind: 'bucket-policy',
  account: '111111111111',
  target: 'archive',
  before: null,
  after: {},
  reasons: [],
  breaks: [],
} as const;
const plain = (_style: string, text: string): string => text;

test.each(['findings', 'blocked'] as const)(
  'where nothing differs beside %s, nothing is said to be written: it told of none "each read back and recorded"',
  (verdict) => {
    expect(appliedText({ ...REPORT, verdict }, plain)).toBe('apply: nothing was to be written\n');
    expect(appliedText({ ...REPORT, verdict, written: [change] }, plain)).toContain(
      '1 written by Maria, each read back',
    );
  },
);
