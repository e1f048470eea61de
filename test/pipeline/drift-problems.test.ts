/** What a reconcile says reaches logs and pages: nothing that others wrote may act there. */
import { expect, test } from 'vitest';
import { notAppliedProblem, unknownProblem } from '../../src/pipeline/drift-problems.ts';

const EVIL = 'the foreign lifecycle rule "\u202e\u2028x\u001b[2J" removes objects\nbelow AWSLogs/';
const SAID = 'the foreign lifecycle rule "\\u202e\\u2028x\\u001b[2J" removes objects\nbelow AWSLogs/';

test.each(['lifecycle-foreign-expires', 'blocked-access'])(
  "a finding (%s) says no control character: only differences had theirs taken, and a rule id is anybody's text",
  (code) => {
    const problem = { code, detail: EVIL, hint: 'look at it' };
    for (const told of [unknownProblem(problem), notAppliedProblem('the lifecycle of b', problem)]) {
      expect(told.detail).toContain(SAID);
      expect(told.hint).toBe('look at it');
    }
  },
);
