/** The tidiness rules themselves: each flags what it should, at the right line, and lets the good twin pass. */
import { describe, expect, test } from 'vitest';
import { habitBreaches, wordBreaches } from './tidy/habits.ts';
import { layerBreaches, vendorBreaches } from './tidy/layers.ts';
import { reachBreaches } from './tidy/reach.ts';
import { sizeBreaches } from './tidy/sizes.ts';
import { breachLine, parseSource, type Breach, type SourceFile } from './tidy/source-file.ts';

type Rule = (file: SourceFile) => readonly Breach[];

function flagged(rule: Rule, path: string, text: string): readonly string[] {
  return rule(parseSource(path, text)).map((breach) => `${breach.line} ${breach.rule}`);
}

describe('layers', () => {
  const bad: readonly (readonly [string, string])[] = [
    ['src/core/key.ts', `import { readFile } from 'node:fs';`],
    ['src/core/key.ts', `import { z } from 'zod';`],
    ['src/core/key.ts', `import type { Clock } from '../ports.ts';`],
    ['src/core/key.ts', `export { x } from '../stages/pull.ts';`],
    ['src/core/key.ts', `const x = await import('../adapters/queue.ts');`],
    ['src/errors.ts', `import type { Clock } from './ports.ts';`],
    ['src/ports.ts', `import { S3Client } from '@aws-sdk/client-s3';`],
    ['src/config.ts', `import { run } from './stages/pull.ts';`],
    ['src/stages/pull.ts', `import type { Verified } from './verify.ts';`],
    ['src/stages/pull.ts', `import { queue } from '../adapters/queue.ts';`],
    ['src/stages/pull.ts', `import { config } from '../config.ts';`],
    ['src/stages/pull.ts', `import { readFile } from 'node:fs/promises';`],
    ['src/stages/pull.ts', `import pLimit from 'p-limit';`],
    ['src/adapters/queue.ts', `import { pull } from '../stages/pull.ts';`],
    ['src/web/server.ts', `import { pull } from '../stages/pull.ts';`],
    ['src/web/server.ts', `import { Queue } from 'bullmq';`],
    ['src/web/server.ts', `import { load } from '../config.ts';`],
    ['src/web/ui/page.tsx', `import { server } from '../server.ts';`],
    ['src/web/ui/page.tsx', `import { readFile } from 'node:fs';`],
    ['src/cli/verify.ts', `import { main } from '../main.ts';`],
    ['src/daemon.ts', `import { forge } from '../test/cloud/forge/buckets.ts';`],
    ['src/health.ts', `import { VERDICT } from './core/verdict.ts';`],
    ['src/odds/thing.ts', `export const a = 1;`],
  ];
  test.each(bad)('%s may not: %s', (path, line) => {
    expect(flagged(layerBreaches, path, `${line}\n`)).toEqual(['1 layers']);
  });

  const good: readonly (readonly [string, string])[] = [
    [
      'src/core/key.ts',
      `import { hash } from 'node:crypto';\nimport { crc32 } from 'node:zlib';\nimport { a } from './b.ts';`,
    ],
    ['src/config.ts', `import { z } from 'zod';\nimport { grammar } from './config/grammar.ts';`],
    ['src/stages/pull.ts', `import { a } from '../core/b.ts';\nimport type { Clock } from '../ports.ts';`],
    ['src/stages/verify.ts', `import { link } from './verify-link.ts';`],
    [
      'src/adapters/aws-s3.ts',
      `import { S3Client } from '@aws-sdk/client-s3';\nimport { client } from './aws-client.ts';`,
    ],
    ['src/web/server.ts', `import fastify from 'fastify';\nimport type { Http } from '../config.ts';`],
    ['src/web/board.ts', `import type { Queue } from 'bullmq';`],
    ['src/web/ui/page.tsx', `import { useState } from 'react';\nimport { CELL_STATES } from '../../core/verdict.ts';`],
    ['src/main.ts', `import { verify } from './cli/verify.ts';`],
  ];
  test.each(good)('%s may: %s', (path, lines) => {
    expect(flagged(layerBreaches, path, lines)).toEqual([]);
  });

  test('an adapter knows one vendor, directly or through a sibling', () => {
    const files = [
      parseSource('src/adapters/aws-s3.ts', `import { S3Client } from '@aws-sdk/client-s3';`),
      parseSource('src/adapters/log.ts', `import { pino } from 'pino';`),
      parseSource('src/adapters/redis.ts', `import { Redis } from 'ioredis';\nimport { log } from './log.ts';`),
      parseSource('src/adapters/queue.ts', `import { Queue } from 'bullmq';\nimport { open } from './redis.ts';`),
      parseSource('src/adapters/both.ts', `import { Redis } from 'ioredis';\nimport { S3 } from '@aws-sdk/client-s3';`),
      parseSource('src/adapters/mixed.ts', `import { get } from './aws-s3.ts';\nimport { open } from './queue.ts';`),
    ];
    expect(vendorBreaches(files).map(breachLine)).toEqual([
      'src/adapters/both.ts:1 layers: an adapter knows one vendor, not aws and redis',
      'src/adapters/mixed.ts:1 layers: an adapter knows one vendor, not aws and redis',
    ]);
  });
});

