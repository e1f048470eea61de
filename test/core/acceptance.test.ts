/** Accepted findings: kept once, believed under their own name alone, and never more than what was accepted. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAcceptedFinding, encodeAcceptedFinding } from '../../src/core/acceptance.ts';
import type { Accepted } from '../../src/core/board/finding.ts';
import { findingId } from '../../src/core/board/ids.ts';
import type { Finding } from '../../src/core/finding.ts';
import { acceptedKey } from '../../src/core/layout-acts.ts';
import type { Problem } from '../../src/core/source.ts';
import { OperatingError } from '../../src/errors.ts';
import { keepAccepted, listAccepted, readAccepted } from '../../src/stages/acceptances.ts';
import { memoryArchive } from '../stages/memory-archive.ts';

const ACCOUNT = '111122223333';
const AT = Date.UTC(2026, 2, 1, 5, 6, 7);
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };
const SAID: Accepted = { reason: 'a known drill', by: 'alice', at: AT };

function finding(change: Partial<Finding> = {}): Finding {
  return {
    code: 'log-missing',
    account: ACCOUNT,
    region: 'us-east-1',
    trail: 'main',
    bucket: 'member-logs',
    key: 'AWSLogs/x',
    from: '2026-03-01T00:00:00Z',
    to: '2026-03-01T01:00:00Z',
    detail: 'it is gone',
    hint: 'look',
    ...change,
  };
}

const nameOf = (one: Finding) => ({ account: one.account, finding: findingId(one) });

const text = fc.string({ maxLength: 20 });
const FINDING: fc.Arbitrary<Finding> = fc
  .record({ account: fc.stringMatching(/^\d{12}$/), region: text, trail: text, bucket: text, detail: text, hint: text })
  .chain((texts) =>
    fc
      .record({ key: fc.option(text), from: fc.option(text), to: fc.option(text) })
      .map((rest) => finding({ ...texts, ...rest })),
  );

describe('an acceptance', () => {
  test('is read back as it was said, whatever the finding', () => {
    fc.assert(
      fc.property(FINDING, text, text, (one, reason, by) => {
        const said = { reason, by, at: AT };
        expect(decodeAcceptedFinding(encodeAcceptedFinding(one, said), nameOf(one))).toEqual({ accepted: said });
      }),
      { numRuns: 200 },
    );
  });

  test('keeps the finding as it was, and nothing else of what the pages hold', () => {
    const shown = { ...finding(), id: 'x', chain: 'y', firstSeen: 1, accepted: null, goneAt: null };
    const kept = JSON.parse(Buffer.from(encodeAcceptedFinding(shown, SAID)).toString('utf8')) as Record<
      string,
      unknown
    >;
    expect(kept).toEqual({
      schema: 'orgtrail.finding-acceptance/1',
      id: findingId(finding()),
      finding: finding(),
      reason: SAID.reason,
      by: SAID.by,
      at: '2026-03-01T05:06:07Z',
    });
  });

  test.each([{ code: 'log-hash-mismatch' }, { region: 'x' }, { key: null }, { from: null }, { bucket: 'b' }] as const)(
    'under the name of a finding with another %o accepts nothing',
    (change) => {
      const decoded = decodeAcceptedFinding(encodeAcceptedFinding(finding(), SAID), nameOf(finding(change)));
      expect(decoded).toEqual({ problem: 'it speaks of another finding than its name' });
    },
  );

  test("of another account's finding accepts nothing, and nor does one whose finding was rewritten", () => {
    const bytes = encodeAcceptedFinding(finding(), SAID);
    const name = nameOf(finding());
    expect(decodeAcceptedFinding(bytes, { ...name, account: '444455556666' })).toHaveProperty('problem');
    const rewritten = Buffer.from(Buffer.from(bytes).toString('utf8').replace('log-missing', 'log-foreign'));
    expect(decodeAcceptedFinding(rewritten, name)).toHaveProperty('problem');
  });

  test('with parts that are missing or of another type is none, and no bytes whatever end the program', () => {
    const kept = JSON.parse(Buffer.from(encodeAcceptedFinding(finding(), SAID)).toString('utf8')) as object;
    for (const part of ['schema', 'id', 'finding', 'reason', 'by', 'at'])
      for (const value of [undefined, 7, null, {}, []]) {
        const bytes = Buffer.from(JSON.stringify({ ...kept, [part]: value }));
        expect(decodeAcceptedFinding(bytes, nameOf(finding()))).toHaveProperty('problem');
      }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeAcceptedFinding(bytes, nameOf(finding()))).toHaveProperty('problem');
      }),
    );
  });
});

describe('acceptances in the archive', () => {
  test('are written once: the first stands', async () => {
    const { archive } = memoryArchive();
    const shelf = { archive, place };
    expect(await keepAccepted(finding(), SAID, shelf)).toBe('created');
    expect(await keepAccepted(finding(), { ...SAID, by: 'bob' }, shelf)).toBe('exists');
    expect(await readAccepted(nameOf(finding()), shelf)).toEqual(SAID);
    expect(await listAccepted(ACCOUNT, shelf)).toEqual(new Map([[findingId(finding()), SAID]]));
    expect(await listAccepted('444455556666', shelf)).toEqual(new Map());
  });

  test('of an account that would lead elsewhere are not written', async () => {
    const { archive, objects } = memoryArchive();
    const keeping = keepAccepted(finding({ account: '../keys' }), SAID, { archive, place });
    await expect(keeping).rejects.toMatchObject({ code: 'job-refused' });
    expect(objects.size).toBe(0);
  });

  test('that are damaged or planted accept nothing, are told, and keep the others from nothing', async () => {
    const { archive, objects } = memoryArchive();
    const [good, other] = [finding(), finding({ key: 'other' })];
    for (const one of [good, other]) await keepAccepted(one, SAID, { archive, place });
    const damaged = acceptedKey('p/', nameOf(other));
    objects.set(damaged, encodeAcceptedFinding(good, SAID));
    objects.set(`p/orgtrail/accepted/${ACCOUNT}/readme.txt`, Buffer.from('x'));
    const problems: Problem[] = [];
    const onProblem = (problem: Problem): void => void problems.push(problem);
    const found = await listAccepted(ACCOUNT, { archive, place, onProblem });
    expect([...found.keys()]).toEqual([findingId(good)]);
    expect(problems).toMatchObject([{ code: 'archive-changed', detail: expect.stringContaining(damaged) as string }]);
    expect([...(await listAccepted(ACCOUNT, { archive, place })).keys()]).toEqual([findingId(good)]);
  });

  test('that may not be read are an error: their absence would say that nobody accepted anything', async () => {
    const { archive } = memoryArchive();
    await keepAccepted(finding(), SAID, { archive, place });
    const denied = new OperatingError({ code: 'blocked-access', message: 'no', hint: 'add s3:GetObject' });
    const closed = { ...archive, get: () => Promise.reject(denied) };
    await expect(listAccepted(ACCOUNT, { archive: closed, place })).rejects.toBe(denied);
  });

  test('are read once where the caller remembers them, and never more than two thousand', async () => {
    const { archive, objects, reads } = memoryArchive();
    for (let at = 0; at < 2010; at += 1) await keepAccepted(finding({ key: String(at) }), SAID, { archive, place });
    expect(objects.size).toBe(2010);
    const problems: Problem[] = [];
    const read = new Map<string, Accepted>();
    const ports = { archive, place, read, onProblem: (problem: Problem) => void problems.push(problem) };
    expect((await listAccepted(ACCOUNT, ports)).size).toBe(2000);
    expect((await listAccepted(ACCOUNT, ports)).size).toBe(2000);
    expect(reads).toHaveLength(2000);
    expect(problems.map(({ detail }) => detail.slice(0, 14))).toEqual(['more than 2000', 'more than 2000']);
  });
});
