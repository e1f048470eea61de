/** What may expire is what the configuration can name: who asked for what, and what was accepted, is not among it. */
import { expect, test } from 'vitest';
import { acceptedKey, auditKey } from '../../../src/core/layout-acts.ts';
import { targetsOf } from '../../../src/core/plan/lifecycle-areas.ts';
import { LIFECYCLE_AREAS, type LifecycleWish } from '../../../src/core/plan/wanted.ts';

const ACCOUNT = '111122223333';
const AT = Date.UTC(2026, 2, 1);

test.each(LIFECYCLE_AREAS)('no rule for %s acts on audit records or acceptances', (of) => {
  for (const prefix of ['', 'archive/', 'orgtrail/'])
    for (const accounts of [[], [ACCOUNT]]) {
      const wish = { name: 'all', of, accounts } as unknown as LifecycleWish;
      const targets = targetsOf(wish, { prefix, accounts: [ACCOUNT], organizations: ['o-exampleorgid'] });
      const kept = [
        auditKey(prefix, { at: AT, act: 'accept', mark: '0123456789abcdef' }),
        acceptedKey(prefix, { account: ACCOUNT, finding: '0'.repeat(32) }),
      ];
      expect(targets.length).toBeGreaterThan(0);
      for (const key of kept) expect(targets.filter((target) => key.startsWith(target.prefix))).toEqual([]);
    }
});