describe('reach', () => {
  test.each([
    ['src/daemon.ts', 'process.exit(1);', 'exit'],
    ['src/daemon.ts', `process['exit'](1);`, 'exit'],
    ['src/daemon.ts', 'globalThis.process.exit(1);', 'exit'],
    ['src/daemon.ts', 'process.exitCode = 1;', 'exit'],
    ['src/daemon.ts', `process.on('SIGTERM', stop);`, 'signals'],
    ['src/daemon.ts', 'process.once(signal, stop);', 'signals'],
    ['src/adapters/queue.ts', 'const a = process.env.HOME;', 'environment'],
    ['src/adapters/queue.ts', `import { env } from 'node:process';`, 'environment'],
    ['src/core/key.ts', 'const a = Date.now();', 'clock'],
    ['src/stages/pull.ts', 'const a = new Date();', 'clock'],
    ['src/stages/pull.ts', 'const a = Date();', 'clock'],
    ['src/web/server.ts', 'const a = performance.now();', 'clock'],
    ['src/core/key.ts', 'const a = Math.random();', 'chance'],
    ['src/core/key.ts', `import { randomUUID } from 'node:crypto';`, 'chance'],
  ])('%s: %s', (path, line, rule) => {
    expect(flagged(reachBreaches, path, `\n${line}\n`)).toEqual([`2 ${rule}`]);
  });

  test.each([
    ['src/main.ts', `process.on('SIGTERM', stop); process.exit(process.env.X);`],
    ['src/config.ts', 'const a = process.env.HOME;'],
    ['src/health.ts', 'process.exitCode = 1;'],
    ['src/daemon.ts', `const a = Date.now(); process.on('uncaughtException', stop);`],
    ['src/core/key.ts', 'const a = new Date(0); const b = Date.parse(text); const c = Math.max(1, 2);'],
    ['src/adapters/clock.ts', 'const a = Date.now(); const b = Math.random();'],
  ])('%s may: %s', (path, line) => {
    expect(flagged(reachBreaches, path, line)).toEqual([]);
  });
});

describe('sizes', () => {
  const body = (lines: number): string => 'x();\n'.repeat(lines);

  test('a file of 300 lines passes, of 301 does not', () => {
    expect(flagged(sizeBreaches, 'src/core/key.ts', body(300))).toEqual([]);
    expect(flagged(sizeBreaches, 'src/core/key.ts', body(301))).toEqual(['301 file-size']);
  });

  test.each([
    ['a function', (lines: number) => `function a() {\n${body(lines - 2)}}`],
    ['an arrow', (lines: number) => `const a = () => {\n${body(lines - 2)}};`],
    ['a method', (lines: number) => `class A { m() {\n${body(lines - 2)}} }`],
  ])('%s of 60 lines passes, of 61 does not', (_what, make) => {
    expect(flagged(sizeBreaches, 'src/core/key.ts', make(60))).toEqual([]);
    expect(flagged(sizeBreaches, 'src/core/key.ts', make(61))).toEqual(['1 function-size']);
  });

  test('a describe block may be long, a test in it may not', () => {
    expect(flagged(sizeBreaches, 'test/cloud/a.test.ts', `describe('a', () => {\n${body(80)}});`)).toEqual([]);
    expect(flagged(sizeBreaches, 'test/cloud/a.test.ts', `describe.skipIf(a)('a', () => {\n${body(80)}});`)).toEqual(
      [],
    );
    expect(flagged(sizeBreaches, 'test/cloud/a.test.ts', `test('a', () => {\n${body(80)}});`)).toEqual([
      '1 function-size',
    ]);
  });

  test.each(['function f(a, b, c, d) {}', 'const f = (a, b, c, d) => a;', 'class A { constructor(a, b, c, d) {} }'])(
    'four parameters: %s',
    (text) => expect(flagged(sizeBreaches, 'src/core/key.ts', text)).toEqual(['1 parameters']),
  );

  test('neither a leading `this` nor the columns of a table count as parameters', () => {
    expect(flagged(sizeBreaches, 'src/core/key.ts', 'function f(this: A, b, c, d) {}')).toEqual([]);
    expect(flagged(sizeBreaches, 'test/cloud/a.test.ts', `test.each(t)('a', (a, b, c, d) => {});`)).toEqual([]);
    const inside = `test('a', () => {\n f((a, b, c, d) => a);\n});`;
    expect(flagged(sizeBreaches, 'test/cloud/a.test.ts', inside)).toEqual(['2 parameters']);
  });
});

describe('habits', () => {
  test.each([
    ['let a: any;', 'any'],
    ['const a = b as any;', 'any'],
    ['export default function f() {}', 'default-export'],
    [`export * from './key.ts';`, 'barrel'],
    [`export { a } from './key.ts';`, 'barrel'],
    ['// TODO: later', 'undone'],
    [`const a = 'generated by a bot';`, 'makers'],
    ['// see /home/notes', 'makers'],
  ])('%s is no good habit: %s', (text, rule) => {
    expect(flagged(habitBreaches, 'src/core/key.ts', `\n${text}\n`)).toEqual([`2 ${rule}`]);
  });

  test.each(['utils.ts', 'helpers.ts', 'common.ts', 'index.ts'])('a file named %s', (name) => {
    expect(flagged(habitBreaches, `src/core/${name}`, 'export const a = 1;')).toEqual(['1 drawer']);
  });

  test('ordinary code and words pass', () => {
    const text = `export type { A } from './a.ts';\nexport const agent = 'the user agent of a model train, made by hand';\n`;
    expect(flagged(habitBreaches, 'src/core/key.ts', text)).toEqual([]);
    expect(wordBreaches('README.md', 'Run `npm test`; files go to ./work and https://example.com/home/x.')).toEqual([]);
  });
});

test('a breach reads as place, rule and what to do', () => {
  const [breach] = habitBreaches(parseSource('src/core/key.ts', '\n\nlet a: any;'));
  expect(breach && breachLine(breach)).toBe('src/core/key.ts:3 any: name the type, or take unknown and look');
});

test('a file that does not parse is not passed over', () => {
  expect(() => parseSource('src/core/key.ts', 'const = ;')).toThrow(SyntaxError);
});
