/** Runs the AWS CLI's own `cloudtrail validate-logs` against our cloud: the judge that an auditor already has. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's package (2.9.19), which is the one with known behaviour; another may be named by `AWSCLI`. */
const DEBIAN_CLI = '/usr/bin/aws';
const RUN_LIMIT = 600_000;
const SERVICES = ['s3/2006-03-01', 'cloudtrail/2013-11-01', 'organizations/2016-11-28'];

export interface AwscliRun {
  /** `http://127.0.0.1:PORT` of the cloud. */
  readonly cloudUrl: string;
  /** A user of the trail's account: the CLI asks S3, CloudTrail and Organizations as this one. */
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly trailArn: string;
  /** Epoch milliseconds; the CLI is told whole seconds, UTC. */
  readonly start: number;
  readonly end: number;
  /** Whose files of an organization trail are validated. */
  readonly account?: string;
  /** The delivering region, of which the CLI checks one a run; the trail's home region when absent. */
  readonly region?: string;
  /** A line for every valid file as well. */
  readonly verbose?: boolean;
  /** The program; `awscli()` when absent. */
  readonly program?: string;
}

export interface AwscliEnded {
  /** 0 nothing invalid, 1 something is, 252 to 255 could not tell; null when it was killed at the time limit. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the AWS CLI is, or null when this machine has none. */
export function awscli(): string | null {
  const program = process.env['AWSCLI'] ?? DEBIAN_CLI;
  return existsSync(program) ? program : null;
}

/** Validates one trail in one region with the AWS CLI, which is shown our cloud only: nothing leaves the machine. */
export async function validateLogs(run: AwscliRun): Promise<AwscliEnded> {
  const program = run.program ?? awscli();
  if (program === null) throw new Error('no AWS CLI on this machine: apt-get install awscli, or name one by AWSCLI');
  const home = mkdtempSync(join(tmpdir(), 'orgtrail-awscli-'));
  try {
    writeRuleSets(home, run.cloudUrl);
    return await ended(program, wordsOf(run), environment(home, run));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function wordsOf(run: AwscliRun): readonly string[] {
  const range = ['--start-time', whole(run.start), '--end-time', whole(run.end)];
  const account = run.account === undefined ? [] : ['--account-id', run.account];
  const verbose = run.verbose === true ? ['--verbose'] : [];
  return ['cloudtrail', 'validate-logs', '--trail-arn', run.trailArn, ...range, ...account, ...verbose];
}

function whole(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** 2.9.19 knows no `AWS_ENDPOINT_URL`, and gives `--endpoint-url` to CloudTrail alone: only rule sets reach all three clients. */
function writeRuleSets(home: string, url: string): void {
  const authSchemes = [{ name: 'sigv4', disableDoubleEncoding: true }];
  const endpoint = (conditions: readonly unknown[], to: string): unknown => ({
    conditions,
    endpoint: { url: to, properties: { authSchemes }, headers: {} },
    type: 'endpoint',
  });
  const bucketIsSet = [{ fn: 'isSet', argv: [{ ref: 'Bucket' }] }];
  for (const service of SERVICES) {
    const s3 = service.startsWith('s3/');
    const parameters = s3 ? { ...common, Bucket: { required: false, type: 'String' } } : common;
    const rules = [...(s3 ? [endpoint(bucketIsSet, `${url}/{Bucket}`)] : []), endpoint([], url)];
    mkdirSync(join(home, service), { recursive: true });
    const text = JSON.stringify({ version: '1.0', parameters, rules });
    writeFileSync(join(home, service, 'endpoint-rule-set-1.json'), text);
  }
}

const common = { Region: { builtIn: 'AWS::Region', required: false, type: 'String' } };

/** Nothing of this machine's own: no profile, no proxy, no metadata service. Newer versions follow the address itself. */
function environment(home: string, run: AwscliRun): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    AWS_DATA_PATH: home,
    AWS_ENDPOINT_URL: run.cloudUrl,
    AWS_ACCESS_KEY_ID: run.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: run.keys.secretAccessKey,
    AWS_DEFAULT_REGION: run.region ?? run.trailArn.split(':')[3] ?? 'us-east-1',
    AWS_CONFIG_FILE: join(home, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
}

async function ended(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<AwscliEnded> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_LIMIT });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (texts.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (texts.stderr += part));
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  return { code, ...texts };
}
