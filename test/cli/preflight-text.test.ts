/** What a person reads of preflight. */
import { describe, expect, test } from 'vitest';
import { preflightText } from '../../src/cli/preflight-text.ts';
import { ID, account, check, refusal, thrown } from '../pipeline/preflight-world.ts';

describe('the text', () => {
  test('names what is missing with the next step, and counts who is ready', async () => {
    const get = (): never => {
      throw refusal('blocked-access');
    };
    const checks = await Promise.all([
      check({}),
      check({ get }, { ...account, name: 'evil\u001b[2J' }),
      check({ session: { lookupEvents: thrown(refusal('blocked-access')) } }, { ...account, id: '333333333333' }),
      check({}, { ...account, id: '444444444444', state: 'SUSPENDED' }),
      check({}, { ...account, id: '555555555555', origin: 'history' }),
    ]);
    const text = preflightText(checks);
    expect(text).not.toContain('\u001b');
    const lines = text.split('\n');
    expect(lines[1]).toMatch(/^blocked {4}222222222222 {2}evil\S+ +get +organization decrypt$/);
    expect(lines[2]).toMatch(/^limited {4}333333333333 {2}payments +history +organization$/);
    expect(text).toContain(`preflight-get  account ${ID}: cannot do it\n    next: Do this.`);
    expect(text).toContain('444444444444 payments suspended: it is not entered');
    expect(lines.at(-2)).toBe(
      'preflight: 2 of 5 accounts can be collected, 1 of them with something unknown, 1 cannot, 2 not entered',
    );
  });

  test('is one line where nothing is missing', async () => {
    expect(preflightText([await check({})])).toBe('preflight: 1 of 1 accounts can be collected\n');
  });
});
