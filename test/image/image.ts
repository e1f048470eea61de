/** The Dockerfile built for real and its image run for real, without an engine: build.sh and run.sh from a test. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TAG = 'localhost/orgtrail:test';
/** Kept between runs: making the bases takes most of the time. */
const WORK = join(tmpdir(), 'orgtrail-image-base');
const HERE = import.meta.dirname;
const BUILD_MS = 500_000;

/** What the image says of itself. */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly StopSignal: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** An image, and its tree as a folder until `release` is called. */
export interface Image {
  readonly config: ImageConfig;
  readonly root: string;
  readonly release: () => void;
}

/** What is run in the image. Without `command` it is the image's own entry point, with `args` instead of its Cmd. */
export interface Launch {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** A folder of this machine that is mounted, read-only, where the image expects its configuration. */
  readonly configFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Builds the image and mounts its tree. Needs root, buildah and debootstrap. */
export async function buildImage(): Promise<Image> {
  const options = { timeout: BUILD_MS, maxBuffer: 16 * 1024 * 1024 };
  await promisify(execFile)(join(HERE, 'build.sh'), [WORK, TAG], options).catch((error: unknown) => {
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`the image could not be built: ${said}`, { cause: error });
  });
  const described = JSON.parse(buildah(['inspect', '--type', 'image', TAG])) as { Docker: { config: ImageConfig } };
  const container = buildah(['from', '--pull-never', TAG]);
  return {
    config: described.Docker.config,
    root: buildah(['mount', container]),
    release: () => void buildah(['rm', container]),
  };
}

/** Starts a program in the image. The process is the program itself: signals reach it. */
export function startInImage(image: Image, launch: Launch): ChildProcess {
  const { config } = image;
  const [uid = ''] = config.User.split(':');
  const command = launch.command ?? [...config.Entrypoint, ...(launch.args ?? config.Cmd)];
  const env = { ...Object.fromEntries(config.Env.map((one) => one.split(/=(.*)/s).slice(0, 2))), ...launch.env };
  const wrapped = [image.root, uid, config.WorkingDir, launch.configFolder ?? '-', ...command];
  return spawn(join(HERE, 'run.sh'), wrapped, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Starts a program in the image and waits for its end. */
export async function runInImage(image: Image, launch: Launch): Promise<Ended> {
  return ended(startInImage(image, launch));
}

/** Everything a child printed, and its exit status. */
export function ended(child: ChildProcess): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...said }));
  });
}

function buildah(args: readonly string[]): string {
  const store = ['--root', join(WORK, 'store'), '--runroot', join(WORK, 'run')];
  const env = { ...process.env, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' };
  return execFileSync('buildah', [...store, ...args], { env, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 }).trim();
}
