import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { commandFor, ensurePackage, reasonToSkip } from './need.ts';

const ABSENT = { binary: 'orgtrail-no-such-program', packages: ['orgtrail-no-such-package'] };

describe('programs the tests stand on', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'orgtrail-need-'));
    vi.stubEnv('PATH', [folder, process.env['PATH']].join(delimiter));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  function program(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  test('one that is there is not installed again', async () => {
    const path = program(ABSENT.binary, 'exit 0');
    program('apt-get', 'exit 1');
    await expect(ensurePackage(ABSENT)).resolves.toBe(path);
  });

  test('root installs what is missing, and its services are stopped', async () => {
    vi.spyOn(process as Required<NodeJS.Process>, 'getuid').mockReturnValue(0);
    const log = join(folder, 'log');
    program(
      'apt-get',
      `echo "apt-get $*" >>${log}\n[ "$1" = update ] || install -m 755 /bin/true ${join(folder, ABSENT.binary)}`,
    );
    program('service', `echo "service $*" >>${log}`);
    program('systemctl', `echo "service $*" >>${log}`);
    await ensurePackage({ ...ABSENT, services: ['orgtrail-no-such-service'] });
    const [update, install, stop] = readFileSync(log, 'utf8').split('\n');
    expect(update).toContain('apt-get update');
    expect(install).toContain(`--no-install-recommends ${ABSENT.packages[0]}`);
    expect(stop).toContain('orgtrail-no-such-service');
  });

  test('an install that fails says so', async () => {
    vi.spyOn(process as Required<NodeJS.Process>, 'getuid').mockReturnValue(0);
    program('apt-get', 'exit 100');
    await expect(ensurePackage(ABSENT)).rejects.toThrow(/could not install it \(status 100\)/);
  });

  test('anybody else is told the one command to type', async () => {
    vi.spyOn(process as Required<NodeJS.Process>, 'getuid').mockReturnValue(1000);
    program('apt-get', 'exit 0');
    const command = `sudo apt-get install -y --no-install-recommends ${ABSENT.packages[0]}`;
    expect(commandFor(ABSENT)).toBe(command);
    await expect(ensurePackage(ABSENT)).rejects.toThrow(command);
  });

  test('optional ones give a reason to skip, unless the whole stack is promised', () => {
    vi.stubEnv('ORGTRAIL_REQUIRE_STACK', '0');
    program('there', 'exit 0');
    expect(reasonToSkip('the test', [{ binary: 'there', packages: ['there'] }])).toBeNull();
    expect(reasonToSkip('the test', [ABSENT])).toContain(`the test: ${ABSENT.binary} is missing`);
    vi.stubEnv('ORGTRAIL_REQUIRE_STACK', '1');
    expect(() => reasonToSkip('the test', [ABSENT])).toThrow(ABSENT.binary);
  });
});
