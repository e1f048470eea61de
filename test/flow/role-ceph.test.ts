/** The S3 part of the role template on a real Ceph: it suffices for a whole collect, and what is taken away is missed. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { preflightProblems } from '../../src/pipeline/preflight.ts';
import { CEPH, reasonToSkip } from '../stack/need.ts';
import { openCephEstate, type CephEstate } from './ceph-estate.ts';
import { openArchive, PREFIX, type Archive } from './fleet.ts';
import { EXTERNAL_ID, ROLE } from './organization.ts';
import { pass, type Pass } from './pass.ts';
import { preflightOf, templatePolicy, without, type Policy } from './role-template.ts';

const missing = reasonToSkip('Ceph', CEPH);
const PATIENCE = 120_000;

describe.skipIf(missing !== null)('the role template on Ceph', () => {
  let estate: CephEstate;
  let env: NodeJS.ProcessEnv;
  const archives: Archive[] = [];

  beforeAll(async () => {
    estate = await openCephEstate({ seed: 'role-ceph', hours: 4, members: 1, logsPerHour: 1, records: [] });
    env = { ...estate.env, AWS_ENDPOINT_URL_ACCOUNT: estate.cloud.url };
    await grantAll((policy) => policy);
  }, PATIENCE);
  afterEach(() => grantAll((policy) => policy));
  afterAll(async () => {
    for (const { client } of archives) client.destroy();
    await estate?.close();
  });

  /** Ceph knows the actions of S3 alone; what is asked of CloudTrail our cloud answers. */
  const grantAll = async (change: (policy: Policy) => Policy): Promise<void> => {
    for (const { account, bucket, prefix } of estate.world.trails) {
      const parameters = {
        OrgtrailPrincipalArn: estate.ceph.payer.arn,
        ExternalId: EXTERNAL_ID,
        RoleName: ROLE,
        BucketName: bucket,
        TrailPrefix: prefix === null ? '' : `${prefix}/`,
      };
      const policy = templatePolicy(parameters);
      const ofS3 = policy.Statement.filter(({ Action }) => Action.every((action) => action.startsWith('s3:')));
      await estate.ceph.setRolePolicy(account, JSON.stringify(change({ ...policy, Statement: ofS3 })));
    }
  };
  const archiveFor = async (name: string): Promise<Archive> => {
    const archive = await openArchive(estate, `archive-${name}`);
    archives.push(archive);
    return archive;
  };
  const collected = ({ configFile }: Archive): Promise<Pass> => pass({ configFile, env }, Date.now());
  const problems = async ({ configFile }: Archive): Promise<ReturnType<typeof preflightProblems>> =>
    preflightProblems(await preflightOf({ configFile, env }));

  it(
    'suffices for a whole collect',
    async () => {
      const archive = await archiveFor('whole');
      expect(await collected(archive)).toMatchObject({ exitCode: 0, problems: [], status: { verdict: 'verified' } });
      const keys = (await archive.list('AWSLogs/')).map(({ key }) => key);
      expect(keys).toEqual([...estate.truth.proven.keys()].map((key) => `${PREFIX}${key}`).toSorted());
      expect(await problems(archive)).toEqual({ needed: [], optional: [] });
    },
    PATIENCE,
  );

  it(
    'reads below its prefix and is refused beside it, in its own bucket too',
    async () => {
      const { configFile } = await archiveFor('beside');
      const [trail, other] = estate.world.trails;
      if (trail === undefined || other === undefined) throw new Error('the world has no two trails');
      const { account, bucket } = trail;
      const secret = {
        bucket,
        key: 'secrets/one',
        body: Buffer.from('x'),
        metadata: new Map(),
        contentType: 'text/plain',
        contentEncoding: null,
      };
      await estate.ceph.put({ member: account, objects: [secret] });
      Object.assign(process.env, env);
      const open = openParts(loadConfig(configFile, {}), { now: Date.now });
      try {
        const role = estate.ceph.roles.get(account) ?? '';
        const { objects } = await open.parts.sessions.open({ id: account, role, externalId: EXTERNAL_ID });
        const denied = { code: 'blocked-access' };
        const get = (at: string, key: string): Promise<unknown> =>
          objects.get({ bucket: at, key, owner: account }, { maxBytes: 1_000_000 });
        const list = async (at: string, prefix: string): Promise<number> =>
          (await objects.folders({ bucket: at, owner: account, prefix })).length;
        const base = `${trail.prefix === null ? '' : `${trail.prefix}/`}AWSLogs/`;
        expect(await list(bucket, base)).toBe(1);
        expect(await get(bucket, `${base}gone`)).toBeNull();
        await expect(get(bucket, secret.key)).rejects.toMatchObject(denied);
        // An empty prefix is none for Ceph, and for AWS one that is not ours: without any, names are shown and no content.
        expect(await list(bucket, '')).toBe(2);
        await expect(list(bucket, 'secrets/')).rejects.toMatchObject(denied);
        await expect(list(other.bucket, 'AWSLogs/')).rejects.toMatchObject(denied);
      } finally {
        await open.close();
      }
    },
    PATIENCE,
  );

  it.each([
    ['s3:GetObject', 'preflight-get'],
    ['s3:ListBucket', 'preflight-list'],
  ])(
    'without %s the run says so, and preflight names it',
    async (action, code) => {
      await grantAll((policy) => without(policy, action));
      const archive = await archiveFor(action.slice(3).toLowerCase());
      const run = await collected(archive);
      expect([run.exitCode, JSON.stringify(run)]).toEqual([5, expect.stringContaining(`Add ${action} on `)]);
      const { needed, optional } = await problems(archive);
      expect(optional).toEqual([]);
      expect(needed.length).toBeGreaterThanOrEqual(estate.world.accounts.length);
      for (const one of needed)
        expect(one).toMatchObject({ code, hint: expect.stringContaining(`Add ${action} on `) as string });
    },
    PATIENCE,
  );
});
