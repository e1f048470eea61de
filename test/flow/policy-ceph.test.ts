/** The planned policies on a real store that enforces them: who reads what, who deletes nothing, and our own run under them. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { DocumentPlan, DocumentRef } from '../../src/core/plan/document.ts';
import { planBucketPolicy, planMemberPolicy } from '../../src/core/plan/plan-policy.ts';
import { readerPolicy } from '../../src/core/plan/reader-role.ts';
import type { WantedPolicy } from '../../src/core/plan/wanted.ts';
import type { Documents } from '../../src/ports.ts';
import type { Keys } from '../stack/ceph.ts';
import { CEPH, OPENSSL, reasonToSkip } from '../stack/need.ts';
import { accessLog } from './access-log.ts';
import { openCephEstate, type CephEstate } from './ceph-estate.ts';
import { assume, documentsOf, keysOf, outcome } from './ceph-rights.ts';
import { openArchive, PREFIX, type Archive } from './fleet.ts';
import { orgtrail } from './organization.ts';

const missing = reasonToSkip('policies on Ceph', [...CEPH, OPENSSL]);
const BUCKET = 'archive-under-policy';

describe.skipIf(missing !== null)('policies that Ceph enforces', () => {
  let estate: CephEstate, archive: Archive, documents: Documents;
  /** Shares one account's logs with a user of it, another's with the whole account, and all with a third. */
  let one = '',
    two = '',
    all = '',
    payer = '';
  const clients: S3Client[] = [];

  beforeAll(async () => {
    const world = { seed: 'policy-ceph', hours: 3, members: 3, logsPerHour: 1, records: [] };
    estate = await openCephEstate({ ...world, tls: true });
    const { tls } = estate.ceph;
    if (tls === null) throw new Error('no HTTPS');
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(tls.certificate, 'utf8')]);
    payer = estate.world.management;
    [one = '', two = '', all = ''] = estate.world.accounts.map(({ id }) => id).filter((id) => id !== payer);
    archive = await openArchive(estate, BUCKET, { policy: configured() });
    documents = documentsOf(tls.endpoint, estate.ceph.payer);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const client of clients) client.destroy();
    archive?.client.destroy();
    await estate?.close();
  });

  const wanted = (): WantedPolicy => ({
    partition: 'aws',
    bucket: BUCKET,
    prefix: PREFIX,
    owner: payer,
    kmsKey: null,
    writer: estate.ceph.payer.arn,
    breakGlass: [`arn:aws:iam::${payer}:user/glass`],
    administrators: [],
    tlsOnly: true,
    // Ceph does not know s3:if-none-match: every write would look unconditional to the policy.
    conditionalWrites: false,
    delivery: [{ arn: `arn:aws:cloudtrail:us-east-1:${two}:trail/direct`, prefix: 'direct/', organization: null }],
    readers: [
      { principals: [`arn:aws:iam::${one}:user/admin`], accounts: [one] },
      { principals: [two], accounts: [two] },
      { principals: [`arn:aws:iam::${all}:user/admin`], accounts: null },
    ],
    organizations: [],
    cloudtrail: 'cloudtrail.amazonaws.com',
  });
  /** The same as the configuration says it. */
  const configured = () => {
    const { writer, breakGlass, conditionalWrites, delivery, readers } = wanted();
    return { writer, breakGlass, conditionalWrites, delivery: { trails: delivery }, readers };
  };
  const foreign = (): Json => ({
    Sid: 'TheirOwn',
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:iam::${two}:user/admin`] },
    Action: ['s3:GetObject'],
    Resource: `arn:aws:s3:::${BUCKET}/theirs/*`,
  });
  const policy = (): DocumentRef => ({ kind: 'bucket-policy', account: payer, target: BUCKET });
  /** A client over HTTPS, or over plain HTTP. */
  const as = (keys: Keys & { readonly sessionToken?: string }, over?: 'http'): S3Client => {
    const client = estate.ceph.client(keys, over);
    clients.push(client);
    return client;
  };
  const admin = (account: string): S3Client => as(keysOf(estate, account));
  const logOf = async (account: string): Promise<string> => {
    const [found] = await archive.list(`AWSLogs/${account}/CloudTrail/`);
    return found?.key ?? '';
  };
  const apply = async (): Promise<DocumentPlan> => {
    const plan = planBucketPolicy(wanted(), await documents.own.read(policy()));
    if (plan.change !== null) await documents.own.write(policy(), plan.change.after);
    return plan;
  };

  it('takes the planned policy; a foreign statement stays, and a second apply writes nothing', async () => {
    await archive.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'theirs/note', Body: 'x' }));
    await documents.own.write(policy(), { Version: '2012-10-17', Statement: [foreign()] });
    expect((await apply()).change?.reasons.length).toBeGreaterThan(0);
    const stored = await documents.own.read(policy());
    if (stored.state !== 'present') throw new Error(stored.state);
    const { Statement: statements } = stored.value as { readonly Statement: readonly { readonly Sid: string }[] };
    expect(statements[0]).toEqual(foreign());
    expect(statements.slice(1).every(({ Sid }) => Sid.startsWith('Orgtrail'))).toBe(true);
    await outcome(get(admin(two), 'theirs/note')).then((found) => expect(found).toBe('allowed'));
    const writes = (): number => policyWrites(estate);
    const before = writes();
    expect(before).toBe(2);
    expect(await apply()).toMatchObject({ change: null, refusals: [] });
    expect(writes()).toBe(before);
    expect(await documents.own.read(policy())).toEqual(stored);
  });

  it('is what the commands plan and apply, and record; a second "apply" writes nothing', async () => {
    const run = (...words: readonly string[]) =>
      orgtrail({ configFile: archive.configFile, env: estate.env }, ...words);
    const whole = await documents.own.read(policy());
    await documents.own.write(policy(), { Version: '2012-10-17', Statement: [foreign()] });
    expect((await run('plan', '--no-preflight')).code).toBe(6);
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await documents.own.read(policy())).toEqual(whole);
    const records = (await archive.list('orgtrail/changes/')).map(({ key }) => key);
    expect(records.map((key) => key.split('.').at(-2))).toEqual(['begun', 'done']);
    const before = policyWrites(estate);
    expect((await run('plan', '--no-preflight')).code).toBe(0);
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(policyWrites(estate)).toBe(before);
    expect(await archive.list('orgtrail/changes/')).toHaveLength(2);
  });

  it('lets our own run work: everything is archived, proven again and told', async () => {
    const run = (...words: readonly string[]) =>
      orgtrail({ configFile: archive.configFile, env: estate.env }, ...words);
    const collected = await run('collect', '--json');
    expect({ code: collected.code, errors: collected.stderr }).toMatchObject({ code: 0 });
    const keys = (await as(estate.ceph.payer).send(list(`${PREFIX}AWSLogs/`))).Contents?.map(({ Key }) => Key ?? '');
    expect(keys?.toSorted()).toEqual([...estate.truth.proven.keys()].map((key) => `${PREFIX}${key}`).toSorted());
    expect((await run('verify', '--archive', '--json')).code).toBe(0);
    expect((await run('status', '--json')).code).toBe(0);
  });

  it("lets one user of an account read its account's logs, and nothing elsewhere", async () => {
    await expectReach(admin(one), { account: one, others: [two, all, payer] });
  });

  it("lets a whole account read its own logs and no others, and none of orgtrail's records", async () => {
    await expectReach(admin(two), { account: two, others: [one, all, payer] });
  });

  it('lets the security account read everything in the archive, and write nothing', async () => {
    const security = admin(all);
    for (const account of [one, two, payer]) expect(await outcome(get(security, await logOf(account)))).toBe('allowed');
    expect(await outcome(security.send(listFrom(payer, PREFIX)))).toBe('allowed');
    expect(await outcome(get(security, 'theirs/note'))).toBe('denied');
    const command = new PutObjectCommand({ Bucket: `${payer}:${BUCKET}`, Key: `${PREFIX}AWSLogs/x`, Body: 'x' });
    expect(await outcome(security.send(command))).toBe('denied');
  });

  it("does not let the owner's own user delete, not even a version", async () => {
    const own = as(estate.ceph.payer);
    const Key = await logOf(one);
    expect(await outcome(own.send(new DeleteObjectCommand({ Bucket: BUCKET, Key })))).toBe('denied');
    expect(await outcome(own.send(new DeleteObjectCommand({ Bucket: BUCKET, Key, VersionId: 'null' })))).toBe('denied');
    expect(await outcome(own.send(new GetObjectCommand({ Bucket: BUCKET, Key })))).toBe('allowed');
    // What lies beside the archive is somebody else's.
    const beside = new DeleteObjectCommand({ Bucket: BUCKET, Key: 'theirs/none' });
    expect(await outcome(own.send(beside))).toBe('allowed');
  });

  it('refuses everybody over plain HTTP, the owner and what the foreign statement allows too', async () => {
    const Key = await logOf(two);
    const own = as(estate.ceph.payer, 'http');
    expect(await outcome(own.send(new GetObjectCommand({ Bucket: BUCKET, Key })))).toBe('denied');
    expect(await outcome(own.send(list(PREFIX)))).toBe('denied');
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: `${PREFIX}orgtrail/x`, Body: 'x' });
    expect(await outcome(own.send(put))).toBe('denied');
    const theirs = as(keysOf(estate, two), 'http');
    expect(await outcome(get(theirs, Key))).toBe('denied');
    expect(await outcome(get(theirs, 'theirs/note'))).toBe('denied');
    expect(await outcome(get(admin(two), Key))).toBe('allowed');
  });

  it("lets the reader role of a member read exactly the trail's prefix of its bucket", async () => {
    const { bucket, prefix, log } = await sourceOf(one);
    const { Version, Statement } = readerPolicy({ partition: 'aws', buckets: [{ name: bucket, prefix }], keys: [] });
    // Ceph knows no other service's actions, and takes no policy that names one.
    const ofS3 = Statement.filter(({ Action }) => JSON.stringify(Action).includes('s3:'));
    await estate.ceph.setRolePolicy(one, JSON.stringify({ Version, Statement: ofS3 }));
    await expectPrefix(as(await assume(estate, one)), { bucket, prefix, log });
  });

  it("lets us read exactly the trail's prefix of a member's bucket by the bucket's own policy", async () => {
    const { bucket, prefix, log } = await sourceOf(two);
    const own = as(estate.ceph.payer);
    const name = `${two}:${bucket}`;
    expect(await outcome(own.send(new GetObjectCommand({ Bucket: name, Key: log })))).toBe('denied');
    const store = documentsOf(estate.ceph.tls?.endpoint ?? '', keysOf(estate, two)).own;
    const ref: DocumentRef = { kind: 'member-policy', account: two, target: bucket };
    const aim = { partition: 'aws', account: two, bucket, prefix, reader: estate.ceph.payer.arn };
    const { change } = planMemberPolicy(aim, await store.read(ref));
    await store.write(ref, change?.after ?? null);
    expect(planMemberPolicy(aim, await store.read(ref)).change).toBeNull();
    await expectPrefix(own, { bucket: name, prefix, log });
  });

  /** A member's bucket with a log file in it, and something beside that is nobody else's business. */
  const sourceOf = async (account: string) => {
    const { bucket, prefix } = estate.world.trails.find((trail) => trail.account === account) ?? {
      bucket: '',
      prefix: '',
    };
    const below = prefix === null || prefix === '' ? '' : `${prefix}/`;
    const client = admin(account);
    const found = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${below}AWSLogs/`, MaxKeys: 1 }),
    );
    for (const Key of ['private/x', `${below}private/x`])
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
    return { bucket, prefix: below, log: found.Contents?.[0]?.Key ?? '' };
  };
  const expectPrefix = async (
    client: S3Client,
    { bucket: Bucket, prefix, log }: { readonly bucket: string; readonly prefix: string; readonly log: string },
  ): Promise<void> => {
    const read = (Key: string) => outcome(client.send(new GetObjectCommand({ Bucket, Key })));
    const look = (Prefix: string) => outcome(client.send(new ListObjectsV2Command({ Bucket, Prefix })));
    const write = (Key: string) => outcome(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })));
    expect(await read(log)).toBe('allowed');
    expect(await look(`${prefix}AWSLogs/`)).toBe('allowed');
    for (const key of ['private/x', `${prefix}private/x`]) expect(await read(key)).toBe('denied');
    // A listing of no prefix is let through (names alone): else S3 answers 403 for a file that is not there.
    for (const wide of ['private/', `${prefix}private/`]) expect(await look(wide)).toBe('denied');
    expect(await write(`${prefix}AWSLogs/x`)).toBe('denied');
    expect(await outcome(client.send(new DeleteObjectCommand({ Bucket, Key: log })))).toBe('denied');
  };
  const get = (client: S3Client, Key: string) =>
    client.send(new GetObjectCommand({ Bucket: `${payer}:${BUCKET}`, Key }));
  const expectReach = async (
    client: S3Client,
    { account, others }: { readonly account: string; readonly others: readonly string[] },
  ): Promise<void> => {
    const own = `${PREFIX}AWSLogs/${account}/`;
    expect(await outcome(get(client, await logOf(account)))).toBe('allowed');
    expect(await outcome(client.send(listFrom(payer, own)))).toBe('allowed');
    for (const other of others) {
      expect(await outcome(get(client, await logOf(other)))).toBe('denied');
      expect(await outcome(client.send(listFrom(payer, `${PREFIX}AWSLogs/${other}/`)))).toBe('denied');
    }
    const [receipt] = await archive.list(`orgtrail/receipts/${account}/`);
    expect(receipt).toBeDefined();
    expect(await outcome(get(client, receipt?.key ?? ''))).toBe('denied');
    for (const wide of ['', PREFIX, `${PREFIX}AWSLogs/`])
      expect(await outcome(client.send(listFrom(payer, wide)))).toBe('denied');
    const put = new PutObjectCommand({ Bucket: `${payer}:${BUCKET}`, Key: `${own}x`, Body: 'x' });
    expect(await outcome(client.send(put))).toBe('denied');
  };
});

function list(Prefix: string): ListObjectsV2Command {
  return new ListObjectsV2Command({ Bucket: BUCKET, Prefix });
}

/** Across tenants a bucket is named with its own. */
function listFrom(tenant: string, Prefix: string): ListObjectsV2Command {
  return new ListObjectsV2Command({ Bucket: `${tenant}:${BUCKET}`, Prefix });
}

function policyWrites({ ceph }: CephEstate): number {
  const writes = accessLog(ceph).filter(({ method, about }) => method === 'PUT' && about === 'policy');
  return writes.filter(({ bucket }) => bucket === BUCKET).length;
}
