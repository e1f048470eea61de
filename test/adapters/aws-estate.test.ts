/** What CloudTrail and Account Management say of scope: selectors, the event history, the regions that are on. */
import { describe, expect, test } from 'vitest';
import { createTurns } from '../../src/adapters/aws-history.ts';
import { recordsLess, selectorsOf } from '../../src/core/selectors.ts';
import { MEMBER, READER } from '../cloud/identity/estate.ts';
import type { CloudEvent } from '../cloud/identity/events.ts';
import { EXTERNAL_ID, openCloud, type Estate } from './aws-cloud.ts';
import { failure } from './raw-s3.ts';

const ACCOUNT = { id: MEMBER, role: READER, externalId: EXTERNAL_ID };
const TRAIL = `arn:aws:cloudtrail:us-east-1:${MEMBER}:trail/mgmt`;
const HOUR = 3_600_000;

function refuse(estate: Estate, operation: string): void {
  const outcome = { type: 'error', code: 'AccessDeniedException', status: 403 } as const;
  estate.cloud.control.fail({ operation, outcome });
}

describe('event selectors', () => {
  test('come in both forms of AWS, which mean the same', async () => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    const basic = await session.eventSelectors(TRAIL, 'us-east-1');
    const management = [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }];
    estate.cloud.control.changeTrail(TRAIL, { selectors: { AdvancedEventSelectors: management } });
    const advanced = await session.eventSelectors(TRAIL, 'us-east-1');
    expect(basic).toEqual(selectorsOf({ basic: [{}], advanced: [] }));
    expect([recordsLess(advanced, basic), recordsLess(basic, advanced)]).toEqual([null, null]);
    expect(estate.calls.at(-1)).toMatchObject({ service: 'cloudtrail', operation: 'GetEventSelectors' });
  });

  test('of an answer with neither form are no selectors at all', async () => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    estate.cloud.control.changeTrail(TRAIL, { selectors: {} });
    expect(await failure(session.eventSelectors(TRAIL, 'us-east-1'))).toMatchObject({ code: 'transport-garbled' });
    estate.cloud.control.changeTrail(TRAIL, { selectors: { EventSelectors: [] } });
    expect(await session.eventSelectors(TRAIL, 'us-east-1')).toEqual([]);
  });

  test('that may not be read name the action', async () => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    refuse(estate, 'GetEventSelectors');
    expect(await failure(session.eventSelectors(TRAIL, 'us-east-1'))).toMatchObject({
      code: 'blocked-access',
      hint: expect.stringContaining(`cloudtrail:GetEventSelectors on ${TRAIL}`) as string,
    });
  });
});

