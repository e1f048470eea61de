import { afterEach, describe, expect, test, vi } from 'vitest';
import { MEMBER, PAYER, SECOND } from '../cloud/identity/estate.ts';
import { EXTERNAL_ID, MANAGER, openCloud } from './aws-cloud.ts';
import { failure } from './raw-s3.ts';

const REQUEST = { name: 'example', managementRole: null, externalId: null, withUnits: false, withTags: false };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the accounts of an organization', () => {
  test('are all listed, without units and tags unless asked', async () => {
    await using estate = await openCloud();
    const accounts = await estate.organizations.list(REQUEST);
    expect(accounts.map(({ id, state, units, tags }) => [id, state, units.length, tags.size])).toEqual([
      [PAYER, 'ACTIVE', 0, 0],
      [MEMBER, 'ACTIVE', 0, 0],
      [SECOND, 'SUSPENDED', 0, 0],
    ]);
    expect(estate.cloud.control.calls.map((call) => call.operation)).toEqual(['ListAccounts']);
  });

  test('come with units and tags, each parent asked for once', async () => {
    await using estate = await openCloud();
    const accounts = await estate.organizations.list({ ...REQUEST, withUnits: true, withTags: true });
    expect(accounts.map((account) => account.units)).toEqual([
      ['r-root'],
      ['ou-team', 'ou-all', 'r-root'],
      ['ou-team', 'ou-all', 'r-root'],
    ]);
    expect(accounts[1]?.tags).toEqual(new Map([['team', 'a&b']]));
    const operations = estate.cloud.control.calls.map((call) => call.operation);
    expect(operations.filter((operation) => operation === 'ListParents')).toHaveLength(5);
  });

  test('are listed through the management role when one is given', async () => {
    await using estate = await openCloud();
    expect(
      await estate.organizations.list({ ...REQUEST, managementRole: MANAGER, externalId: EXTERNAL_ID }),
    ).toHaveLength(3);
    expect(estate.cloud.control.calls.map((call) => call.operation)).toEqual([
      'AssumeRole',
      'GetCallerIdentity',
      'ListAccounts',
    ]);
    expect(
      await failure(estate.organizations.list({ ...REQUEST, managementRole: MANAGER, externalId: 'wrong' })),
    ).toMatchObject({ code: 'blocked-access' });
  });

  test.each(['State', 'Status'] as const)('have a state without %s too', async (field) => {
    await using estate = await openCloud();
    estate.cloud.control.organization.listing.omit = field;
    expect((await estate.organizations.list(REQUEST)).map((account) => account.state)).toEqual([
      'ACTIVE',
      'ACTIVE',
      'SUSPENDED',
    ]);
  });

  test('come over pages, empty ones among them', async () => {
    await using estate = await openCloud();
    const { listing } = estate.cloud.control.organization;
    listing.pageSize = 1;
    listing.emptyPages.add(1);
    expect((await estate.organizations.list(REQUEST)).map((account) => account.id)).toEqual([PAYER, MEMBER, SECOND]);
  });

  test('are never half a list', async () => {
    await using estate = await openCloud();
    const { listing } = estate.cloud.control.organization;
    listing.pageSize = 1;
    listing.repeatTokenAt = 1;
    expect(await failure(estate.organizations.list(REQUEST))).toMatchObject({
      code: 'transport-garbled',
      retryable: true,
    });
    listing.repeatTokenAt = null;
    listing.failAt = { page: 2, code: 'AccessDeniedException' };
    const error = await failure(estate.organizations.list(REQUEST));
    expect(error.code).toBe('blocked-access');
    expect(error.hint).toContain('Add organizations:ListAccounts on *');
    listing.failAt = null;
    estate.cloud.control.fail({ operation: 'ListAccounts', outcome: { type: 'empty' } });
    expect(await failure(estate.organizations.list(REQUEST))).toMatchObject({ code: 'transport-garbled' });
  });

  test('are not listed when units or tags cannot be had', async () => {
    await using estate = await openCloud();
    for (const operation of ['ListParents', 'ListTagsForResource']) {
      const lift = estate.cloud.control.fail({ operation, outcome: { type: 'error', code: 'AccessDeniedException' } });
      const error = await failure(estate.organizations.list({ ...REQUEST, withUnits: true, withTags: true }));
      expect(error.hint).toContain(`organizations:${operation}`);
      lift();
    }
  });

  test('wait out a throttle', async () => {
    await using estate = await openCloud();
    estate.cloud.control.fail({
      operation: 'ListAccounts',
      times: 1,
      outcome: { type: 'error', code: 'TooManyRequestsException', status: 400 },
    });
    expect(await estate.organizations.list(REQUEST)).toHaveLength(3);
    expect(estate.calls.find((call) => call.operation === 'ListAccounts')).toMatchObject({
      service: 'organizations',
      attempts: 2,
      throttled: 1,
    });
  });
});
