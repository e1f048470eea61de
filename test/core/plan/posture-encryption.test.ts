/** Default encryption: whose key, which layers, and what readers need afterwards. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { ABSENT, codes, KEY, onlyPlan, present, unknown } from './posture-states.ts';

describe('encryption', () => {
  const by = (fields: Json, more: Record<string, Json> = {}) => ({
    Rules: [{ ApplyServerSideEncryptionByDefault: fields, ...more }],
  });

  test('without a key of ours takes any default, and sets one where there is none', () => {
    const wish = { encryption: { kmsKey: null, bucketKey: true } };
    expect(onlyPlan('encryption', ABSENT, wish).change).toMatchObject({
      after: by({ SSEAlgorithm: 'AES256' }),
      reasons: ['No default encryption is set.'],
      breaks: [],
    });
    for (const algorithm of ['AES256', 'aws:kms', 'aws:kms:dsse'])
      expect(onlyPlan('encryption', present(by({ SSEAlgorithm: algorithm })), wish).change).toBeNull();
  });

  test('with a key of ours names it, says what readers need, and keeps what else stands there', () => {
    const blocked = { EncryptionType: ['SSE-C'] };
    const state = present(by({ SSEAlgorithm: 'AES256' }, { BlockedEncryptionTypes: blocked }));
    const plan = onlyPlan('encryption', state);
    expect(plan.change?.after).toEqual(
      by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY }, { BlockedEncryptionTypes: blocked, BucketKeyEnabled: true }),
    );
    expect(plan.change?.reasons).toEqual([
      `New objects are encrypted with S3's own keys, not with ${KEY}.`,
      'The bucket key is switched off.',
    ]);
    expect(plan.change?.breaks).toEqual([expect.stringContaining(`kms:Decrypt on ${KEY}`)]);
    expect(plan.warnings).toEqual([]);
  });

  test.each([KEY, '1234', 'arn:aws:kms:us-east-1:111111111111:key/1234'])('knows its key by %s', (id) => {
    const rule = by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: id }, { BucketKeyEnabled: true });
    expect(onlyPlan('encryption', present(rule)).change).toBeNull();
  });

  test('with another key warns that the former one has to stay', () => {
    const rule = by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '5678' }, { BucketKeyEnabled: true });
    const plan = onlyPlan('encryption', present(rule));
    expect(codes(plan, 'warnings')).toEqual(['posture-former-key']);
    expect(plan.warnings[0]?.detail).toBe('objects written before stay encrypted with key 5678');
    expect(plan.warnings[0]?.hint).toContain('Keep that key and the rights on it');
  });

  test.each([
    ["S3's own keys", { SSEAlgorithm: 'AES256' }],
    ["AWS's own key for S3", { SSEAlgorithm: 'aws:kms' }],
    ['no key of the configuration', {}],
  ])('calls what is there %s', (name, fields) => {
    const { change, warnings } = onlyPlan('encryption', present(by(fields, { BucketKeyEnabled: true })));
    expect(change?.reasons).toEqual([`New objects are encrypted with ${name}, not with ${KEY}.`]);
    expect(warnings).toEqual([]);
  });

  test('by an alias, which S3 may give back whole or bare', () => {
    const alias = 'arn:aws:kms:us-east-1:111111111111:alias/archive';
    const wish = { encryption: { kmsKey: alias, bucketKey: true } };
    for (const id of [alias, 'alias/archive']) {
      const rule = by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: id }, { BucketKeyEnabled: true });
      expect(onlyPlan('encryption', present(rule), wish).change).toBeNull();
    }
  });

  test('is another one where only the algorithm differs', () => {
    const rule = by({ SSEAlgorithm: 'AES256', KMSMasterKeyID: KEY }, { BucketKeyEnabled: true });
    expect(onlyPlan('encryption', present(rule)).change?.reasons).toHaveLength(1);
  });

  test.each<readonly [string, Json]>([
    ['no list', { Rules: 'AES256' }],
    ['two rules', { Rules: [{}, {}] }],
    ['a default that is none', { Rules: [{ ApplyServerSideEncryptionByDefault: 'AES256' }] }],
    ['a default of null', { Rules: [{ ApplyServerSideEncryptionByDefault: null }] }],
  ])('is not understood of %s', (_name, value) => {
    for (const kmsKey of [KEY, null]) {
      const plan = onlyPlan('encryption', present(value), { encryption: { kmsKey, bucketKey: true } });
      expect(plan).toMatchObject(unknown('encryption'));
    }
  });

  test('a bare id of a key in another account is another key', () => {
    const foreign = 'arn:aws:kms:us-east-1:999999999999:key/1234';
    const rule = by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '1234' }, { BucketKeyEnabled: true });
    const plan = onlyPlan('encryption', present(rule), { encryption: { kmsKey: foreign, bucketKey: true } });
    expect(plan.change?.after).toMatchObject(by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: foreign }));
  });

  test('keeps two layers, which know no bucket key', () => {
    const other = onlyPlan('encryption', present(by({ SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: '5678' })));
    expect(other.change?.after).toEqual(by({ SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: KEY }));
    expect(
      onlyPlan('encryption', present(by({ SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: KEY }))).change,
    ).toBeNull();
  });

  test('switches the bucket key alone, without a word of breaking', () => {
    const rule = by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '1234' });
    expect(onlyPlan('encryption', present(rule)).change).toMatchObject({
      after: by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '1234' }, { BucketKeyEnabled: true }),
      reasons: ['The bucket key is switched off.'],
      breaks: [],
    });
    const off = present(by({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '1234' }, { BucketKeyEnabled: true }));
    const { change } = onlyPlan('encryption', off, { encryption: { kmsKey: KEY, bucketKey: false } });
    expect(change?.reasons).toEqual(['The bucket key is switched on.']);
  });
});