describe('the event history', () => {
  const START = Date.now() - 30 * HOUR;
  const events = (count: number, change: Partial<CloudEvent> = {}): readonly CloudEvent[] =>
    Array.from({ length: count }, (_, index) => ({
      account: MEMBER,
      region: 'us-east-1',
      id: `event-${index}`,
      name: 'StopLogging',
      source: 'cloudtrail.amazonaws.com',
      at: START + index * 60_000,
      readOnly: false,
      username: null,
      accessKeyId: null,
      resources: [],
      record: JSON.stringify({ eventID: `event-${index}` }),
      ...change,
    }));
  const query = { name: 'StopLogging', from: START - HOUR, to: START + 30 * HOUR };

  test('gives the records of one name, region and time, over pages, newest first', async () => {
    await using estate = await openCloud();
    const { control } = estate.cloud;
    control.events.push(...events(51), ...events(3, { name: 'StartLogging' }), ...events(3, { region: 'eu-west-1' }));
    const session = await estate.sessions.open(ACCOUNT);
    const found = await session.lookupEvents('us-east-1', query);
    expect(found.map((text) => (JSON.parse(text) as { eventID: string }).eventID)).toEqual(
      events(51)
        .map(({ id }) => id)
        .toReversed(),
    );
    expect(await session.lookupEvents('us-east-1', { ...query, to: START + 60_000 })).toHaveLength(2);
    expect(await session.lookupEvents('ap-south-1', query)).toEqual([]);
  });

  test('waits for its turn: two requests a second for an account and region, whoever asks', async () => {
    const waits: number[] = [];
    const turn = createTurns((ms) => Promise.resolve(waits.push(ms)));
    for (const name of ['a us', 'a us', 'a us', 'b us', 'a eu']) await turn(name);
    expect(waits).toHaveLength(2);
    const [first = 0, second = 0] = waits;
    expect([first > 0 && first <= 500, second > first && second <= 1000]).toEqual([true, true]);
  });

  test.each([
    ['that may not be looked into names the action', 'AccessDeniedException', 'blocked-access'],
    ['that is asked too often is throttled', 'ThrottlingException', 'blocked-throttled'],
  ])('%s', async (_what, code, expected) => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    estate.cloud.control.fail({ operation: 'LookupEvents', outcome: { type: 'error', code, status: 400 } });
    const error = await failure(session.lookupEvents('us-east-1', query));
    expect(error).toMatchObject({ code: expected });
    if (expected === 'blocked-access')
      expect(error.hint).toContain(`cloudtrail:LookupEvents on * to the role ${READER}`);
  });

  test('with an event that lacks its record is no answer', async () => {
    await using estate = await openCloud();
    estate.cloud.control.events.push(...events(1, { record: '' }));
    const session = await estate.sessions.open(ACCOUNT);
    expect(await failure(session.lookupEvents('us-east-1', query))).toMatchObject({ code: 'transport-garbled' });
  });
});

describe('the regions of an account', () => {
  test('are those that are on, over pages, by default or opted into; one on its way is not yet', async () => {
    await using estate = await openCloud();
    const { control } = estate.cloud;
    for (let index = 1; index <= 25; index += 1)
      control.regions.add(`zz-region-${index % 10}`).add(`zy-region-${index % 9}`);
    const states = {
      'ap-east-1': 'ENABLED',
      'me-south-1': 'ENABLING',
      'af-south-1': 'DISABLED',
      'eu-south-1': 'DISABLING',
    } as const;
    control.optIn.set(MEMBER, new Map(Object.entries(states)));
    const session = await estate.sessions.open(ACCOUNT);
    const regions = await session.enabledRegions();
    expect(regions.filter(({ region }) => !region.startsWith('z'))).toEqual([
      { region: 'ap-east-1', byDefault: false },
      { region: 'us-east-1', byDefault: true },
    ]);
    expect(regions).toHaveLength(21);
    const asked = estate.cloud.requests.entries.filter(({ operation }) => operation === 'ListRegions');
    expect(asked).toHaveLength(3);
    expect(asked.every(({ mutating, principal }) => !mutating && principal?.account === MEMBER)).toBe(true);
    expect(estate.calls.at(-1)).toMatchObject({ service: 'account', operation: 'ListRegions', account: MEMBER });
  });

  test('that may not be asked name the action', async () => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    refuse(estate, 'ListRegions');
    expect(await failure(session.enabledRegions())).toMatchObject({
      code: 'blocked-access',
      hint: expect.stringContaining(`account:ListRegions on * to the role ${READER}`) as string,
    });
  });

  test('are never none: an empty list is no list', async () => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    estate.cloud.control.fail({ operation: 'ListRegions', outcome: { type: 'empty' } });
    expect(await failure(session.enabledRegions())).toMatchObject({ code: 'transport-garbled' });
  });

  test('a role of before has no right to are refused by the cloud itself', async () => {
    await using estate = await openCloud();
    const role = estate.cloud.identities.roles.get(READER);
    if (role === undefined) throw new Error('the role is there');
    const policies = role.policies.map((text) => text.replaceAll('account:', 'nothing:'));
    estate.cloud.identities.roles.set(READER, { ...role, policies });
    const session = await estate.sessions.open(ACCOUNT);
    expect(await failure(session.enabledRegions())).toMatchObject({ code: 'blocked-access' });
  });
});
