import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configCheck, configPrint, configSchema } from '../../src/cli/config.ts';
import { parseConfig } from '../../src/config.ts';
import { GOOD } from '../config/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgtrail-cli-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const good = file('good.yaml', `${GOOD}accounts: [{ id: "012345678901" }, { id: "222222222222" }]\n`);
const bad = file('bad.yaml', `${GOOD}accounts: [{ id: 012345678901 }]\nlgo: {}\n`);

describe('config check', () => {
  test('a good file', () => {
    expect(configCheck({ file: good, json: false, env: {} })).toEqual({
      exitCode: 0,
      stdout: `${good}: ok, 2 accounts, 1 organization\n`,
      stderr: '',
    });
    const { exitCode, stdout, stderr } = configCheck({ file: good, json: true, env: {} });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      schema: 'orgtrail.config-check/1',
      file: good,
      ok: true,
      accounts: 2,
      organizations: 1,
      problems: [],
    });
  });

  test('a bad file: all problems and the next step', () => {
    const { exitCode, stdout, stderr } = configCheck({ file: bad, json: false, env: {} });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      `${bad}:6:18 accounts[0].id: "012345678901" is read as a number by YAML, and leading zeros get lost: quote the id`,
      `${bad}:7:1 lgo: unknown key, did you mean "log"?`,
      expect.stringMatching(/^2 problems\. Correct every line named above\./),
      '',
    ]);
  });

  test('a bad file as JSON', () => {
    const { exitCode, stdout } = configCheck({ file: bad, json: true, env: {} });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      problems: [
        { file: bad, position: { line: 6, column: 18 }, path: 'accounts[0].id', other: null },
        { file: bad, position: { line: 7, column: 1 }, path: 'lgo', what: 'unknown key, did you mean "log"?' },
      ],
    });
  });

  test('no file', () => {
    const path = join(folder, 'absent.yaml');
    const { exitCode, stderr } = configCheck({ file: path, json: false, env: {} });
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `${path}: the configuration cannot be read: no such file\n1 problem. Name the file with --config FILE; config/example.yaml is one to start from.\n`,
    );
  });

  test("takes the process's own environment when none is given", () => {
    const path = file('env.yaml', GOOD.replace('archive-bucket', '${ORGTRAIL_TEST_BUCKET}'));
    const script = `const { configCheck } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/cli/config.ts'))});
      process.stdout.write(JSON.stringify(configCheck({ file: ${JSON.stringify(path)}, json: false })));`;
    const run = (env: Record<string, string>) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8', timeout: 20_000 });
    expect(JSON.parse(run({ ORGTRAIL_TEST_BUCKET: 'from-env' }).stdout)).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(run({}).stdout)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('refers to ORGTRAIL_TEST_BUCKET, which is not set'),
    });
  });
});

describe('config print', () => {
  test('prints what is in force, and that loads to the same again', () => {
    const env = { REDIS_URL: 'redis://elsewhere' };
    const { exitCode, stdout, stderr } = configPrint({ file: good, json: false, env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('- id: "012345678901"\n');
    expect(stdout).toContain('url: redis://elsewhere\n');
    expect(parseConfig(stdout, 'printed', {})).toEqual(
      parseConfig(`${GOOD}accounts: [{ id: "012345678901" }, { id: "222222222222" }]\n`, 'x', env),
    );
    expect(parse(stdout)).toEqual(JSON.parse(configPrint({ file: good, json: true, env }).stdout));
  });

  test('a bad file prints its problems only', () => {
    expect(configPrint({ file: bad, json: false, env: {} })).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('2 problems'),
    });
  });
});

test('config schema describes what may be written', () => {
  const { exitCode, stdout, stderr } = configSchema();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: ['archive'],
    additionalProperties: false,
    properties: {
      archive: {
        required: ['bucket', 'region', 'owner'],
        additionalProperties: false,
        properties: { prefix: { type: 'string', default: '' } },
      },
      accounts: {
        items: {
          required: ['id'],
          properties: { externalId: { anyOf: [{ type: 'string', writeOnly: true }, { type: 'null' }] } },
        },
      },
      limits: { properties: { hashThreads: { type: 'integer', minimum: 1, maximum: 64, default: 2 } } },
    },
  });
});
