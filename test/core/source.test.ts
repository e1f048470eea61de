/** A survey taken apart, so that what one source refuses does not hide the others. */
import { expect, test } from 'vitest';
import { bySource, type Source, type Survey } from '../../src/core/source.ts';

const sourceOf = (trail: string): Source => ({ trail }) as unknown as Source;
const surveyOf = (...trails: readonly string[]): Survey =>
  ({ account: { id: '1' }, sources: trails.map(sourceOf), problems: [{ code: 'p' }] }) as unknown as Survey;

test('each source has a survey of its own, with everything else that was found', () => {
  const parts = bySource(surveyOf('a', 'b', 'c'));
  expect(parts.map(({ sources }) => sources)).toEqual([[sourceOf('a')], [sourceOf('b')], [sourceOf('c')]]);
  for (const { account, problems } of parts) expect([account, problems]).toEqual([{ id: '1' }, [{ code: 'p' }]]);
});

test('two sources are two surveys', () => expect(bySource(surveyOf('a', 'b'))).toHaveLength(2));

test('with one source or none it is looked at as it is: its problems must not be lost', () => {
  for (const survey of [surveyOf(), surveyOf('a')]) expect(bySource(survey)).toEqual([survey]);
});
