/** What AWS objects to, in its own words and with a next step; and answers that are none. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { DocumentKind } from '../../src/core/plan/document.ts';
import type { OperatingError } from '../../src/errors.ts';
import type { Fault } from '../cloud/faults.ts';
import { MEMBER } from '../cloud/identity/estate.ts';
import { ARCHIVE, bucketPolicy, KEY, LOGGED, openDocuments, refOf } from './documents-here.ts';
import { clientsTo, failure, s3Error, startRaw, xml } from './raw-s3.ts';
import { createDocumentStore } from '../../src/adapters/aws-documents.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function refusal(kind: DocumentKind, value: Json, fault?: Fault): Promise<OperatingError> {
  await using here = await openDocuments();
  if (fault !== undefined) here.cloud.faults.add({ match: { operation: /^(?:Put|Set)/ }, fault });
  const before = await here.documents.own.read(refOf(kind));
  const error = await failure(here.documents.own.write(refOf(kind), value));
  expect(await here.documents.own.read(refOf(kind))).toEqual(before);
  return error;
}

function answer(status: number, code: string, message: string): Fault {
  return { kind: 'status', status, code, message };
}

describe('a document that AWS does not take', () => {
  test('is refused in its words, and the old one stays', async () => {
    const wrong = await refusal('bucket-policy', bucketPolicy({ Effect: 'Maybe' }));
    expect(wrong).toMatchObject({ code: 'document-refused', retryable: false });
    expect(wrong.message).toContain('MalformedPolicy, HTTP 400: Invalid effect: Maybe');
    const large = await refusal('bucket-policy', bucketPolicy({ Sid: 'x'.repeat(21_000) }));
    expect(large.message).toContain('PolicyTooLarge');
    expect(large.hint).toContain('policy.organizationIds');
  });

  test('is refused when it is public, with what to narrow', async () => {
    const error = await refusal('bucket-policy', bucketPolicy({ Principal: '*' }));
    expect(error).toMatchObject({ code: 'document-refused', retryable: false });
    expect(error.hint).toContain('aws:PrincipalOrgID');
  });

  test.each<readonly [DocumentKind, Fault, string, boolean]>([
    ['bucket-policy', answer(400, 'MalformedPolicy', 'Invalid principal in policy'), 'does not exist', false],
    [
      'bucket-policy',
      answer(400, 'MalformedPolicy', 'Policy has invalid resource. Sid: OrgtrailDelivery'),
      'The statement at fault: OrgtrailDelivery.',
      false,
    ],
    ['bucket-policy', answer(405, 'MethodNotAllowed', 'not allowed'), 'Only its owner may work', false],
    ['bucket-policy', answer(409, 'OperationAborted', 'A conflicting operation is in progress'), 'in a minute', true],
    ['versioning', answer(409, 'InvalidBucketState', 'Object Lock is there'), 'Object Lock needs versioning', false],
    ['ownership', answer(400, 'InvalidBucketAclWithObjectOwnership', 'ACLs'), 'Reset the ACL', false],
    ['lifecycle', answer(400, 'InvalidArgument', "'Days' must be greater"), 'Correct what AWS names', false],
    ['key-policy', answer(400, 'MalformedPolicyDocumentException', 'invalid principals'), 'kms:PutKeyPolicy', false],
    ['key-policy', answer(400, 'LimitExceededException', 'too large'), '32,768', false],
    ['key-policy', answer(400, 'KMSInvalidStateException', `${KEY} is pending deletion.`), 'Correct what AWS', false],
    ['topic-policy', answer(400, 'InvalidParameter', 'Policy Error: PrincipalNotFound'), 'Correct what AWS', false],
  ])('%s: %o', async (kind, fault, hint, retryable) => {
    const error = await refusal(kind, bucketPolicy({}), fault);
    expect(error).toMatchObject({ code: 'document-refused', retryable });
    expect(error.message).toContain('message' in fault ? (fault.message ?? '?') : '?');
    expect(error.hint).toContain(hint);
  });

  test('is refused when the access log would go to a bucket that does not fit', async () => {
    const error = await refusal('access-logging', { TargetBucket: 'not-there', TargetPrefix: '' });
    expect(error).toMatchObject({ code: 'document-refused' });
    expect(error.hint).toContain('same account and region');
  });

  test.each<readonly [DocumentKind, Fault, string]>([
    ['bucket-policy', answer(503, 'SlowDown', 'slow down'), 'blocked-throttled'],
    ['key-policy', answer(400, 'ThrottlingException', 'slow down'), 'blocked-throttled'],
    ['key-policy', answer(500, 'KMSInternalException', 'our fault'), 'blocked-unreachable'],
    ['topic-policy', answer(500, 'InternalError', 'our fault'), 'blocked-unreachable'],
    ['lifecycle', { kind: 'html-200' }, 'transport-garbled'],
    ['bucket-policy', { kind: 'reset', done: false }, 'blocked-unreachable'],
  ])('is no matter of the document: %s, %o', async (kind, fault, code) => {
    const value = kind === 'lifecycle' ? RULES : bucketPolicy({});
    expect(await refusal(kind, value, fault)).toMatchObject({ code, retryable: true });
  });
});

const RULES = { Rules: [{ ID: 'a', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 9 } }] };

describe('an answer that is none', () => {
  const KINDS = ['versioning', 'lifecycle', 'bucket-policy', 'access-logging', 'key-policy', 'topic-policy'] as const;
  const FAULTS: readonly (readonly [Fault, string])[] = [
    [{ kind: 'empty-200' }, 'transport-garbled'],
    [{ kind: 'html-200' }, 'transport-garbled'],
    [{ kind: 'cut', at: 20 }, 'blocked-unreachable or transport-garbled'],
    [answer(503, 'SlowDown', 'slow down'), 'blocked-throttled'],
    [{ kind: 'stall', at: null }, 'blocked-unreachable'],
  ];
  test.each(KINDS.flatMap((kind) => FAULTS.map((fault) => [kind, ...fault] as const)))(
    '%s is neither absent nor unreadable after %o',
    async (kind, fault, code) => {
      await using here = await openDocuments();
      await here.documents.own.write(refOf('bucket-policy'), bucketPolicy({}));
      await here.documents.own.write(refOf('lifecycle'), RULES);
      await here.documents.own.write(refOf('access-logging'), { TargetBucket: LOGGED, TargetPrefix: '' });
      here.cloud.faults.add({ match: { operation: /^Get/ }, fault });
      const error = await failure(here.documents.own.read(refOf(kind)));
      expect(error.retryable).toBe(true);
      expect(code.split(' or ')).toContain(error.code);
    },
  );

  test("is a trouble of KMS's own no state of the key's policy", async () => {
    await using here = await openDocuments();
    here.cloud.faults.add({ match: { operation: 'GetKeyPolicy' }, fault: answer(500, 'KMSInternalException', 'ours') });
    const error = await failure(here.documents.own.read(refOf('key-policy')));
    expect(error).toMatchObject({ code: 'blocked-unreachable', retryable: true });
  });

  test('of a proxy, once, is asked for again', async () => {
    await using here = await openDocuments();
    here.cloud.faults.add({ match: { operation: /^Get/ }, fault: { kind: 'html-200' }, times: 2 });
    expect(await here.documents.own.read(refOf('versioning'))).toEqual({ state: 'absent' });
  });
});

describe('what would be lost by writing it back', () => {
  test('makes a setting unreadable: an element that this version does not know', async () => {
    const rule = '<Rule><ID>x</ID><Status>Enabled</Status><Filter><Prefix/></Filter><Gone><Days>3</Days></Gone></Rule>';
    await using raw = await startRaw((_, response) =>
      xml(response, 200, `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`),
    );
    const state = await createDocumentStore(clientsTo(raw.url)).read(refOf('lifecycle'));
    expect(state).toMatchObject({ state: 'unreadable', problem: { code: 'document-refused' } });
    expect(JSON.stringify(state)).toContain('<Gone>');
  });

  test('is not read at all from an answer that ends early without saying so', async () => {
    const rule = '<Rule><ID>x</ID><Status>Enabled</Status><Filter><Prefix/></Filter></Rule>';
    await using raw = await startRaw((_, response) => xml(response, 200, `<LifecycleConfiguration>${rule}`));
    const error = await failure(createDocumentStore(clientsTo(raw.url)).read(refOf('lifecycle')));
    expect(error).toMatchObject({ code: 'transport-garbled', retryable: true });
  });

  test('makes a policy unreadable: a name that stands twice', async () => {
    await using here = await openDocuments();
    const bucket = here.cloud.state.buckets.get(ARCHIVE);
    if (bucket === undefined) throw new Error('no bucket');
    const text = JSON.stringify(bucketPolicy({}));
    bucket.policy = text.replace('"Effect":', '"Effect":"Deny","Effect":');
    const state = await here.documents.own.read(refOf('bucket-policy'));
    expect(state).toMatchObject({ state: 'unreadable', problem: { code: 'policy-unreadable' } });
    expect(JSON.stringify(state)).toContain('stands twice');
  });

  test.each([405, 501])('a store that answers %i has no such setting', async (status) => {
    await using raw = await startRaw((_, response) => s3Error(response, status, 'NotImplemented'));
    const store = createDocumentStore(clientsTo(raw.url));
    expect(await store.read(refOf('ownership'))).toMatchObject({ state: 'unreadable' });
  });

  test('a bucket that is not there is unreadable, and never "not set"', async () => {
    await using here = await openDocuments();
    for (const kind of ['bucket-policy', 'versioning', 'lifecycle'] as const) {
      const state = await here.documents.own.read(refOf(kind, { target: 'nowhere-at-all' }));
      expect(state).toMatchObject({ state: 'unreadable', problem: { code: 'blocked-access' } });
    }
    const foreign = await here.documents.own.read(refOf('bucket-policy', { account: MEMBER }));
    expect(JSON.stringify(foreign)).toContain(`belongs to account ${MEMBER}`);
  });
});
