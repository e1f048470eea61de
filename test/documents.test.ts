/** What the documents claim, held against the code: commands, options, exit statuses, keys, metrics, rights, folders. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { inputSchema, optionAt } from '../src/config/schema.ts';
import { DAEMON_EXPLANATIONS } from '../src/core/board/daemon-explanations.ts';
import { inventoryKey } from '../src/core/inventory.ts';
import { CHANGE_PHASES, changeRecordKey } from '../src/core/plan/change-record.ts';
import {
  changeKey,
  pendingKey,
  provenKey,
  publicKeyKey,
  QUARANTINE_PARTS,
  quarantinePartKey,
  RECEIPT_STATES,
  receiptKey,
  trailRecordKey,
  type ReceiptName,
} from '../src/core/layout.ts';
import { acceptedKey, auditKey } from '../src/core/layout-acts.ts';
import { exitOf, type Verdict } from '../src/core/report.ts';
import { encodeMemory } from '../src/core/verified-memory.ts';
import { BLOCKED_CODES, CHAIN_CODES, DIGEST_CODES, LINK_CODES, LOG_CODES, NOTE_CODES } from '../src/core/verdict.ts';
import { createMetrics } from '../src/web/metrics.ts';
import { childEnv } from './stack/child-env.ts';

const ROOT = join(import.meta.dirname, '..');
const run = promisify(execFile);
const readme = text('README.md');
const pages = text('src/web/README.md');
/** Commands that have commands of their own. */
const GROUPS: ReadonlySet<string> = new Set(['access', 'config', 'quarantine']);
const DOCUMENTS = ['README.md', 'src/README.md', 'src/web/README.md', 'CHANGELOG.md'];

