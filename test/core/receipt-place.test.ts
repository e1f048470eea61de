/** The places a receipt may name: its own file's, as its verdict says, and no other. */
import { describe, expect, test } from 'vitest';
import { receiptFor } from './handmade-receipt.ts';
import { placeFault } from '../../src/core/receipt-place.ts';
import { RAW_KEY } from './handmade-digest.ts';

const LOG_KEY =
  'logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/01/111122223333_CloudTrail_eu-west-1_20260501T0110Z_AbCdEfGhIjKlMnOp.json.gz';
const OTHER_KEY = LOG_KEY.replace('AbCd', 'XxXx');
const proven = (key: string): string => `archive/${key.slice('logs/'.length)}`;
const apart = (key: string, verdict: string): string =>
  `archive/orgtrail/quarantine/${verdict}/member-logs/${key}/bytes-0123456789abcdef`;
const faultOf = (log: object, digest: object = {}, chain: object = {}): string | null =>
  placeFault(
    receiptFor({
      chain,
      digest: { key: RAW_KEY, verdict: 'valid', place: proven(RAW_KEY), ...digest },
      logs: [
        { key: LOG_KEY, verdict: 'valid', place: proven(LOG_KEY) },
        { key: OTHER_KEY, verdict: 'valid', place: proven(OTHER_KEY), ...log },
      ],
    }),
    'archive/',
  );
const LOG_FAULT = `the place of ${OTHER_KEY} is none that orgtrail writes to`;
const DIGEST_FAULT = 'the place of its digest is none that orgtrail writes to';

describe('proven bytes', () => {
  test('lie at their own key', () => expect(faultOf({})).toBeNull());
  test.each<[string, string | null]>([
    ['another file’s', proven(LOG_KEY)],
    ['none', null],
    ['the source’s key', OTHER_KEY],
    ['one in quarantine', apart(OTHER_KEY, 'valid')],
    ['longer', `${proven(OTHER_KEY)}x`],
  ])('in a place that is %s are not believed', (_what, place) => {
    expect(faultOf({ place })).toBe(LOG_FAULT);
  });
});

describe('failed bytes', () => {
  const failed = (place: string | null): string | null => faultOf({ verdict: 'log-malformed', place });
  test('lie in quarantine under their verdict, or nowhere', () => {
    expect(failed(null)).toBeNull();
    expect(failed(apart(OTHER_KEY, 'log-malformed'))).toBeNull();
  });
  test.each([
    ['the proven one', proven(OTHER_KEY)],
    ['another verdict’s', apart(OTHER_KEY, 'log-foreign')],
    ['another file’s', apart(LOG_KEY, 'log-malformed')],
    ['a note', apart(OTHER_KEY, 'log-malformed').replace('bytes-', 'note-')],
    ['too short', apart(OTHER_KEY, 'log-malformed').slice(0, -1)],
    ['too long', `${apart(OTHER_KEY, 'log-malformed')}0`],
    ['no hash', apart(OTHER_KEY, 'log-malformed').replace('0123', 'wxyz')],
    ['in another place', `x${apart(OTHER_KEY, 'log-malformed')}`],
  ])('in a place that is %s are not believed', (_what, place) => {
    expect(failed(place)).toBe(LOG_FAULT);
  });
  test('of a file with no key of CloudTrail’s are nowhere', () => {
    expect(faultOf({ key: 'x', verdict: 'log-foreign', place: null })).toBeNull();
    const place = apart('x', 'log-foreign');
    expect(faultOf({ key: 'x', verdict: 'log-foreign', place })).toBe('the place of x is none that orgtrail writes to');
  });
});

test('the digest is held to the same, and named first', () => {
  expect(faultOf({ place: null }, { place: null })).toBe(DIGEST_FAULT);
  expect(faultOf({}, { verdict: 'digest-malformed', place: apart(RAW_KEY, 'digest-malformed') })).toBeNull();
});

test('a trail that is no text is told before anything else', () => {
  expect(faultOf({}, { place: null }, { trailArn: 7 })).toBe('the trail in it is no text');
});
