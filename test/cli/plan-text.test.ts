/** The plan as people read it: bounded, clean, coloured where it may be, and with everything that is to be known. */
import { describe, expect, test } from 'vitest';
import { planReport, type PlanReport } from '../../src/cli/plan-report.ts';
import { planText, type Paint } from '../../src/cli/plan-text.ts';
import type { DocumentPlan } from '../../src/core/plan/document.ts';
import type { Problem } from '../../src/core/source.ts';
import type { ArchivePlan } from '../../src/pipeline/plan.ts';

const ref = { kind: 'bucket-policy', account: '111111111111', target: 'archive' } as const;
const problem: Problem = { code: 'policy-test', detail: 'something', hint: 'do something' };
const nothing: DocumentPlan = { ref, change: null, refusals: [], findings: [], warnings: [], budget: null };
const change = { ref, before: null, after: { Version: '2012-10-17' }, reasons: ['because'], breaks: ['nobody'] };
const plain: Paint = (_style, text) => text;

function reportOf(parts: Partial<DocumentPlan>, plan: Partial<ArchivePlan> = {}): PlanReport {
  const whole: ArchivePlan = {
    documents: [{ ...nothing, ...parts }],
    accounts: 2,
    known: [],
    problems: [],
    interrupted: [],
    estimate: null,
    configured: true,
    members: new Map(),
    ...plan,
  };
  const context = {
    archive: 'archive',
    caller: 'arn:aws:iam::111111111111:user/me',
    now: 0,
    prices: null,
    preflight: null,
  };
  return planReport(whole, context);
}

describe('the verdict', () => {
  test.each([
    ['refused', { change, refusals: [problem], findings: [problem] }, [problem]],
    ['changes', { change, findings: [problem] }, [problem]],
    ['findings', { findings: [problem] }, [problem]],
    ['blocked', {}, [problem]],
    ['blocked', { findings: [{ ...problem, code: 'lifecycle-unreadable' }] }, []],
    ['findings', { findings: [{ ...problem, code: 'posture-versioning-unknown' }, problem] }, []],
    ['none', { warnings: [problem] }, []],
  ] as const)('is %s before all that is less', (verdict, parts, problems) => {
    expect(reportOf(parts, { problems }).verdict).toBe(verdict);
  });

  test('tells no change of a document that is refused: it is not written', () => {
    expect(reportOf({ change, refusals: [problem] }).changes).toEqual([]);
  });
});

describe('the text', () => {
  test('ends with one line that counts everything', () => {
    const text = planText(reportOf({ change, findings: [problem], warnings: [problem, problem] }), plain);
    expect(text.trimEnd().split('\n').at(-1)).toBe(
      'plan: 1 document would change, 1 finding, 2 warnings; 2 accounts gathered',
    );
  });

  test('gives each part of the diff its colour, and only where it may', () => {
    const marked: Paint = (style, text) => `<${style}>${text}</>`;
    const text = planText(reportOf({ change: { ...change, before: { Version: '2008-10-17' } } }), marked);
    expect(text).toContain('<red>-  "Version": "2008-10-17"</>');
    expect(text).toContain('<green>+  "Version": "2012-10-17"</>');
    expect(planText(reportOf({ change }), plain)).not.toContain('<');
  });

  test('cuts a long diff and says by how much', () => {
    const list = Array.from({ length: 10_000 }, (_, index) => `account-${String(index).padStart(5, '0')}`);
    const text = planText(reportOf({ change: { ...change, after: { Resource: list } } }), plain);
    expect(text.split('\n').length).toBeLessThan(450);
    expect(text).toMatch(/… and 9,?\d{3} more lines of this diff: use --json to see all/);
  });

  test('shows no control character of what AWS says, whoever wrote it there', () => {
    const evil = '\u001b[2J\u202e\u0007\n+ "forged": true';
    const parts = {
      change: { ...change, after: { [evil]: evil }, reasons: [evil], breaks: [evil] },
      findings: [{ code: 'x', detail: evil, hint: evil }],
      warnings: [{ code: 'x', detail: evil, hint: evil }],
    };
    const text = planText(reportOf(parts, { problems: [{ code: 'x', detail: evil, hint: evil }] }), plain);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.split('\n').some((line) => line.startsWith('+ "forged"'))).toBe(false);
  });

  test('says that nothing is held, and which keys to add', () => {
    const text = planText(reportOf({}, { configured: false }), plain);
    expect(text).toContain('policy, posture or lifecycle');
  });
});
