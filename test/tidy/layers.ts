/**
 * Which folder may import which (design, section 6): `core` knows nobody, a stage knows core and ports, an adapter
 * one vendor, `web` reads. So a change of vendor stays in one file and the proving code can be read alone.
 */
import { posix } from 'node:path';
import { breachAt, type Breach, type Import, type SourceFile } from './source-file.ts';

const RULE = 'layers';

/** What a layer may import: other layers, npm packages, Node modules. `true` is everything of that kind. */
interface Allowance {
  readonly layers: readonly string[] | true;
  readonly packages: readonly string[] | true;
  readonly node: readonly string[] | true;
}

const INNER = ['core', 'ports', 'errors'];
const WEB_LIBRARIES = [
  'fastify',
  '@fastify',
  'fastify-type-provider-zod',
  '@bull-board',
  'prom-client',
  'zod',
  'pino',
  'openid-client',
  'csv-stringify',
];
const PAGE_LIBRARIES = ['react', 'react-dom', '@mantine', 'recharts', '@tabler', '@tanstack', 'wouter'];
const EVERYTHING: Allowance = { layers: true, packages: true, node: true };

const ALLOWED: ReadonlyMap<string, Allowance> = new Map([
  ['core', { layers: [], packages: [], node: ['node:crypto', 'node:zlib'] }],
  ['errors', { layers: ['core'], packages: [], node: [] }],
  ['ports', { layers: ['core', 'errors'], packages: [], node: [] }],
  ['config', { layers: INNER, packages: ['zod', 'yaml', 'node-cron', 'fastest-levenshtein'], node: true }],
  ['stages', { layers: INNER, packages: [], node: [] }],
  ['adapters', { layers: INNER, packages: true, node: true }],
  ['web', { layers: INNER, packages: WEB_LIBRARIES, node: true }],
  ['ui', { layers: ['core'], packages: PAGE_LIBRARIES, node: [] }],
  ['health', { layers: [], packages: [], node: true }],
  ['pipeline', EVERYTHING],
  ['daemon', EVERYTHING],
  ['cli', EVERYTHING],
  ['main', EVERYTHING],
]);

/** Packages that belong to one vendor. */
const VENDORS: readonly (readonly [RegExp, string])[] = [
  [/^@(aws-sdk|smithy|aws-crypto)\//, 'aws'],
  [/^(bullmq|ioredis|@ioredis\/.*)$/, 'redis'],
  [/^@duckdb\//, 'duckdb'],
  [/^@opentelemetry\//, 'opentelemetry'],
];

/** Every import of one file in `src` that crosses a border. */
export function layerBreaches(file: SourceFile): readonly Breach[] {
  const layer = layerOf(file.path);
  const report = (offset: number, detail: string): Breach => breachAt(file, offset, { rule: RULE, detail });
  if (!ALLOWED.has(layer)) return [report(0, `src/${layer} is no layer of the design`)];
  return file.imports.flatMap((one) => {
    const objection = one.from.startsWith('.') ? insideObjection(file, one) : outsideObjection(layer, one);
    return objection === null ? [] : [report(one.offset, objection)];
  });
}

/** `src/core/key.ts` → core; `src/main.ts` → main; the pages (`src/web/ui`) are a layer of their own. */
function layerOf(path: string): string {
  if (path.startsWith('src/web/ui/')) return 'ui';
  const [, first = ''] = path.split('/');
  return first.replace(/\.tsx?$/, '');
}

function insideObjection(file: SourceFile, one: Import): string | null {
  const target = posix.join(posix.dirname(file.path), one.from);
  if (!target.startsWith('src/')) return `${one.from} lies outside src`;
  const [from, to] = [layerOf(file.path), layerOf(target)];
  if (to === 'main') return 'nobody imports main';
  if (from === to) return siblingObjection(file.path, target);
  const layers = ALLOWED.get(from)?.layers ?? [];
  if (layers === true || layers.includes(to)) return null;
  // The pages know the shapes of the API's answers, and nothing of the server that gives them.
  if (from === 'ui' && target.startsWith('src/web/contract/') && one.typeOnly) return null;
  // The shape of the settings is no dependency at run time: the pages' server is told its part of them.
  if (from === 'web' && to === 'config' && one.typeOnly) return null;
  return `${from} imports nothing from ${to} (${one.from})`;
}

/** Stages do not know each other; a stage in several files is told by the first word of their names. */
function siblingObjection(path: string, target: string): string | null {
  if (layerOf(path) !== 'stages') return null;
  const group = (file: string): string => (file.split('/')[2] ?? '').replace(/\.tsx?$/, '').split('-')[0] ?? '';
  return group(path) === group(target) ? null : `no stage imports another (${target})`;
}

function outsideObjection(layer: string, one: Import): string | null {
  const allowed = ALLOWED.get(layer);
  const list = (one.from.startsWith('node:') ? allowed?.node : allowed?.packages) ?? [];
  if (list === true) return null;
  // The job board is handed the queues ready made; it names their type and makes none.
  if (layer === 'web' && one.from === 'bullmq' && one.typeOnly) return null;
  const known = list.some((name) => one.from === name || one.from.startsWith(`${name}/`));
  return known ? null : `${layer} does not import ${one.from}`;
}

/** Every adapter that knows two vendors, by its own imports or by those of the siblings that it stands on. */
export function vendorBreaches(files: readonly SourceFile[]): readonly Breach[] {
  const adapters = new Map(files.filter((file) => layerOf(file.path) === 'adapters').map((file) => [file.path, file]));
  return [...adapters.values()].flatMap((file) => {
    const vendors = vendorsOf(file, { adapters, seen: new Set() });
    if (vendors.size < 2) return [];
    const detail = `an adapter knows one vendor, not ${[...vendors].toSorted().join(' and ')}`;
    return [breachAt(file, 0, { rule: RULE, detail })];
  });
}

interface Walk {
  readonly adapters: ReadonlyMap<string, SourceFile>;
  readonly seen: Set<string>;
}

function vendorsOf(file: SourceFile, walk: Walk): ReadonlySet<string> {
  if (walk.seen.has(file.path)) return new Set();
  walk.seen.add(file.path);
  const vendors = file.imports.flatMap((one) => {
    const sibling = walk.adapters.get(posix.join(posix.dirname(file.path), one.from));
    if (sibling !== undefined) return [...vendorsOf(sibling, walk)];
    return VENDORS.filter(([pattern]) => pattern.test(one.from)).map(([, vendor]) => vendor);
  });
  return new Set(vendors);
}
