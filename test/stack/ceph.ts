/** Starts a real Ceph object gateway of a test's own: S3 with STS, one tenant for each AWS account, rights enforced. */
import { S3Client } from '@aws-sdk/client-s3';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { daemonsOf, endDaemons, untilEnded } from './ceph/daemons.ts';
import { putObjects, type TenantObjects } from './ceph/objects.ts';
import { findExecutable, freePorts } from './executable.ts';
import { CEPH, commandFor } from './need.ts';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'ceph', 'ceph-up.sh');
const START_MS = 90_000;

export interface CephOptions {
  /** Account ids, each a tenant with a user, a role and buckets of its own. */
  readonly members: readonly string[];
  /** The account whose user may assume the members' roles. */
  readonly payer: string;
  /** The name of the role in each member; `orgtrail-reader` when absent. */
  readonly role?: string;
  /** How many seconds lifecycle takes for a day, so that expiry can be watched; real days when absent. */
  readonly secondsPerDay?: number;
  /** HTTPS besides, which policies can tell from plain HTTP; needs openssl. */
  readonly tls?: boolean;
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface CephStack {
  /** S3 and STS alike: `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** The same over HTTPS, under a certificate of its own (a PEM file, for NODE_EXTRA_CA_CERTS); null unless asked for. */
  readonly tls: { readonly endpoint: string; readonly certificate: string } | null;
  /** Where it keeps its configuration, logs and pid files. */
  readonly dir: string;
  /** The payer's user, which may assume every role that trusts it. `arn` as policies name it. */
  readonly payer: Keys & { readonly account: string; readonly arn: string };
  /** Each member's own user, with full rights in its account, by account id. */
  readonly members: ReadonlyMap<string, Keys>;
  /** The ARN of each member's role, by account id. */
  readonly roles: ReadonlyMap<string, string>;
  /** Two users outside of any account, for the S3 contract; `arn` is the second one's. */
  readonly plain: { readonly owner: Keys; readonly stranger: Keys; readonly strangerArn: string };
  /**
   * A client under any keys, as Ceph needs it (path style, no checksums of its own), over HTTPS where there is any
   * unless plain HTTP is asked for. To be destroyed by who asked.
   */
  client(keys: Keys & { readonly sessionToken?: string }, over?: 'http'): S3Client;
  /** Puts objects into a member's bucket with its own keys; the bucket is made when it is not there. */
  put(objects: TenantObjects): Promise<void>;
  /** Lets the payer into a member's role, or no longer. Holds for the next AssumeRole. */
  setTrust(member: string, trusted: boolean): Promise<void>;
  /** Replaces what a member's role may do. Holds for the next call, also of sessions that were begun before. */
  setRolePolicy(member: string, document: string): Promise<void>;
  /** Ends every process and removes the directory. */
  stop(): Promise<void>;
}

/** Takes 3 to 8 seconds. Everything lies in one temporary directory and listens on loopback. */
export async function startCeph(options: CephOptions): Promise<CephStack> {
  const missing = CEPH.filter((need) => findExecutable([need.binary]) === null);
  if (missing.length > 0) throw new Error(`Ceph is not installed. Type: ${missing.map(commandFor).join(' && ')}`);
  const dir = mkdtempSync(join(tmpdir(), 'orgtrail-ceph-'));
  const onExit = (): void => {
    endDaemons(dir, daemonsOf(dir));
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    const daemons = daemonsOf(dir);
    endDaemons(dir, daemons);
    await untilEnded(dir, daemons);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const ports = await bringUp(dir, options);
    return stackOf({ dir, ...ports, stop }, options);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs the script; the gateway's ports. Its last words when it fails. */
async function bringUp(dir: string, options: CephOptions): Promise<Pick<Running, 'port' | 'tlsPort'>> {
  const [gateway = 0, monitor = 0, monitorV1 = 0, free = 0] = await freePorts(4);
  const tlsPort = options.tls === true ? free : 0;
  const env = {
    ...process.env,
    RGW_PORT: String(gateway),
    MON_PORT: String(monitor),
    MON_PORT_V1: String(monitorV1),
    PAYER: options.payer,
    MEMBERS: options.members.join(' '),
    ROLE: roleName(options),
    OWNER_PID: String(process.pid),
    TLS_PORT: String(tlsPort),
    LC_SECONDS_PER_DAY: String(options.secondsPerDay ?? 0),
  };
  const script = spawn('bash', ['-x', SCRIPT, dir], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: START_MS,
    killSignal: 'SIGKILL',
  });
  let words = '';
  script.stderr.on('data', (part: Buffer) => {
    words = (words + part.toString('utf8')).slice(-2000);
  });
  const [code] = (await once(script, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`Ceph did not start (exit ${code ?? 'by signal'}): ${words.trim()}`);
  return { port: gateway, tlsPort };
}

function roleName(options: CephOptions): string {
  return options.role ?? 'orgtrail-reader';
}

interface Running {
  readonly dir: string;
  readonly port: number;
  /** 0: none. */
  readonly tlsPort: number;
  readonly stop: () => Promise<void>;
}

function stackOf({ dir, port, tlsPort, stop }: Running, options: CephOptions): CephStack {
  const { payer, members } = options;
  const role = roleName(options);
  const endpoint = `http://127.0.0.1:${port}`;
  const payerArn = `arn:aws:iam::${payer}:user/daemon`;
  const keys = new Map(members.map((id) => [id, { accessKeyId: `AK${id}`, secretAccessKey: `SK${id}` }]));
  const tls = tlsPort === 0 ? null : { endpoint: `https://127.0.0.1:${tlsPort}`, certificate: join(dir, 'tls.crt') };
  const client: CephStack['client'] = (credentials, over) =>
    new S3Client({
      ...(tls === null || over === 'http' ? { endpoint } : overHttps(tls)),
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 2,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      credentials,
    });
  return {
    endpoint,
    tls,
    dir,
    payer: { account: payer, arn: payerArn, accessKeyId: 'AKPAYER', secretAccessKey: 'SKPAYER' },
    members: keys,
    roles: new Map(members.map((id) => [id, `arn:aws:iam::${id}:role/${role}`])),
    plain: {
      owner: { accessKeyId: 'AKROOT', secretAccessKey: 'SKROOT' },
      stranger: { accessKeyId: 'AKSECOND', secretAccessKey: 'SKSECOND' },
      strangerArn: 'arn:aws:iam:::user/second',
    },
    client,
    put: async (wanted) => {
      const own = keys.get(wanted.member);
      if (own === undefined) throw new Error(`no member ${wanted.member}`);
      const session = client(own);
      await putObjects(session, wanted).finally(() => session.destroy());
    },
    setTrust: (member, trusted) =>
      changeTrust(dir, { member, role, trusts: trusted ? payerArn : 'arn:aws:iam::000000000000:user/nobody' }),
    setRolePolicy: (member, document) => changePolicy(dir, { member, role, document }),
    stop,
  };
}

async function changePolicy(
  dir: string,
  change: { readonly member: string; readonly role: string; readonly document: string },
): Promise<void> {
  const { member, role, document } = change;
  const admin = ['-c', join(dir, 'ceph.conf'), '-n', 'client.admin'];
  // The script's own policy has this name, so that it is replaced and none is left beside ours.
  const put = ['put', '--tenant', member, '--role-name', role, '--policy-name', 'read', '--policy-doc', document];
  await run('radosgw-admin', [...admin, 'role-policy', ...put]);
}

function overHttps({ endpoint, certificate }: NonNullable<CephStack['tls']>) {
  return { endpoint, requestHandler: { httpsAgent: { ca: readFileSync(certificate) } } };
}

/** Ceph 18 has another name for the command than Ceph 16. */
async function changeTrust(
  dir: string,
  trust: { readonly member: string; readonly role: string; readonly trusts: string },
): Promise<void> {
  const statement = { Effect: 'Allow', Principal: { AWS: [trust.trusts] }, Action: ['sts:AssumeRole'] };
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const admin = ['-c', join(dir, 'ceph.conf'), '-n', 'client.admin'];
  const change = ['modify', '--tenant', trust.member, '--role-name', trust.role, '--assume-role-policy-doc', document];
  await run('radosgw-admin', [...admin, 'role', ...change]).catch(() =>
    run('radosgw-admin', [...admin, 'role-trust-policy', ...change]),
  );
}
