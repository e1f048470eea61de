/**
 * Programs from the system's packages that tests and demo stand on. What is missing is installed where that is
 * possible without asking (root on Debian or Ubuntu); otherwise the one command to type is named.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findExecutable } from './executable.ts';

/** A program, the Debian packages that bring it, and the services which those packages may start on their own. */
export interface Need {
  readonly binary: string;
  readonly packages: readonly string[];
  readonly services?: readonly string[];
}

export const REDIS: Need = { binary: 'redis-server', packages: ['redis-server'], services: ['redis-server'] };
export const AWSCLI: Need = { binary: 'aws', packages: ['awscli'] };
export const BUILDAH: Need = { binary: 'buildah', packages: ['buildah'] };
export const DEBOOTSTRAP: Need = { binary: 'debootstrap', packages: ['debootstrap'] };
/** With one family of fonts: a browser without any draws nothing. */
export const CHROMIUM: Need = { binary: 'chromium', packages: ['chromium', 'fonts-dejavu-core'] };
/** The checker of alert rules alone: whoever installs its package gets a server with it. */
export const PROMTOOL: Need = { binary: 'promtool', packages: ['prometheus'] };
/** For Ceph's certificate. */
export const OPENSSL: Need = { binary: 'openssl', packages: ['openssl'] };
export const CEPH: readonly Need[] = [
  { binary: 'radosgw', packages: ['radosgw'], services: ['radosgw'] },
  { binary: 'ceph-mon', packages: ['ceph-mon'] },
  { binary: 'ceph-osd', packages: ['ceph-osd'] },
  { binary: 'ceph', packages: ['ceph-common'] },
];

/** Makes sure that a program is there and gives its path. Says what it does on stderr; throws with the one command to type. */
export async function ensurePackage(need: Need): Promise<string> {
  const there = findExecutable([need.binary]);
  if (there !== null) return there;
  const apt = findExecutable(['apt-get']);
  if (apt === null || process.getuid?.() !== 0) {
    throw new Error(`${need.binary} is missing. Install it, then run this again: ${commandFor(need)}`);
  }
  say(`${need.binary} is missing: installing ${need.packages.join(', ')} from the system's packages`);
  await aptInstall(apt, need);
  const installed = findExecutable([need.binary]);
  if (installed === null)
    throw new Error(`${need.packages.join(', ')} installed, but ${need.binary} is still not there`);
  return installed;
}

/** The one command a person types for what is missing. */
export function commandFor(need: Need): string {
  if (process.platform === 'darwin') return `brew install ${need.binary === 'redis-server' ? 'redis' : need.binary}`;
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (findExecutable(['apt-get']) !== null)
    return `${sudo}apt-get install -y --no-install-recommends ${need.packages.join(' ')}`;
  if (findExecutable(['dnf']) !== null)
    return `${sudo}dnf install -y ${need.binary === 'redis-server' ? 'redis' : need.binary}`;
  return `install ${need.binary} with your system's package manager`;
}

/**
 * For tests that can do without: null when all is there, else the reason, said aloud. Where the whole stack is
 * promised (ORGTRAIL_REQUIRE_STACK=1) nothing is skipped: what is missing throws.
 */
export function reasonToSkip(
  what: string,
  needs: readonly Need[],
  options: { readonly root?: boolean } = {},
): string | null {
  const missing = needs.filter((need) => findExecutable([need.binary]) === null);
  const reasons = missing.map((need) => `${need.binary} is missing (${commandFor(need)})`);
  if (options.root === true && process.getuid?.() !== 0) reasons.push('it needs root');
  if (reasons.length === 0) return null;
  const reason = `${what}: ${reasons.join('; ')}`;
  if (process.env['ORGTRAIL_REQUIRE_STACK'] === '1') throw new Error(reason);
  say(`skipped: ${reason}`);
  return reason;
}

async function aptInstall(apt: string, need: Need): Promise<void> {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // One broken list of a foreign repository must not stop us: the install says whether it was enough.
  const updated = await run([apt, 'update', '-qq'], environment);
  if (updated !== 0) say(`apt-get update ended with ${updated}; going on with the lists that are there`);
  const installed = await run([apt, 'install', '-y', '-qq', '--no-install-recommends', ...need.packages], environment);
  if (installed !== 0) throw new Error(`apt-get could not install it (status ${installed}). Try: ${commandFor(need)}`);
  for (const service of need.services ?? []) await stopService(service, environment);
}

/** Debian starts what it installs; a service that nobody asked for is not left behind. */
async function stopService(service: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const systemd = existsSync('/run/systemd/system');
  const command = systemd ? ['systemctl', 'disable', '--now', service] : ['service', service, 'stop'];
  const status = await run(command, environment);
  if (status !== 0) say(`${command.join(' ')} ended with ${status}: the service was not running`);
}

/** Runs a program with its output on stderr; gives its exit status. */
function run(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [program = '', ...rest] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { env: environment, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
