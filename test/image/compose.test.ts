/** What compose.yaml promises about how things are run. No engine is needed: the promises are in the file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../src/config.ts';
import { OVERRIDES } from '../../src/config/environment.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const service = z.object({
  image: z.string().optional(),
  build: z.union([z.string(), z.object({ context: z.string(), dockerfile_inline: z.string() })]).optional(),
  user: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  tmpfs: z.array(z.string()),
  mem_limit: z.string(),
  pids_limit: z.number(),
  command: z.array(z.string()).optional(),
  environment: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  networks: z.array(z.string()).optional(),
  network_mode: z.string().optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }),
});
const composeSchema = z.object({
  services: z.object({ orgtrail: service, redis: service, s3: service }),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.unknown()),
});

describe('compose.yaml', () => {
  const document = parseDocument(read('compose.yaml'), { strict: true, uniqueKeys: true });
  expect(document.errors).toEqual([]);
  const { services, networks, volumes } = composeSchema.parse(document.toJS());
  const { orgtrail, redis, s3 } = services;

  test.each(Object.entries(services))('%s has no rights and has bounds', (_name, one) => {
    expect(one.cap_drop).toEqual(['ALL']);
    expect(one.security_opt).toEqual(['no-new-privileges:true']);
    expect(one.mem_limit).toMatch(/^\d+[mg]$/);
    expect(one.pids_limit).toBeGreaterThan(0);
    expect(one.tmpfs.every((mount) => mount.startsWith('/tmp:size='))).toBe(true);
    expect(one.healthcheck.test.length).toBeGreaterThan(1);
  });

  test('orgtrail runs as nobody on a read-only root, as the image is tested', () => {
    expect(orgtrail.read_only).toBe(true);
    expect(orgtrail.user).toBe('65532:65532');
    expect(read('Dockerfile')).toContain(`USER ${orgtrail.user}\n`);
    expect(orgtrail.tmpfs).toHaveLength(1);
    expect(orgtrail.volumes).toEqual(['./config:/app/config:ro']);
    const dockerfile = JSON.stringify(orgtrail.healthcheck.test.slice(1)).replaceAll(',', ', ');
    expect(read('Dockerfile')).toContain(`CMD ${dockerfile}\n`);
  });

  test('orgtrail is told by names and numbers that it knows', () => {
    const config = parseConfig(read('config/example.yaml'), 'example.yaml', {});
    const set = orgtrail.environment?.map((line) => line.split('=')[0]).filter((name) => !name?.startsWith('AWS_'));
    expect(set).toEqual([OVERRIDES[0].variable]);
    expect(orgtrail.ports).toEqual([`127.0.0.1:${config.http.port}:${config.http.port}`]);
    expect(read('src/health.ts')).toContain(`DEFAULT_PORT = '${config.http.port}'`);
    expect(Number.parseInt(orgtrail.stop_grace_period ?? '0', 10)).toBeGreaterThan(config.limits.shutdownGraceSeconds);
    expect(orgtrail.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
  });

  test('redis keeps its data, evicts nothing and is reachable from inside only', () => {
    const settings = redis.command?.join(' ');
    expect(settings).toContain('--appendonly yes');
    expect(settings).toContain('--maxmemory-policy noeviction');
    expect(redis.image).toMatch(/^docker\.io\/library\/redis:7/);
    expect(redis.read_only).toBe(true);
    expect(redis.user).toBe('999:999');
    expect(redis.ports).toBeUndefined();
    expect(redis.networks).toEqual(['inside']);
    expect(networks['inside']?.internal).toBe(true);
    expect(redis.volumes).toEqual(['redis-data:/data']);
    expect(volumes).toHaveProperty('redis-data');
  });

  test('the S3 server is there when asked for, on loopback, by the script that the tests use', () => {
    expect(s3.profiles).toEqual(['demo']);
    expect(s3.network_mode).toBe('service:orgtrail');
    expect(s3.ports).toBeUndefined();
    const context = typeof s3.build === 'object' ? s3.build.context : '';
    expect(existsSync(join(ROOT, context, 'ceph-up.sh'))).toBe(true);
    const given = new Set(['OWNER_PID', ...(s3.environment ?? []).map((line) => line.split('=')[0])]);
    const wanted = /^# Environment \(all needed\): ([A-Z0-9_ ]+)/m.exec(read(join(context, 'ceph-up.sh')))?.[1] ?? '';
    expect(wanted.split(' ').filter((name) => !given.has(name))).toEqual([]);
    expect(wanted).toContain('RGW_PORT');
  });
});
