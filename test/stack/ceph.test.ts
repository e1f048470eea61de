/** The starter of Ceph: accounts apart, a role that opens when it trusts, and nothing left behind. */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CephStack, type Keys, startCeph } from './ceph.ts';
import { commandOf } from './ceph/daemons.ts';
import { CEPH, reasonToSkip } from './need.ts';

const missing = reasonToSkip('Ceph', CEPH);

const PAYER = '999999999999';
const ONE = '111111111111';
const TWO = '222222222222';
const BUCKET = 'trail-logs';
const REFUSED = { $metadata: { httpStatusCode: 403 } };

describe.skipIf(missing !== null)('startCeph', () => {
  let ceph: CephStack;
  beforeAll(async () => {
    ceph = await startCeph({ payer: PAYER, members: [ONE, TWO] });
    for (const member of [ONE, TWO]) await ceph.put({ member, objects: [logFile(member)] });
  }, 60_000);
  afterAll(() => ceph.stop());

  const assume = async (member: string): Promise<Keys & { sessionToken: string }> => {
    const sts = new STSClient({
      endpoint: ceph.endpoint,
      region: 'us-east-1',
      credentials: ceph.payer,
      maxAttempts: 1,
    });
    const command = new AssumeRoleCommand({ RoleArn: ceph.roles.get(member) ?? '', RoleSessionName: 'test' });
    const { Credentials: issued } = await sts.send(command).finally(() => sts.destroy());
    return {
      accessKeyId: issued?.AccessKeyId ?? '',
      secretAccessKey: issued?.SecretAccessKey ?? '',
      sessionToken: issued?.SessionToken ?? '',
    };
  };

  it('keeps buckets of one name in two accounts apart', async () => {
    for (const member of [ONE, TWO]) {
      const client = ceph.client(await assume(member));
      const object = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'AWSLogs/file' }));
      expect(await object.Body?.transformToString()).toBe(`log of ${member}`);
      expect(object.Metadata).toEqual({ signature: 'ab12' });
      expect(object.ContentEncoding).toBe('gzip');
      client.destroy();
    }
  });

  it('lets the role read and not write', async () => {
    const client = ceph.client(await assume(ONE));
    expect((await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).KeyCount).toBe(1);
    await expect(client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'x', Body: 'x' }))).rejects.toMatchObject(
      REFUSED,
    );
    client.destroy();
  });

  it('does not let the payer in without the role', async () => {
    const client = ceph.client(ceph.payer);
    await expect(client.send(new ListObjectsV2Command({ Bucket: `${ONE}:${BUCKET}` }))).rejects.toMatchObject(REFUSED);
    client.destroy();
  });

  it('withdraws and restores the trust of one role', async () => {
    await ceph.setTrust(ONE, false);
    await expect(assume(ONE)).rejects.toMatchObject(REFUSED);
    await expect(assume(TWO)).resolves.toBeDefined();
    await ceph.setTrust(ONE, true);
    await expect(assume(ONE)).resolves.toBeDefined();
  });
});

describe.skipIf(missing !== null)('stopping Ceph', () => {
  it('leaves no process and no directory', async () => {
    const ceph = await startCeph({ payer: PAYER, members: [] });
    const { dir } = ceph;
    expect(processesIn(dir).length).toBeGreaterThanOrEqual(4);
    await ceph.stop();
    expect(processesIn(dir)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  }, 60_000);
});

describe.skipIf(missing !== null)('a signal to the whole process group, as timeout and Ctrl-C send it', () => {
  it('leaves nothing of Ceph (its watch went with the group, and three daemons stayed)', async () => {
    const script = `import { startCeph } from ${JSON.stringify(import.meta.resolve('./ceph.ts'))};
      const { dir } = await startCeph({ payer: '${PAYER}', members: [] });
      console.log(dir);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const dir = said.toString().trim();
    expect(processesIn(dir).length).toBeGreaterThanOrEqual(3);
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await expect.poll(() => [processesIn(dir), existsSync(dir)], { timeout: 20_000 }).toEqual([[], false]);
  }, 90_000);
});

/** Processes whose command line names that directory. */
function processesIn(dir: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(Number(pid)).includes(dir));
}

function logFile(member: string): Parameters<CephStack['put']>[0]['objects'] extends Iterable<infer One> ? One : never {
  const body = Buffer.from(`log of ${member}`);
  return {
    bucket: BUCKET,
    key: 'AWSLogs/file',
    body,
    metadata: new Map([['signature', 'ab12']]),
    contentType: 'application/json',
    contentEncoding: 'gzip',
  };
}