function text(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** What stands between single backticks, code blocks left out. */
function spans(document: string): readonly string[] {
  return [...document.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

/** The code blocks of one language, or all. */
function blocks(document: string, language = '\\w+'): readonly string[] {
  return [...document.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body = '']) => body,
  );
}

/** The first cells, backticks taken off, of the table below a heading. */
function firstCells(document: string, heading: string): readonly string[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows
    .map((row) => (row.split('|')[1] ?? '').trim().replaceAll('`', ''))
    .filter((cell) => !cell.startsWith('-'));
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function orgtrail(...words: readonly string[]): Promise<Ended> {
  const options = { cwd: ROOT, env: childEnv() };
  const told = (error: unknown): Ended => error as Ended;
  return run(process.execPath, ['src/main.ts', ...words], options).then((done) => ({ code: 0, ...done }), told);
}

const helps = new Map<string, Promise<Ended>>();

/** What a command says of itself, which is the same for every line that names it. */
function helpOf(...command: readonly string[]): Promise<Ended> {
  const name = command.join(' ');
  const help = helps.get(name) ?? orgtrail(...command, '--help');
  helps.set(name, help);
  return help;
}

describe('commands', () => {
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };

  test.each(DOCUMENTS)('every npm script that %s names is there', (path) => {
    const named = [...text(path).matchAll(/npm (?:run (?:--silent )?([a-z]+)|(test)\b)/g)].map(
      ([, one, two]) => one ?? two,
    );
    expect(named.filter((name) => name === undefined || !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('README names the demo and the tests first, before anything else that can be typed', () => {
    expect(blocks(readme)[0]).toMatch(/^npm ci && npm run demo .*\nnpm ci && npm test /);
  });

  /** Each `orgtrail …` of the documents: in a code block at the line's start or behind `$ `, or a whole span. */
  const lines = DOCUMENTS.flatMap((path) => [
    ...blocks(text(path)).flatMap((block) =>
      [...block.matchAll(/^(?:\$ )?orgtrail ([^;#\n]+)/gm)].map(([, words = '']) => words.trim()),
    ),
    ...spans(text(path)).flatMap((span) => /^orgtrail ([a-z].*)$/.exec(span)?.[1] ?? []),
  ]);
  const distinct = [...new Set(lines)];

  test('there are some of each command', () => {
    const commands = new Set(
      distinct.map((line) =>
        line
          .split(' ')
          .slice(0, GROUPS.has(line.split(' ')[0] ?? '') ? 2 : 1)
          .join(' '),
      ),
    );
    expect([...commands].toSorted()).toEqual(
      [
        'access token',
        'access user',
        'collect',
        'apply',
        'config check',
        'config member-role',
        'config print',
        'config schema',
        'plan',
        'quarantine accept',
        'quarantine list',
        'quarantine show',
        'run',
        'status',
        'verify',
      ].toSorted(),
    );
  });

  test.each(distinct)('orgtrail %s parses, and --help lists its options', async (line) => {
    const words = line.split(/\s+/);
    const command = words.slice(0, GROUPS.has(words[0] ?? '') ? 2 : 1);
    const help = await helpOf(...command);
    expect(help.code).toBe(0);
    const options = words.filter((word) => word.startsWith('--'));
    expect(options.filter((option) => !new RegExp(`^ +${option}( |$)`, 'm').test(help.stdout))).toEqual([]);
    // These read no configuration.
    if (line === 'config schema' || line.endsWith('--format cloudformation') || command[0] === 'access') return;
    // A line that parses gets as far as its configuration; one that does not ends with commander's own words.
    const whole = command[0] !== 'verify' || words.includes('--source') || words.includes('--archive');
    const typed = whole ? words : [...words, '--source'];
    const { code, stdout, stderr } = await orgtrail(...typed, '--config', 'no/such/file.yaml');
    expect([code, `${stdout}${stderr}`]).toEqual([2, expect.stringContaining('no/such/file.yaml')]);
  });

  test('the words that stand for a choice are choices', async () => {
    const { stdout } = await helpOf('run');
    for (const role of ['worker', 'scheduler', 'web']) expect(stdout).toContain(`"${role}"`);
  });

  test('every command that there is stands in the table', async () => {
    const { stdout } = await helpOf();
    const names = [...stdout.matchAll(/^ {2}([a-z]+) (?:\[options\]|\[command\])? {2,}/gm)].map(([, name]) => name);
    const told = new Set(firstCells(readme, 'Commands').map((cell) => cell.split(' ')[1]));
    expect(names.filter((name) => name !== 'help' && !told.has(name))).toEqual([]);
    expect(names).toContain('collect');
  });
});

test('the exit statuses of README are those of the program', async () => {
  const told = firstCells(readme, 'Exit status').slice(1).map(Number);
  const verdicts: readonly Verdict[] = ['verified', 'failed', 'nothing', 'blocked'];
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 130]);
  expect(told).toEqual(expect.arrayContaining(verdicts.map((verdict) => exitOf(verdict))));
  const { stdout } = await helpOf();
  const help = stdout.slice(stdout.indexOf('Exit status:'));
  expect([...help.matchAll(/(?<=: |· |^ +)\d+(?= [a-z])/gm)].map(([status]) => Number(status))).toEqual(told);
  const [, written = ''] = /const EXIT = (\{[^}]+\})/.exec(text('src/main.ts')) ?? [];
  expect([...written.matchAll(/\d+/g)].map(([status]) => Number(status))).toEqual([1, 2, 130]);
});

describe('the archive bucket', () => {
  const cells = firstCells(readme, 'The archive bucket').slice(1);
  const patterns = cells.map((cell) => {
    const escaped = cell.replaceAll(/[.]/g, '\\.').replaceAll('…', '.+');
    return new RegExp(`^${escaped.replaceAll('{prefix}', 'p/').replaceAll(/\{[^}]+\}/g, '.+')}$`);
  });
  const log =
    'logs/AWSLogs/222222222222/CloudTrail/us-east-1/2026/05/01/222222222222_CloudTrail_us-east-1_20260501T0110Z_abcdefghijklmnop.json.gz';
  const name: ReceiptName = {
    account: '222222222222',
    region: 'us-east-1',
    trail: 'main',
    homeRegion: 'us-east-1',
    kind: 'standard',
    end: Date.UTC(2026, 4, 1, 2),
    start: Date.UTC(2026, 4, 1, 1),
    mark: 'abcdefabcdef',
    revision: 0,
    state: 'linked',
  };
  const MARK = '0123456789abcdef';
  const keys = [
    provenKey('p/', log),
    pendingKey('p/', 'bucket', log),
    quarantinePartKey('p/', { verdict: 'log-malformed', bucket: 'bucket', key: log, mark: MARK }, 'bytes'),
    receiptKey('p/', name),
    publicKeyKey('p/', 'us-east-1', 'abcdef'),
    inventoryKey('p/', new Uint8Array(1), 0),
    trailRecordKey('p/', { account: name.account, homeRegion: 'us-east-1', trail: 'main', seen: 0, mark: MARK }),
    changeKey('p/', { account: name.account, region: 'us-east-1', time: 0, name: 'StopLogging', eventId: 'a-b' }),
    encodeMemory('p/', { ...name, day: '2026/05/01' }, []).key,
    changeRecordKey('p/', { at: 0, kind: 'bucket-policy', mark: MARK }, 'begun'),
    acceptedKey('p/', { account: name.account, finding: '0'.repeat(32) }),
    auditKey('p/', { at: 0, act: 'retry', mark: MARK }),
    'p/orgtrail/probe',
  ];

  test('each kind of key has its row, and each row its key', () => {
    expect(patterns).toHaveLength(keys.length);
    expect(keys.map((key) => patterns.findIndex((pattern) => pattern.test(key)))).toEqual(
      keys.map((_, index) => index),
    );
  });

  test('the names inside keys are those that the code writes', () => {
    expect(readme).toContain(`{${CHANGE_PHASES.join(' or ')}}.json`);
    for (const part of QUARANTINE_PARTS) expect(readme).toContain(`${part}-{hash}${part === 'bytes' ? '' : '.json'}`);
    expect(text('src/adapters/aws-archive.ts')).toContain('${prefix}orgtrail/probe');
    const told = /`\{state\}` is ([^.]+)\./.exec(readme)?.[1] ?? '';
    expect([...told.matchAll(/`([a-z]+)`/g)].map(([, state]) => state)).toEqual([...RECEIPT_STATES]);
  });
});

test('the metrics of src/web/README.md are those of /metrics', async () => {
  const exposed = await createMetrics().text();
  const names = [...exposed.matchAll(/^# TYPE (orgtrail_\w+)/gm)].map(([, name = '']) => name);
  const told = [...pages.matchAll(/^\| `(orgtrail_\w+)` \|/gm)].map(([, name = '']) => name);
  expect(told.toSorted()).toEqual(names.toSorted());
  const mentioned = [readme, pages].flatMap(spans).flatMap((span) => /^(orgtrail_\w+)/.exec(span)?.[1] ?? []);
  expect(mentioned.filter((name) => !names.includes(name))).toEqual([]);
});

test('the paths of README are served', () => {
  const files = ['server', 'board', 'openapi', 'assets'];
  const server = files.map((name) => text(`src/web/${name}.ts`)).join('');
  const paths = firstCells(readme, 'The dashboard').filter((cell) => cell.startsWith('/'));
  expect(paths.toSorted()).toEqual(['/', '/api/docs', '/jobs', '/livez', '/metrics', '/readyz']);
  for (const path of paths) expect(server).toContain(`'${path}'`);
});

describe('the configuration', () => {
  test('the one of README is complete', () => {
    const [yaml = ''] = blocks(readme, 'yaml');
    const config = parseConfig(yaml, 'README.md', {});
    expect([config.archive.bucket, config.organizations[0]?.role]).toEqual([
      'example-trail-archive',
      'orgtrail-reader',
    ]);
  });

  test.each(DOCUMENTS)('every option that %s names is there', (path) => {
    const schema = inputSchema();
    const groups = Object.keys(schema.properties ?? {}).join('|');
    const named = spans(text(path)).filter((span) => new RegExp(`^(${groups})\\.[a-zA-Z.]+$`).test(span));
    expect(named.filter((option) => optionAt(schema, option.split('.')) === null && !isFile(option, path))).toEqual([]);
  });
});

function isFile(name: string, document: string): boolean {
  return existsSync(join(ROOT, name)) || existsSync(join(ROOT, dirname(document), name));
}

test.each(DOCUMENTS)('every file and link that %s names is there', (path) => {
  const document = text(path);
  const links = [...document.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target = '']) => target);
  const files = spans(document).filter(
    (span) => /^[\w./-]+\.(ts|yaml|md|json)$/.test(span) && !/^(config\/orgtrail|\/api\/)/.test(span),
  );
  const named = [
    ...links,
    ...files,
    ...spans(document).filter((span) => /^[\w/-]+\/$/.test(span) && !span.startsWith('orgtrail/')),
  ];
  expect(named.filter((name) => !isFile(name, path))).toEqual([]);
});

test('the folders of src/README.md are the real ones', () => {
  const real = readdirSync(join(ROOT, 'src')).filter((name) => statSync(join(ROOT, 'src', name)).isDirectory());
  const all = [...real, 'web/ui'].toSorted();
  expect(firstCells(text('src/README.md'), 'Folders').slice(1)).toEqual(all.map((name) => `${name}/`));
});

test.each(DOCUMENTS)('every verdict that %s names is one', (path) => {
  const codes = new Set<string>([DIGEST_CODES, LINK_CODES, CHAIN_CODES, LOG_CODES, BLOCKED_CODES, NOTE_CODES].flat());
  const family = /^(log|digest|chain|link|key|time|blocked|archive|validation|logging)-[a-z-]+$/;
  const known = (span: string): boolean => codes.has(span) || Object.hasOwn(DAEMON_EXPLANATIONS, span);
  expect(spans(text(path)).filter((span) => family.test(span) && !known(span))).toEqual([]);
});
